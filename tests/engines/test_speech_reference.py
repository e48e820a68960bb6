"""The recording a voice is cloned from: what is used of it, and what is refused with which words."""

from pathlib import Path

import av
import numpy as np
import pytest

from rendering.engines.errors import MediaError
from rendering.engines.speech import reference
from rendering.engines.speech.base import SAMPLE_RATE, Samples, SpeechEngine
from rendering.engines.text.script import parse_script
from rendering.pipeline.audio import wav_bytes

TRANSCRIPT = (
    "The garden was quiet in the morning. She opened the window and listened to the rain for a while."
)


@pytest.fixture(scope="module")
def speech(hibari: SpeechEngine) -> Samples:
    """Some five seconds."""
    return np.concatenate([hibari.synthesize(one, "heart").samples for one in parse_script(TRANSCRIPT)])


def saved(samples: Samples, path: Path) -> Path:
    path.write_bytes(wav_bytes(samples, SAMPLE_RATE))
    return path


def silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * SAMPLE_RATE), np.float32)


def noise(length: int, level: float) -> Samples:
    return (level * np.random.default_rng(0).normal(size=length)).astype(np.float32)


def test_speech_is_used_without_the_silence_around_it(speech: Samples, tmp_path: Path) -> None:
    path = saved(np.concatenate([silence(4), speech, silence(9)]), tmp_path / "me.wav")
    used = reference.read(path, TRANSCRIPT)
    assert used.dtype == np.float32
    assert len(used) / SAMPLE_RATE == pytest.approx(5.2, abs=0.4)


def test_quiet_and_loud_recordings_of_one_voice_become_equally_loud(speech: Samples) -> None:
    quiet, loud = reference.usable_part(speech * 0.5), reference.usable_part(speech)
    np.testing.assert_allclose(quiet, loud, atol=0.01)


def test_an_ordinary_room_is_no_reason_to_refuse(speech: Samples) -> None:
    room = noise(len(speech), 0.1 * float(np.sqrt(np.mean(speech**2))))
    assert len(reference.usable_part(speech + room)) > 4 * SAMPLE_RATE


@pytest.mark.parametrize(
    ("samples", "words"),
    [
        (silence(0.5), "Nothing can be heard"),
        (silence(8), "Nothing can be heard"),
        (noise(8 * SAMPLE_RATE, 0.1), "too much noise or music"),
        (noise(8 * SAMPLE_RATE, 0.001), "too quiet"),
    ],
)
def test_silence_and_noise_are_refused(samples: Samples, words: str) -> None:
    with pytest.raises(MediaError, match=words):
        reference.usable_part(samples)


def test_half_a_second_is_too_little(speech: Samples) -> None:
    with pytest.raises(MediaError, match=r"There are 0\.\d s of speech .* at least 3 are needed"):
        reference.usable_part(speech[: SAMPLE_RATE // 2])


def test_ten_minutes_are_too_much(speech: Samples) -> None:
    with pytest.raises(MediaError, match=r"lasts 6\d\d s, we take up to 15"):
        reference.usable_part(np.tile(speech, 110))


def test_a_distorted_recording_is_refused(speech: Samples) -> None:
    with pytest.raises(MediaError, match="is distorted"):
        reference.usable_part(np.clip(speech * 12, -1, 1))


def test_a_voice_in_loud_noise_is_refused(speech: Samples) -> None:
    with pytest.raises(MediaError, match="too much noise or music"):
        reference.usable_part(speech + noise(len(speech), 0.05))


def test_a_transcript_of_something_else_is_noticed(speech: Samples, tmp_path: Path) -> None:
    path = saved(speech, tmp_path / "me.wav")
    with pytest.raises(MediaError, match="too little text for 5 s"):
        reference.read(path, "Hello.")
    with pytest.raises(MediaError, match="too much text for 5 s"):
        reference.read(path, TRANSCRIPT * 4)


def test_a_text_file_with_the_name_of_a_recording_is_refused(tmp_path: Path) -> None:
    (tmp_path / "me.wav").write_text("no sound at all")
    with pytest.raises(MediaError, match="cannot be read as audio"):
        reference.read(tmp_path / "me.wav", TRANSCRIPT)


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "me.wav").touch()
    with pytest.raises(MediaError, match="cannot be read as audio"):
        reference.read(tmp_path / "me.wav", TRANSCRIPT)


def test_a_film_without_sound_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "me.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        picture = av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), format="rgb24")
        for _ in range(30):
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    with pytest.raises(MediaError, match="has no sound"):
        reference.read(path, TRANSCRIPT)
