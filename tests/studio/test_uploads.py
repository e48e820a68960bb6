import pytest
from django.core.files.storage import default_storage

from accounts import selectors as accounts
from accounts.models import Consent
from accounts.services import CONSENT_STATEMENT
from avatarlab.errors import Conflict, QuotaExceeded, UserError
from rendering.models import Render
from studio import services
from studio.models import Avatar, Background
from tests import factories

MP4 = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2" + bytes(64)


@pytest.fixture
def owner():
    return factories.user()


def test_a_portrait_is_kept_and_waits_for_its_check(owner) -> None:
    avatar = services.upload_avatar(owner=owner, file=factories.upload(name="my_face.png"), consent=True)
    avatar.refresh_from_db()
    assert (avatar.owner, avatar.name, avatar.kind, avatar.state) == (owner, "my face", "still", "checking")
    assert avatar.media.read() == factories.picture()


def test_the_name_of_the_file_becomes_no_part_of_where_it_lies(owner) -> None:
    file = factories.upload(name="../../etc/cron.d/evil.png")
    avatar = services.upload_avatar(owner=owner, file=file, consent=True)
    folder, kind, name = avatar.media.name.split("/")
    assert (folder, kind) == (str(owner.pk), "avatar")
    assert name.endswith(".png")
    assert "evil" not in name


def test_a_video_is_told_by_its_bytes(owner) -> None:
    avatar = services.upload_avatar(owner=owner, file=factories.upload(MP4, "me.png"), consent=True)
    assert (avatar.kind, avatar.media.name[-4:]) == ("video", ".mp4")


def test_consent_is_kept_with_its_words(owner) -> None:
    avatar = services.upload_avatar(owner=owner, file=factories.upload(), consent=True)
    consent = Consent.objects.get(user=owner)
    assert (consent.statement, consent.subject) == (CONSENT_STATEMENT, avatar.sha256)


@pytest.mark.parametrize("consent", [False, None, "no"])
def test_no_face_without_consent(owner, consent) -> None:
    with pytest.raises(UserError, match="Confirm that you may use this face"):
        services.upload_avatar(owner=owner, file=factories.upload(), consent=consent)
    assert list(accounts.files_of(owner)) == []


def test_a_refused_upload_leaves_nothing(owner) -> None:
    with pytest.raises(UserError):
        services.upload_avatar(owner=owner, file=factories.upload(b"no picture"), consent=True)
    assert not Avatar.objects.exists()
    assert list(accounts.files_of(owner)) == []


def test_a_row_that_cannot_be_written_leaves_no_file(owner, monkeypatch) -> None:
    def refuse(**_: object) -> None:
        raise RuntimeError("the database went away")

    monkeypatch.setattr("studio.services.uploads.record_consent", refuse)
    with pytest.raises(RuntimeError):
        services.upload_avatar(owner=owner, file=factories.upload(), consent=True)
    assert not Avatar.objects.exists()
    assert list(accounts.files_of(owner)) == []


def test_long_names_are_refused_and_odd_ones_cleaned(owner) -> None:
    with pytest.raises(UserError, match="1 to 80 characters"):
        services.upload_background(owner=owner, file=factories.upload(), name="n" * 81)
    background = services.upload_background(owner=owner, file=factories.upload(), name=" My\x00\n beach ")
    assert background.name == "My beach"


def test_backgrounds_are_pictures_or_videos(owner) -> None:
    picture = services.upload_background(owner=owner, file=factories.upload())
    video = services.upload_background(owner=owner, file=factories.upload(MP4))
    assert (picture.kind, video.kind) == (Background.Kind.IMAGE, Background.Kind.VIDEO)


def test_uploads_stop_at_the_storage_limit(owner) -> None:
    owner.max_storage_mb = 1
    owner.save()
    factories.stored(factories.background(owner), "media", bytes(1_000_000))
    with pytest.raises(QuotaExceeded, match=r"There is no room for this file: .* 1\.0 of your 1 MB are used"):
        services.upload_background(owner=owner, file=factories.upload())


def test_uploads_are_counted(owner, settings) -> None:
    settings.MAX_UPLOADS = 1
    factories.background(owner)
    with pytest.raises(QuotaExceeded, match="You keep 1 uploads"):
        services.upload_avatar(owner=owner, file=factories.upload(), consent=True)


def test_a_new_recording_takes_the_place_of_the_old(owner, django_capture_on_commit_callbacks) -> None:
    scene = factories.project(owner).scenes.get()
    wav = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(40)
    with django_capture_on_commit_callbacks(execute=True):
        services.upload_recording(scene=scene, file=factories.upload(wav))
    first = scene.recording.name
    with django_capture_on_commit_callbacks(execute=True):
        services.upload_recording(scene=scene, file=factories.upload(wav + b"more"))
    scene.refresh_from_db()
    assert scene.recording.size == len(wav) + 4
    assert not default_storage.exists(first)


def test_deleting_an_avatar_deletes_its_files(owner, django_capture_on_commit_callbacks) -> None:
    avatar = factories.avatar(owner)
    assert len(list(accounts.files_of(owner))) == 3
    with django_capture_on_commit_callbacks(execute=True):
        services.delete_avatar(avatar=avatar)
    assert not Avatar.objects.exists()
    assert list(accounts.files_of(owner)) == []


def test_what_a_running_render_needs_cannot_be_deleted(owner) -> None:
    project = factories.project(owner)
    avatar = factories.avatar(owner)
    background = factories.background(owner, kind=Background.Kind.IMAGE)
    project.scenes.update(avatar=avatar, background=background)
    render = factories.render(project=project, title="A film")
    for delete, row in (
        (services.delete_avatar, {"avatar": avatar}),
        (services.delete_background, {"background": background}),
    ):
        with pytest.raises(Conflict, match=r'is in "A film", which is being rendered'):
            delete(**row)
    Render.objects.filter(pk=render.pk).update(state=Render.State.DONE)
    services.delete_avatar(avatar=avatar)
    services.delete_background(background=background)


def test_uploads_can_be_renamed(owner) -> None:
    assert services.rename_avatar(avatar=factories.avatar(owner), name=" Mia ").name == "Mia"
    with pytest.raises(UserError):
        services.rename_background(background=factories.background(owner), name=" \x00 ")
