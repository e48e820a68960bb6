"""Voices that users clone: only with consent, seen by nobody else, gone when they are deleted."""

import pytest
from django.core.files.storage import default_storage
from django.http import Http404

from accounts import selectors as accounts
from accounts.models import Consent
from accounts.services import VOICE_CONSENT_STATEMENT, delete_account
from avatarlab.errors import Conflict, NotFound, QuotaExceeded, UserError
from rendering.models import Render
from studio import selectors, services
from studio.models import Voice
from studio.spec import uses_file
from tests import factories

WAV = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(40)


@pytest.fixture
def owner():
    factories.cloning_engine()
    return factories.user()


def upload(owner, content: bytes = WAV, **changes) -> Voice:
    given = {"name": "", "transcript": "Good morning.", "consent": True, **changes}
    return services.upload_voice(owner=owner, file=factories.upload(content, "my_voice.wav"), **given)


def test_a_recording_is_kept_and_waits_for_its_check(owner) -> None:
    voice = upload(owner, transcript=" Good\nmorning. ")
    voice.refresh_from_db()
    assert (voice.owner, voice.name, voice.state) == (owner, "my voice", "checking")
    assert (voice.engine, voice.transcript, voice.slug) == ("lina", "Good morning.", "")
    assert voice.media.read() == WAV


def test_consent_is_kept_with_its_words(owner) -> None:
    voice = upload(owner)
    consent = Consent.objects.get(user=owner)
    assert (consent.statement, consent.subject) == (VOICE_CONSENT_STATEMENT, voice.sha256)


@pytest.mark.parametrize("consent", [False, None, "no", 1])
def test_without_consent_nothing_is_kept(owner, consent) -> None:
    with pytest.raises(UserError, match="Confirm that you may use this voice"):
        upload(owner, consent=consent)
    assert not Voice.objects.filter(owner=owner).exists()
    assert not Consent.objects.exists()
    assert list(accounts.files_of(owner)) == []


@pytest.mark.parametrize(
    ("content", "words"), [(b"", "The file is empty"), (b"no sound at all", "not a recording we can read")]
)
def test_what_is_no_recording_is_refused(owner, content, words) -> None:
    with pytest.raises(UserError, match=words):
        upload(owner, content)
    assert list(accounts.files_of(owner)) == []
    assert not Consent.objects.exists()


@pytest.mark.parametrize(
    ("transcript", "words"), [(" \n", "Write down what is said"), ("a" * 601, "has 601 characters")]
)
def test_a_transcript_is_needed_and_no_novel(owner, transcript, words) -> None:
    with pytest.raises(UserError, match=words):
        upload(owner, transcript=transcript)
    assert list(accounts.files_of(owner)) == []


def test_an_instance_that_cannot_clone_says_why() -> None:
    factories.cloning_engine(problem="It needs lina-169m. Run: python manage.py models pull lina-169m")
    owner = factories.user()
    with pytest.raises(Conflict, match="models pull lina-169m"):
        upload(owner)
    assert list(accounts.files_of(owner)) == []


def test_voices_count_as_uploads(owner, settings) -> None:
    settings.MAX_UPLOADS = 1
    factories.voice(owner)
    with pytest.raises(QuotaExceeded, match="You keep 1 uploads"):
        upload(owner)


def test_other_peoples_voices_do_not_exist(owner) -> None:
    stranger = factories.user()
    voice = factories.voice(owner)
    assert voice in selectors.voices_for(owner)
    assert voice not in selectors.voices_for(stranger)
    with pytest.raises(Http404):
        selectors.voice_for(stranger, voice.pk)
    with pytest.raises(NotFound):
        services.create_project(owner=stranger, scenes=[{"script": "Hi.", "voice": voice.pk}])


def test_a_voice_can_be_renamed(owner) -> None:
    voice = services.rename_voice(voice=factories.voice(owner), name="Grandfather")
    voice.refresh_from_db()
    assert voice.name == "Grandfather"


def test_deleting_a_voice_deletes_its_files(owner, django_capture_on_commit_callbacks) -> None:
    voice = factories.voice(owner)
    assert len(list(accounts.files_of(owner))) == 2
    with django_capture_on_commit_callbacks(execute=True):
        services.delete_voice(voice=voice)
    assert not Voice.objects.filter(owner=owner).exists()
    assert list(accounts.files_of(owner)) == []


def test_deleting_the_account_deletes_its_voices(owner, django_capture_on_commit_callbacks) -> None:
    factories.voice(owner)
    user = type(owner).objects.get(pk=owner.pk)
    with django_capture_on_commit_callbacks(execute=True):
        delete_account(user=owner)
    assert not Voice.objects.exclude(owner=None).exists()
    assert list(accounts.files_of(user)) == []


def project_with(owner, voice: Voice):
    project = factories.project(owner)
    project.scenes.update(voice=voice)
    return project


def test_a_render_names_the_voice_file_by_its_content(owner) -> None:
    voice = factories.voice(owner)
    render = services.request_render(owner=owner, project=project_with(owner, voice))
    [scene] = render.spec["scenes"]
    assert scene["voice"]["reference"] == {"sha256": voice.bundle_sha256, "name": voice.bundle.name}
    assert uses_file(render.spec, voice.bundle.name)


def test_a_voice_stays_while_a_render_needs_it(owner) -> None:
    voice = factories.voice(owner)
    render = services.request_render(owner=owner, project=project_with(owner, voice))
    with pytest.raises(Conflict, match="This voice is in"):
        services.delete_voice(voice=voice)
    assert default_storage.exists(voice.bundle.name)
    Render.objects.filter(pk=render.pk).update(state=Render.State.DONE)
    services.delete_voice(voice=voice)


def test_a_voice_that_is_checked_or_refused_makes_no_video(owner) -> None:
    checking = project_with(owner, factories.voice(owner, state=Voice.State.CHECKING))
    with pytest.raises(Conflict, match="still being checked"):
        services.request_render(owner=owner, project=checking)
    refused = factories.voice(owner, state=Voice.State.REFUSED, problem="The recording is too quiet.")
    with pytest.raises(UserError, match="too quiet"):
        services.request_render(owner=owner, project=project_with(owner, refused))


def test_nobody_renders_with_a_voice_that_became_anothers(owner) -> None:
    project = project_with(owner, factories.voice(factories.user()))
    with pytest.raises(UserError, match="Choose a voice"):
        services.request_render(owner=owner, project=project)
