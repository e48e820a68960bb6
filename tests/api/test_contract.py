"""What holds for every endpoint: who may ask, how errors look, what hostile bodies do."""

import io
import json
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.urls import URLPattern, URLResolver, reverse
from rest_framework.test import APIClient

from accounts.services import create_token, revoke_token
from avatarlab.api_urls import endpoints
from rendering.models import Render
from studio.services import set_pronunciation
from tests import factories

V1 = "/api/v1"


def problem(response, status: int) -> dict:
    """The body of an error, checked to be problem details."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body = json.loads(response.content)
    assert (body["type"], body["status"]) == ("about:blank", status)
    assert body["title"]
    assert body["detail"]
    return body


def test_the_schema_is_valid_and_complete() -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=io.StringIO())


def test_the_docs_need_nothing_from_elsewhere() -> None:
    page = APIClient().get(f"{V1}/docs/").content.decode()
    assert "swagger-ui" in page
    assert "https://" not in page


@pytest.mark.parametrize(
    "path", ["avatars", "voices", "backgrounds", "engines", "projects", "renders", "pronunciations", "me"]
)
def test_nothing_without_a_token(path: str) -> None:
    problem(APIClient().get(f"{V1}/{path}/"), 401)


@pytest.mark.parametrize(
    "header", ["Token", "Token x", "Token a b", "Token \xff\xfe", "Token avl_" + "0" * 64]
)
def test_a_wrong_token_is_401(header: str) -> None:
    problem(APIClient().get(f"{V1}/me/", HTTP_AUTHORIZATION=header), 401)


def test_a_revoked_token_is_401(api, owner) -> None:
    revoke_token(user=owner, token_key=owner.auth_token_set.get().token_key)
    problem(api.get(f"{V1}/me/"), 401)


def test_a_session_needs_its_csrf_token(owner) -> None:
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(owner)
    assert client.get(f"{V1}/me/").status_code == 200
    problem(client.post(f"{V1}/projects/", {}, format="json"), 403)


def test_addresses_work_with_and_without_the_last_slash(api) -> None:
    assert api.get(f"{V1}/renders").status_code == api.get(f"{V1}/renders/").status_code == 200


@pytest.mark.parametrize("path", ["", "nope/", "renders/1/", "renders/../me/x", f"renders/{uuid4()}/nope/"])
def test_unknown_addresses_are_problems_too(api, path: str) -> None:
    problem(api.get(f"{V1}/{path}"), 404)


def test_a_method_that_is_not_offered_is_405(api) -> None:
    problem(api.put(f"{V1}/me/", {}, format="json"), 405)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b'"text"',
        b"[]",
        b"[[1]]",
        b'{"scenes": null}',
        b'{"scenes": {"script": "x"}}',
        b'{"scenes": ["x"]}',
        b'{"scenes": [{"script": {"a": 1}}]}',
        b'{"scenes": [{"script": "x", "speed": 1e999}]}',
        b'{"scenes": [{"script": "x", "speed": NaN}]}',
        b'{"project": "1; DROP TABLE"}',
        b'{"project": "\\u0000"}',
        b'{"title": "\\ud800"}',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
        b"9" * 10_000,
        b'{"scenes": [{"script": "x", "speed": ' + b"1" * 400 + b"}]}",
    ],
)
def test_bodies_that_make_no_sense_are_400(api, body: bytes) -> None:
    problem(api.post(f"{V1}/renders/", body, content_type="application/json"), 400)
    assert not Render.objects.exists()


def test_a_body_in_another_format_is_415(api) -> None:
    problem(api.post(f"{V1}/renders/", b"<a/>", content_type="application/xml"), 415)


def test_a_huge_body_is_413(api, settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    problem(api.post(f"{V1}/projects/", {"title": "t" * 1000}, format="json"), 413)


def test_a_bug_tells_nothing_of_itself(api, monkeypatch) -> None:
    def fail(_: object) -> None:
        raise RuntimeError("the secret is 42")

    monkeypatch.setattr("accounts.api.selectors.usage", fail)
    body = problem(api.get(f"{V1}/me/"), 500)
    assert "42" not in json.dumps(body)


@pytest.mark.parametrize("query", ["cursor=nonsense", "cursor=%00", "search=%00", "state=nope", "project=1"])
def test_queries_that_make_no_sense_are_problems(api, query: str) -> None:
    assert api.get(f"{V1}/renders/?{query}").status_code in (200, 400, 404)


def test_pages_follow_each_other_while_rows_are_added(api, owner) -> None:
    project = factories.project(owner)
    made = [str(factories.render(project=project).pk) for _ in range(5)]
    first = api.get(f"{V1}/renders/?page_size=2").json()
    factories.render(project=project)
    second = api.get(first["next"]).json()
    third = api.get(second["next"]).json()
    listed = [row["id"] for page in (first, second, third) for row in page["results"]]
    assert listed == made[::-1]
    assert third["next"] is None


def test_me_tells_use_and_limits(api, owner) -> None:
    factories.render(owner)
    body = api.get(f"{V1}/me/").json()
    assert body["email"] == "mia@example.org"
    assert (body["usage"]["active_renders"], body["usage"]["max_active_renders"]) == (1, 5)


def routes(patterns=endpoints, prefix: str = "") -> list[tuple[str, object]]:
    found = []
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            found += routes(pattern.url_patterns, prefix + str(pattern.pattern))
        elif isinstance(pattern, URLPattern):
            found.append((pattern.name, pattern))
    return found


def foreign_rows(user) -> dict[str, str]:
    """One row of each kind that belongs to `user`, by the basename of its endpoints."""
    render = factories.render(user)
    return {
        "avatar": str(factories.avatar(user).pk),
        "voice": str(factories.voice(user).pk),
        "background": str(factories.background(user).pk),
        "project": str(render.project.pk),
        "render": str(render.pk),
        "pronunciation": str(set_pronunciation(owner=user, word="a", spoken="b").pk),
        "scene": str(render.project.scenes.get().pk),
    }


def test_another_users_rows_are_404_in_every_call(api) -> None:
    """Walks the router, so that an endpoint added later is tried as well."""
    foreign = foreign_rows(factories.user())
    tried = set()
    for name, pattern in routes():
        basename, _, action = str(name).partition("-")
        if "pk" not in pattern.pattern.regex.groupindex or basename == "engine":
            continue
        arguments = {"pk": foreign[basename]}
        if "scene" in pattern.pattern.regex.groupindex:
            arguments["scene"] = foreign["scene"]
        address = reverse(f"api:{name}", kwargs=arguments)
        for method in list(pattern.callback.actions):
            if method == "head":
                continue
            problem(getattr(api, method)(address, {}, format="json"), 404)
            tried.add((basename, action, method))
    assert ("render", "cancel", "post") in tried
    assert ("project", "recording", "post") in tried
    assert len(tried) >= 20


@pytest.mark.parametrize("what", ["avatar", "voice", "background"])
def test_another_users_rows_are_404_inside_bodies(api, what: str) -> None:
    foreign = getattr(factories, what)(factories.user())
    body = {"scenes": [{"script": "Hi.", what: str(foreign.pk)}]}
    problem(api.post(f"{V1}/projects/", body, format="json"), 404)
    problem(api.post(f"{V1}/renders/", body, format="json"), 404)


def test_another_users_project_cannot_be_rendered(api) -> None:
    body = {"project": str(factories.project().pk)}
    problem(api.post(f"{V1}/renders/", body, format="json"), 404)


def test_lists_hold_only_what_one_may_see(api, owner) -> None:
    mine = foreign_rows(owner)
    foreign_rows(factories.user())
    for path in ("projects", "renders", "pronunciations"):
        [row] = api.get(f"{V1}/{path}/").json()["results"]
        assert str(row["id"]) == mine[path.removesuffix("s")]
    for path in ("avatars", "voices", "backgrounds"):
        own = [row["id"] for row in api.get(f"{V1}/{path}/?preset=false").json()["results"]]
        assert own == [mine[path.removesuffix("s")]]


def test_tokens_of_two_people_show_two_accounts(api) -> None:
    other = factories.user("noa@example.org")
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {create_token(user=other)}")
    assert (api.get(f"{V1}/me/").json()["email"], client.get(f"{V1}/me/").json()["email"]) == (
        "mia@example.org",
        "noa@example.org",
    )
