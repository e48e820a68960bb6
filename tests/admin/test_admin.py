import pytest
from django.contrib import admin
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts import selectors
from accounts.models import Consent, User
from accounts.services import CONSENT_STATEMENT, record_consent
from rendering.models import Render, RenderEvent, RenderSegment, Segment
from studio.models import Avatar, Background, Voice
from tests import factories


@pytest.fixture
def client() -> Client:
    """An operator's browser."""
    client = Client()
    client.force_login(User.objects.create_superuser("op@example.org", factories.PASSWORD))
    return client


def address(model: type, page: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def text_of(response) -> str:
    assert response.status_code == 200, response
    return response.content.decode()


def run_action(client: Client, model: type, action: str, *rows: object, **more: str):
    data = {"action": action, "_selected_action": [str(row.pk) for row in rows], **more}
    return client.post(address(model, "changelist"), data, follow=True)


def furnish() -> None:
    render = factories.render(
        log="Traceback: division by zero", problem="It broke. Try again.", event_number=1
    )
    segment = Segment(owner=render.owner, key="cd" * 32, frames=1, duration=1, timing="aligned")
    for field in ("stream", "audio", "poster"):
        factories.stored(segment, field)
    RenderSegment.objects.create(render=render, position=0, key=segment.key, text="Hi.", segment=segment)
    RenderEvent.objects.create(render=render, number=1, kind="state", payload={"state": "failed"})
    factories.avatar(render.owner)
    record_consent(user=render.owner, subject="f" * 64)


@pytest.mark.parametrize(
    "model", [m for m in admin.site._registry if m._meta.app_label in ("accounts", "studio", "rendering")]
)
def test_every_list_and_every_row_opens(client, model) -> None:
    furnish()
    text_of(client.get(address(model, "changelist")))
    text_of(client.get(address(model, "changelist"), {"q": "a"}))
    row = model._default_manager.first()
    if row is not None:
        text_of(client.get(address(model, "change", row.pk)))


@pytest.mark.parametrize("path", ["/admin/", "/admin/rendering/render/", "/admin/rq/"])
def test_users_are_kept_out(path: str) -> None:
    client = Client()
    client.force_login(factories.user())
    assert client.get(path).status_code in (302, 403)


def test_the_queues_are_one_click_away(client) -> None:
    page = text_of(client.get(reverse("admin:index")))
    assert f'href="{reverse("django_rq:home")}"' in page
    assert "renders" in text_of(client.get(reverse("django_rq:home")))


def test_presets_show_their_face_and_users_faces_stay_private(client) -> None:
    preset, private = factories.avatar(), factories.avatar(factories.user())
    page = text_of(client.get(address(Avatar, "changelist")))
    assert f"/media/avatar/{preset.pk}/thumbnail" in page
    assert f"/media/avatar/{private.pk}/" not in page
    assert client.get(f"/media/avatar/{private.pk}/thumbnail").status_code == 404


def test_voices_can_be_heard_and_tell_what_they_lack(client) -> None:
    voice = factories.stored(factories.voice(), "sample", suffix="m4a")
    factories.voice(problem="It needs kokoro-int8: run python manage.py models pull kokoro-int8.")
    page = text_of(client.get(address(Voice, "changelist")))
    assert f'<audio src="/media/voice/{voice.pk}/sample' in page
    assert "It needs kokoro-int8" in page
    only = text_of(client.get(address(Voice, "changelist"), {"available": "no"}))
    assert "1 voice" in only


def test_users_voices_stay_private_and_are_deleted_with_their_files(client) -> None:
    voice = factories.voice(factories.user("mia@example.org"), name="Grandmother")
    page = text_of(client.get(address(Voice, "changelist")))
    assert "Grandmother" in page
    assert "mia@example.org" in page
    assert f"/media/voice/{voice.pk}/" not in page
    assert client.get(f"/media/voice/{voice.pk}/media").status_code == 404
    assert client.post(address(Voice, "delete", voice.pk), {"post": "yes"}).status_code == 302
    assert not Voice.objects.filter(pk=voice.pk).exists()


def test_a_new_preset_is_checked_like_an_upload(client) -> None:
    data = {"name": "Mia", "slug": "mia", "position": 0, "is_active": "on"}
    picture = SimpleUploadedFile("x.png", factories.picture())
    assert client.post(address(Avatar, "add"), {**data, "media": picture}).status_code == 302
    avatar = Avatar.objects.get(slug="mia")
    assert (avatar.owner, avatar.state, len(avatar.sha256)) == (None, "checking", 64)
    assert avatar.media.name.startswith("presets/avatar/")


def test_a_new_picture_takes_the_place_of_the_old(client, django_capture_on_commit_callbacks) -> None:
    avatar = factories.avatar()
    data = {"name": "Mia", "slug": avatar.slug, "position": 0, "is_active": "on"}
    picture = SimpleUploadedFile("x.png", factories.picture((80, 80)))
    with django_capture_on_commit_callbacks(execute=True):
        client.post(address(Avatar, "change", avatar.pk), {**data, "media": picture})
    changed = Avatar.objects.get()
    assert (changed.state, changed.sha256 == avatar.sha256) == ("checking", False)
    assert default_storage.exists(changed.media.name)
    assert not default_storage.exists(avatar.media.name)


def test_a_preset_that_is_no_picture_says_why(client) -> None:
    drawing = SimpleUploadedFile("x.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    data = {"name": "Mia", "slug": "mia", "position": 0, "media": drawing}
    assert "Export it as PNG or JPEG" in text_of(client.post(address(Avatar, "add"), data))


def test_deleting_a_preset_deletes_its_files(client, django_capture_on_commit_callbacks) -> None:
    avatar = factories.avatar()
    with django_capture_on_commit_callbacks(execute=True):
        run_action(client, Avatar, "delete_selected", avatar, post="yes")
    assert not Avatar.objects.exists()
    assert not default_storage.exists(avatar.media.name)


def test_a_preset_in_use_stays_and_the_admin_learns_why(client) -> None:
    render = factories.render(title="A film")
    avatar = render.project.scenes.get().avatar
    for response in (
        run_action(client, Avatar, "delete_selected", avatar, post="yes"),
        client.post(address(Avatar, "delete", avatar.pk), {"post": "yes"}, follow=True),
    ):
        page = text_of(response)
        assert "Nothing was deleted." in page
        assert "which is being rendered" in page
        assert "successfully" not in page
    assert Avatar.objects.filter(pk=avatar.pk).exists()


def test_a_render_shows_its_log_events_and_sentences(client) -> None:
    furnish()
    page = text_of(client.get(address(Render, "change", Render.objects.get().pk)))
    assert "Traceback: division by zero" in page
    assert "It broke. Try again." in page
    assert "cdcdcd" in page
    assert "failed" in page


def test_renders_are_filtered_by_state(client) -> None:
    project = factories.project()
    factories.render(project=project, title="Good one", state=Render.State.DONE)
    factories.render(project=project, title="Bad one", state=Render.State.FAILED)
    page = text_of(client.get(address(Render, "changelist"), {"state__exact": "failed"}))
    assert "Bad one" in page
    assert "Good one" not in page


def test_failed_renders_are_tried_again_and_others_are_not(client) -> None:
    failed, done = factories.render(state=Render.State.FAILED), factories.render(state=Render.State.DONE)
    page = text_of(run_action(client, Render, "retry", failed, done))
    assert "1 started again." in page
    assert "Only a render that failed" in page
    failed.refresh_from_db()
    assert (failed.state, failed.attempt) == (Render.State.QUEUED, 2)


def test_renders_are_cancelled(client) -> None:
    render = factories.render()
    assert "1 cancelled." in text_of(run_action(client, Render, "cancel", render))
    render.refresh_from_db()
    assert render.state == Render.State.CANCELLED


def test_deleting_a_user_deletes_everything_of_theirs(client, django_capture_on_commit_callbacks) -> None:
    furnish()
    user = Render.objects.get().owner
    with django_capture_on_commit_callbacks(execute=True):
        run_action(client, User, "delete_selected", user, post="yes")
    assert not User.objects.filter(pk=user.pk).exists()
    assert list(selectors.files_of(User(pk=user.pk))) == []


def test_consents_are_read_and_not_changed(client) -> None:
    consent = record_consent(user=factories.user(), subject="f" * 64)
    assert CONSENT_STATEMENT in text_of(client.get(address(Consent, "change", consent.pk)))
    assert client.post(address(Consent, "change", consent.pk), {"statement": "x"}).status_code == 403
    assert client.post(address(Consent, "delete", consent.pk), {"post": "yes"}).status_code == 403


def test_users_are_made_with_an_email_and_a_password(client) -> None:
    data = {
        "email": "new@example.org",
        "usable_password": "true",
        "password1": "s3cret-enough",
        "password2": "s3cret-enough",
    }
    assert client.post(address(User, "add"), data).status_code == 302
    assert User.objects.get(email="new@example.org").check_password("s3cret-enough")


def test_a_users_limits_can_be_changed(client) -> None:
    user = factories.user()
    page = text_of(client.get(address(User, "change", user.pk)))
    assert "0 renders" in page
    data = {
        "email": user.email,
        "name": "Mia",
        "is_active": "on",
        "max_active_renders": "9",
        "max_storage_mb": "",
    }
    assert client.post(address(User, "change", user.pk), data).status_code == 302
    user.refresh_from_db()
    assert selectors.max_active_renders(user) == 9


def test_a_gradient_is_shown_as_one(client) -> None:
    background = factories.background(kind=Background.Kind.GRADIENT, colours=["#112233", "#445566"])
    page = text_of(client.get(address(Background, "changelist")))
    assert f"url(#g{background.pk.hex})" in page
    assert "#445566" in page
