"""Every page answers, to the right people, with a policy that forbids foreign and inline code."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from rendering.models import Render
from tests import factories

PRIVATE = ["studio:studio", "rendering:library", "accounts:account"]


@pytest.mark.parametrize(
    "name", ["studio:landing", "account_login", "account_signup", "account_reset_password", "healthz"]
)
def test_public_pages_answer_anybody(client: Client, name: str) -> None:
    assert client.get(reverse(name)).status_code == 200


@pytest.mark.parametrize("name", PRIVATE)
def test_private_pages_send_strangers_to_sign_in(client: Client, name: str) -> None:
    response = client.get(reverse(name))
    assert response.status_code == 302
    assert response.url == f"{reverse('account_login')}?next={reverse(name)}"


@pytest.mark.parametrize(
    "name", [*PRIVATE, "studio:landing", "account_email", "account_change_password", "account_logout"]
)
def test_pages_answer_who_is_signed_in(page: Client, name: str) -> None:
    assert page.get(reverse(name)).status_code == 200


@pytest.mark.parametrize("state", Render.State.values)
def test_the_page_of_a_render_answers_in_every_state(page: Client, ada: User, state: str) -> None:
    render = factories.render(ada, state=state)
    assert page.get(reverse("rendering:render", args=[render.id])).status_code == 200


def test_the_page_of_a_render_answers_the_administrator_with_a_way_to_its_log(
    page: Client, ada: User
) -> None:
    User.objects.filter(pk=ada.pk).update(is_staff=True)
    render = factories.render(ada)
    answer = page.get(reverse("rendering:render", args=[render.id])).content.decode()
    assert reverse("admin:rendering_render_change", args=[render.id]) in answer


@pytest.mark.parametrize("name", ["render", "snapshot", "playlist"])
def test_another_users_render_does_not_exist(page: Client, stranger: User, name: str) -> None:
    render = factories.render(stranger)
    assert page.get(reverse(f"rendering:{name}", args=[render.id])).status_code == 404


@pytest.mark.parametrize("name", ["cancel", "retry", "rename"])
def test_nothing_can_be_done_to_another_users_render(page: Client, stranger: User, name: str) -> None:
    render = factories.render(stranger)
    url = reverse(f"rendering:{name}", args=[render.id])
    assert page.post(url, {"title": "Mine"}, content_type="application/json").status_code == 404
    render.refresh_from_db()
    assert (render.state, render.title) == (Render.State.QUEUED, "A film")


def test_deleting_another_users_render_deletes_nothing(page: Client, stranger: User) -> None:
    render = factories.render(stranger)
    ids = {"ids": [str(render.id), "no id at all", 7]}
    assert page.post(reverse("rendering:delete"), ids, content_type="application/json").status_code == 204
    assert Render.objects.filter(pk=render.pk).exists()


def test_another_users_project_does_not_open(page: Client, stranger: User) -> None:
    project = factories.project(stranger)
    assert page.get(reverse("studio:studio"), {"project": project.id}).status_code == 404


@pytest.mark.parametrize("name", ["avatar", "delete-avatar", "delete-background"])
def test_another_users_uploads_do_not_exist(page: Client, stranger: User, name: str) -> None:
    row = factories.background(stranger) if "background" in name else factories.avatar(stranger)
    url = reverse(f"studio:{name}", args=[row.id])
    assert (page.get(url) if name == "avatar" else page.post(url)).status_code == 404
    assert type(row).objects.filter(pk=row.pk).exists()


def test_presets_are_nobodys_to_delete(page: Client) -> None:
    avatar = factories.avatar()
    assert page.post(reverse("studio:delete-avatar", args=[avatar.id])).status_code == 404


def test_pages_forbid_inline_and_foreign_code(client: Client) -> None:
    policy = client.get("/").headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


def test_unknown_addresses_say_so_in_our_words(client: Client) -> None:
    response = client.get(f"/renders/{uuid4()}/nothing")
    assert response.status_code == 404
    assert "There is nothing here" in response.content.decode()


def test_a_fault_shows_a_sentence_and_no_traceback(monkeypatch: pytest.MonkeyPatch, page: Client) -> None:
    def broken(*arguments: object) -> None:
        raise RuntimeError("the secret of the house")

    monkeypatch.setattr("studio.page.studio_data", broken)
    page.raise_request_exception = False
    response = page.get(reverse("studio:studio"))
    text = response.content.decode()
    assert response.status_code == 500
    assert "Something broke on our side" in text
    assert "secret" not in text
    assert "Traceback" not in text


def test_a_form_without_its_token_is_explained(ada: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ada)
    response = strict.post(reverse("accounts:rename"), {"name": "Ada"})
    assert response.status_code == 403
    assert "open for too long" in response.content.decode()


def test_health_says_whether_database_and_queue_answer(client: Client) -> None:
    assert client.get(reverse("healthz")).json() == {"database": True, "queue": True}


def test_a_video_tells_which_engines_made_it_and_under_which_licence(page: Client, ada: User) -> None:
    factories.engine(name="diffdub", title="DiffDub", weights_licence="for academic use")
    factories.engine(name="hibari", kind="speech", title="hibari", weights_licence="Apache-2.0")
    project = factories.project(ada)
    project.scenes.update(head="diffdub")
    render = factories.render(project=project)
    text = page.get(reverse("rendering:render", args=[render.id])).content.decode()
    assert "DiffDub (for academic use)" in text
    assert "hibari (Apache-2.0)" in text


def test_an_engine_that_is_no_more_is_named_all_the_same(page: Client, ada: User) -> None:
    project = factories.project(ada)
    project.scenes.update(head="gone")
    render = factories.render(project=project)
    assert (
        "<dt>Face by</dt><dd>gone</dd>"
        in page.get(reverse("rendering:render", args=[render.id])).content.decode()
    )
