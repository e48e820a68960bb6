"""manage.py voices, with small models: consent first, a voice at the end, nothing left behind."""

from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command

from accounts.models import Consent
from accounts.services import VOICE_CONSENT_STATEMENT
from rendering import engine_rows
from studio.models import Voice
from tests import factories, recordings
from tests.neural import tiny_lina

TEXT = "Nothing but a hum is in this recording: six seconds of it, rising and falling."


@pytest.fixture
def owner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    tiny_lina.install(tmp_path / "models", monkeypatch)
    engine_rows.refresh()
    return factories.user("mia@example.org")


def hum(path: Path, *, seconds: float = 6, pitch: float = 180) -> Path:
    path.write_bytes(recordings.wav(recordings.murmur(seconds, pitch=pitch)))
    return path


@pytest.fixture
def minutes(tmp_path: Path) -> Path:
    """A folder with just over three minutes in short recordings."""
    folder = tmp_path / "recordings"
    folder.mkdir()
    for number in range(17):
        hum(folder / f"{number:02}.wav", seconds=11, pitch=150 + 5 * number).with_suffix(".txt").write_text(
            TEXT
        )
    return folder


def voices(*arguments: object) -> str:
    out = StringIO()
    call_command("voices", *map(str, arguments), stdout=out)
    return out.getvalue()


def test_a_voice_is_cloned_listed_and_removed(owner, tmp_path, django_capture_on_commit_callbacks) -> None:
    audio = hum(tmp_path / "me.wav")
    said = ("--transcript", TEXT, "--consent")
    assert "Hum is ready." in voices(
        "clone", "--voice", "Hum", "--owner", owner.email, "--audio", audio, *said
    )
    voice = Voice.objects.get(owner=owner)
    assert voice.state == Voice.State.READY
    assert "Hum  mia@example.org  cloned  Ready" in voices("list")
    with django_capture_on_commit_callbacks(execute=True):
        voices("remove", "Hum", "--owner", owner.email)
    assert not Voice.objects.filter(owner=owner).exists()
    assert not default_storage.exists(voice.bundle.name)


def test_an_unfit_recording_leaves_nothing(owner, tmp_path) -> None:
    audio = hum(tmp_path / "me.wav", seconds=1)
    with pytest.raises(CommandError, match="at least 3 are needed"):
        voices(
            *("clone", "--voice", "Hum", "--owner", owner.email, "--audio", audio),
            *("--transcript", TEXT, "--consent"),
        )
    assert not Voice.objects.filter(owner=owner).exists()


@pytest.mark.parametrize("action", ["clone", "tune"])
def test_without_consent_nothing_happens(owner, minutes, action) -> None:
    said = ("--transcript", TEXT) if action == "clone" else ()
    with pytest.raises(CommandError, match="Add --consent to confirm: This voice is mine"):
        voices(action, "--voice", "Hum", "--owner", owner.email, "--audio", minutes / "00.wav", *said)
    assert not Consent.objects.exists()
    assert not Voice.objects.filter(owner=owner).exists()


def test_a_voice_is_learnt_from_minutes_of_speech(owner, minutes) -> None:
    from rendering.pipeline.narration import Narrator
    from rendering.pipeline.spec import voice_from_json
    from studio.spec import voice_spec

    said = voices(
        *("tune", "--voice", "Hum", "--owner", owner.email, "--audio", minutes),
        *("--epochs", 1, "--consent"),
    )
    assert "Learning from 17 passages" in said
    voice = Voice.objects.get(owner=owner)
    consent = Consent.objects.get(user=owner)
    assert (consent.statement, consent.subject) == (VOICE_CONSENT_STATEMENT, voice.sha256)
    assert (voice.state, voice.media.name) == (Voice.State.READY, "")
    assert not list((settings.DATA_DIR / "tuning").iterdir())
    wav = Narrator(threads=1).preview(
        "Good morning.",
        voice_from_json(voice_spec(voice, 1.0, 0.0)),
        {},
        Path(default_storage.path(voice.bundle.name)),
    )
    assert wav.startswith(b"RIFF")


def test_what_would_be_refused_at_the_end_is_refused_before_the_learning(owner, minutes) -> None:
    said = ("--owner", owner.email, "--audio", minutes, "--consent")
    with pytest.raises(CommandError, match="A name has 1 to 80 characters"):
        voices("tune", "--voice", "H" * 81, *said)
    call_command("models", "remove", "lina-169m", stdout=StringIO())
    with pytest.raises(CommandError, match="models pull lina-169m"):
        voices("tune", "--voice", "Hum", *said)
    assert not Consent.objects.exists()


def test_too_little_to_learn_from_is_refused(owner, minutes) -> None:
    with pytest.raises(CommandError, match=r"last 0\.2 minutes. To learn a voice takes 3 to 15"):
        voices(
            *("tune", "--voice", "Hum", "--owner", owner.email, "--audio", minutes / "00.wav", "--consent")
        )
    assert not Consent.objects.exists()


def test_a_recording_without_its_text_is_named(owner, minutes) -> None:
    (minutes / "03.txt").unlink()
    with pytest.raises(CommandError, match=r"03\.wav: it needs its text beside it, in 03\.txt"):
        voices(*("tune", "--voice", "Hum", "--owner", owner.email, "--audio", minutes, "--consent"))


def test_an_account_that_does_not_exist_is_named(owner, minutes) -> None:
    with pytest.raises(CommandError, match=r"no account of nobody@example\.org"):
        voices("remove", "Hum", "--owner", "nobody@example.org")
