"""What a worker makes of a recording, with a small codec in the place of the released one."""

import functools
from pathlib import Path

import numpy as np
import pytest
from django.core.files.storage import default_storage

from rendering import jobs, leases, queues, recovery, resident, services
from studio.models import Voice
from tests import factories, recordings
from tests.neural import tiny_lina

TRANSCRIPT = "Nothing but a hum is in this recording: 6 seconds of it, rising and falling."
SPOKEN = "Nothing but a hum is in this recording: six seconds of it, rising and falling."
CHECKING, READY, REFUSED = Voice.State.CHECKING, Voice.State.READY, Voice.State.REFUSED


def hum(seconds: float, level: float = 0.3) -> bytes:
    return recordings.wav(recordings.murmur(seconds, level=level))


def waiting(content: bytes, **fields: object) -> Voice:
    voice = factories.voice(factories.user(), state=CHECKING, transcript=TRANSCRIPT, **fields)
    voice.sha256 = factories._kept(voice, "media", content, "wav")
    voice.save()
    return voice


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A models folder with everything the engine needs, small."""
    tiny_lina.install(tmp_path / "models", monkeypatch)
    monkeypatch.setattr(resident, "renderer", functools.cache(resident.renderer.__wrapped__))


def test_a_good_recording_becomes_a_voice(models, work) -> None:
    from safetensors import safe_open

    voice = waiting(hum(6))
    services.check_voice(voice=voice)
    work()
    voice.refresh_from_db()
    assert (voice.state, voice.problem) == (READY, "")
    with safe_open(default_storage.path(voice.bundle.name), "np") as file:
        assert file.metadata() == {"format": "avatarlab-voice", "version": "1", "transcript": SPOKEN}
        codes = file.get_tensor("codes")
    assert codes.dtype == np.int64
    assert codes.shape[-1] == pytest.approx(6 * 75, abs=45)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (hum(0.5), "at least 3 are needed"),
        (hum(16), "up to 15"),
        (hum(6, level=0.0), "Nothing can be heard"),
        (hum(6, level=20.0), "distorted"),
        (b"RIFF\x24\x00\x00\x00WAVE, and then no sound", "cannot be read as audio"),
    ],
)
def test_an_unfit_recording_is_refused_with_the_reason(models, content, words) -> None:
    voice = waiting(content)
    jobs.check_voice(voice.id)
    voice.refresh_from_db()
    assert voice.state == REFUSED
    assert words in voice.problem
    assert not voice.bundle


def test_a_missing_model_is_named(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("AVATARLAB_MODELS", str(tmp_path))
    voice = waiting(hum(6))
    jobs.check_voice(voice.id)
    voice.refresh_from_db()
    assert voice.state == REFUSED
    assert "models pull" in voice.problem


def test_a_cloned_voice_can_be_heard(models) -> None:
    voice = waiting(hum(6))
    jobs.check_voice(voice.id)
    asked = {"owner_id": voice.owner_id, "text": "Good morning.", "speed": 1.0, "pitch": 0.0}
    sound, problem = jobs.hear(voice_id=voice.id, **asked)
    assert problem == ""
    assert sound.startswith(b"RIFF")
    default_storage.delete(Voice.objects.get(pk=voice.pk).bundle.name)
    Voice.objects.filter(pk=voice.pk).update(bundle_sha256="0" * 64)
    sound, problem = jobs.hear(voice_id=voice.id, **asked)
    assert sound == b""
    assert problem


def test_a_forbidden_engine_clones_nothing(models, settings) -> None:
    settings.FORBID_NON_COMMERCIAL = True
    voice = waiting(hum(6))
    jobs.check_voice(voice.id)
    voice.refresh_from_db()
    assert voice.state == REFUSED
    assert "commercial use" in voice.problem


def test_a_voice_deleted_meanwhile_leaves_no_file(models) -> None:
    voice = waiting(hum(6))
    stale = Voice.objects.get(pk=voice.pk)
    Voice.objects.filter(pk=voice.pk).delete()
    from rendering import voices

    voices.keep_bundle(stale, b"a voice file")
    assert not default_storage.exists(stale.bundle.name)


def test_a_check_that_redis_forgot_is_enqueued_again() -> None:
    voice = waiting(hum(6))
    Voice.objects.filter(pk=voice.pk).update(created="2020-01-01T00:00Z")
    recovery.sweep()
    assert queues.queue(queues.INTERACTIVE).get_job_ids() == [f"voice-{voice.pk}"]


def test_a_recording_that_kills_every_worker_is_refused() -> None:
    voice = waiting(hum(6))
    Voice.objects.filter(pk=voice.pk).update(created="2020-01-01T00:00Z")
    for _ in range(leases.MAX_CRASHES):
        with pytest.raises(KeyboardInterrupt), resident.working_on(f"voice-{voice.pk}"):
            raise KeyboardInterrupt
        resident._at_work.clear()
        queues.short_connection().delete(f"at-work:voice-{voice.pk}")
    recovery.sweep()
    voice.refresh_from_db()
    assert voice.state == REFUSED
    assert "another" in voice.problem
