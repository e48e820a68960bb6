"""Recordings instead of a voice, and timing from the sound alone."""

from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from rendering.engines.errors import MediaError
from rendering.engines.speech import recording
from rendering.engines.speech.alignment import Aligner
from rendering.engines.speech.base import SAMPLE_RATE, Samples, SpeechEngine
from rendering.engines.speech.estimate import estimate_phones
from rendering.engines.speech.recording import cut, listen, read_recording, split_at_pauses
from rendering.engines.speech.speak import speak
from rendering.engines.text.script import parse_script

SCRIPT = parse_script("Welcome to the studio. Six ships sail past the sea.")


@pytest.fixture(scope="module")
def samples(hibari: SpeechEngine, aligner: Aligner) -> Samples:
    return np.concatenate([speak(hibari, sentence, "heart", aligner=aligner).samples for sentence in SCRIPT])


def write_audio(path: Path, samples: Samples, *, codec: str, rate: int) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate, layout="stereo")
        frame = av.AudioFrame.from_ndarray(np.stack([samples, samples]), format="fltp", layout="stereo")
        frame.sample_rate = SAMPLE_RATE
        for block in av.AudioResampler(format=stream.format, layout="stereo", rate=rate).resample(frame):
            container.mux(stream.encode(block))
        container.mux(stream.encode(None))


@pytest.mark.parametrize(
    ("name", "codec", "rate"),
    [("voice.wav", "pcm_s16le", 44_100), ("voice.m4a", "aac", 48_000), ("voice.flac", "flac", 16_000)],
)
def test_any_audio_file_is_read_as_mono_at_our_rate(
    name: str, codec: str, rate: int, samples: Samples, tmp_path: Path
) -> None:
    write_audio(tmp_path / name, samples, codec=codec, rate=rate)
    read = read_recording(tmp_path / name)
    assert read.dtype == np.float32
    assert len(read) / SAMPLE_RATE == pytest.approx(len(samples) / SAMPLE_RATE, abs=0.1)
    assert np.sqrt(np.mean(read**2)) == pytest.approx(np.sqrt(np.mean(samples**2)), rel=0.2)


@pytest.mark.parametrize("content", [b"", b"not audio at all" * 50, b"RIFF\x00\x00\x00\x00WAVEfmt "])
def test_a_damaged_file_is_refused_with_the_remedy(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "voice.wav").write_bytes(content)
    with pytest.raises(MediaError, match="convert it to WAV, MP3 or M4A"):
        read_recording(tmp_path / "voice.wav")


def test_a_video_without_sound_is_refused(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "silent.mp4"), "w") as container:
        stream = container.add_stream("mpeg4", rate=25)
        stream.width = stream.height = 64
        container.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), dtype=np.uint8))))
        container.mux(stream.encode(None))
    with pytest.raises(MediaError, match="no sound"):
        read_recording(tmp_path / "silent.mp4")


def test_a_recording_that_is_too_long_names_the_limit(
    samples: Samples, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "LONGEST_RECORDING", 1)
    write_audio(tmp_path / "long.wav", samples, codec="pcm_s16le", rate=SAMPLE_RATE)
    with pytest.raises(MediaError, match="limit"):
        read_recording(tmp_path / "long.wav")


def test_spans_cover_everything_and_end_in_pauses(samples: Samples) -> None:
    spans = split_at_pauses(np.tile(samples, 4), max_seconds=6.0)
    assert spans[0][0] == 0
    assert spans[-1][1] == 4 * len(samples)
    assert all(before[1] == after[0] for before, after in pairwise(spans))
    assert all(end - start <= 6.0 * SAMPLE_RATE for start, end in spans)
    around = [np.tile(samples, 4)[end - 1200 : end + 1200] for _, end in spans[:-1]]
    assert max(np.abs(part).max() for part in around) < 0.02


def test_sound_without_a_pause_is_cut_all_the_same() -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, 30 * SAMPLE_RATE).astype(np.float32)
    spans = split_at_pauses(noise)
    assert sum(end - start for start, end in spans) == len(noise)
    assert all(end - start <= 12 * SAMPLE_RATE for start, end in spans)


def test_a_recording_with_its_transcript_is_aligned(samples: Samples, aligner: Aligner) -> None:
    speech = listen(samples, SCRIPT, aligner)
    assert speech.timing == "aligned"
    assert [word.text for word in speech.words] == [word.written for s in SCRIPT for word in s.words]


def test_without_a_transcript_the_mouth_follows_the_sound(samples: Samples, aligner: Aligner) -> None:
    known, heard = listen(samples, SCRIPT, aligner), listen(samples, None, aligner)
    assert heard.timing == "estimated"
    assert heard.words == ()
    times = np.arange(0, known.duration, 0.02)
    agree = [is_open(known, time) == is_open(heard, time) for time in times]
    assert np.mean(agree) > 0.8


def is_open(speech: recording.Speech, time: float) -> bool:
    return next(p.label for p in speech.phones if p.start <= time < p.end) != "SIL"


def test_hisses_are_heard_as_hisses(samples: Samples, aligner: Aligner) -> None:
    hisses = [p for p in listen(samples, SCRIPT, aligner).phones if p.label in ("S", "SH")]
    heard = estimate_phones(samples)
    middles = [(p.start + p.end) / 2 for p in hisses]
    found = [next(p.label for p in heard if p.start <= middle < p.end) in ("S", "SH") for middle in middles]
    assert np.mean(found) > 0.7


@pytest.mark.parametrize("kind", ["silence", "noise", "faint noise", "a tone", "one sample"])
def test_what_is_not_speech_leaves_the_mouth_closed(kind: str, aligner: Aligner) -> None:
    time = np.arange(2 * SAMPLE_RATE) / SAMPLE_RATE
    noise = np.random.default_rng(0).normal(0, 1, len(time))
    sound = {
        "silence": 0 * time,
        "noise": 0.1 * noise,
        "faint noise": 0.001 * noise,
        "a tone": 0.3 * np.sin(2 * np.pi * 440 * time),
        "one sample": np.zeros(1),
    }[kind].astype(np.float32)
    speech = listen(sound, SCRIPT, aligner)
    assert speech.timing == "estimated"
    assert {phone.label for phone in speech.phones} == {"SIL"}
    assert speech.phones[-1].end == pytest.approx(speech.duration)


def test_music_is_survived_and_timed_to_its_end(aligner: Aligner) -> None:
    time = np.arange(4 * SAMPLE_RATE) / SAMPLE_RATE
    music = sum(np.sin(2 * np.pi * note * time) for note in (220, 277, 330)) * (np.sin(np.pi * 2 * time) ** 2)
    speech = listen((0.2 * music).astype(np.float32), SCRIPT, aligner)
    assert speech.phones[-1].end == pytest.approx(4.0)
    assert [word.text for word in speech.words] == [word.written for s in SCRIPT for word in s.words]


def test_estimated_words_are_in_order_and_within_the_sound(samples: Samples, aligner: Aligner) -> None:
    wrong = parse_script("Completely different words that nobody in this recording has ever said aloud.")
    speech = listen(samples, wrong, aligner)
    assert speech.timing == "estimated"
    starts = [word.start for word in speech.words]
    assert starts == sorted(starts)
    assert 0 < speech.words[0].start < 0.3
    assert speech.words[-1].end <= speech.duration


def test_a_cut_keeps_its_words_and_phones(samples: Samples, aligner: Aligner) -> None:
    speech = listen(samples, SCRIPT, aligner)
    (start, middle), (_, end) = split_at_pauses(samples, max_seconds=len(samples) / SAMPLE_RATE - 0.5)
    first, second = cut(speech, start, middle), cut(speech, middle, end)
    assert [word.text for word in (*first.words, *second.words)] == [word.text for word in speech.words]
    for part in (first, second):
        assert part.phones[0].start == 0
        assert part.phones[-1].end == pytest.approx(part.duration)
