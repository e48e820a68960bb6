"""The score of Wav2Lip's judge: known answers for what it computes from embeddings, and a film through it."""

from pathlib import Path

import av
import numpy as np
import pytest
import torch

from rendering.bench.engines import formula
from rendering.bench.lipsync.sync import FARTHEST, compare, judged
from rendering.engines.speech.base import SAMPLE_RATE
from rendering.engines.talking_head.wav2lip.expert import FRAMES, SyncExpert
from rendering.engines.talking_head.wav2lip.judging import SyncJudge
from rendering.engines.talking_head.wav2lip.sound import at_rate, mel_spectrogram, windows

FPS = 25
LENGTH = 50
"""Frames of the film."""
ALL = np.ones(200, bool)


def unit(count: int, seed: int = 0) -> np.ndarray:
    drawn = np.random.default_rng(seed).standard_normal((count, 512))
    return (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float32)


@pytest.mark.parametrize("late", [-FARTHEST, -3, 0, 2, FARTHEST])
def test_sound_that_comes_late_is_found_there(late: int) -> None:
    seen = unit(200)
    score = compare(seen, np.roll(seen, late, axis=0), ALL)
    assert score.offset == late
    # Vectors that have nothing in common are at a right angle.
    assert score.confidence == pytest.approx(np.sqrt(2), abs=0.05)


def test_the_distance_is_that_of_mouth_and_sound() -> None:
    seen = unit(200)
    aslant = (seen + unit(200, seed=1)) / np.sqrt(2)
    assert compare(seen, seen, ALL).distance == pytest.approx(0, abs=1e-6)
    expected = np.linalg.norm(seen - aslant, axis=1).mean()
    assert compare(seen, aslant, ALL).distance == pytest.approx(expected, rel=1e-5)


def test_frames_without_a_mouth_do_not_count() -> None:
    seen = unit(200)
    spoiled, known = seen.copy(), ALL.copy()
    spoiled[50:90], known[50:90] = unit(40, seed=2), False
    assert compare(spoiled, seen, known).distance == pytest.approx(0, abs=1e-6)
    assert compare(spoiled, seen, ALL).distance > 0.1


# ---- with the judge's network ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def expert() -> SyncExpert:
    network = SyncExpert()
    formula.fill(network)
    return network


@pytest.fixture(scope="module")
def models(expert: SyncExpert, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A models folder with the judge as it is released, and nothing else."""
    folder = tmp_path_factory.mktemp("models")
    torch.save(
        {"state_dict": expert.state_dict(), "optimizer": {}, "global_step": 1}, folder / "lipsync_expert.pth"
    )
    return folder


@pytest.fixture
def here(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AVATARLAB_MODELS", str(models))


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A square that grows and shrinks, with a tone."""
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=FPS)
        video.width, video.height, video.pix_fmt = 128, 128, "yuv420p"
        audio = container.add_stream("aac", rate=SAMPLE_RATE, layout="mono")
        for number in range(LENGTH):
            picture = np.full((128, 128, 3), 90, np.uint8)
            picture[70 : 80 + number % 20, 40:90] = (200, 60, 60)
            container.mux(video.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
        time = np.arange(LENGTH * SAMPLE_RATE // FPS) / SAMPLE_RATE
        tone = (0.4 * np.sin(2 * np.pi * 300 * time) * np.abs(np.sin(4 * time))).astype(np.float32)
        sound = av.AudioFrame.from_ndarray(tone[None], "fltp", "mono")
        sound.sample_rate = SAMPLE_RATE
        container.mux(audio.encode(sound))
        for stream in (video, audio):
            container.mux(stream.encode())
    return path


def landmarks() -> np.ndarray:
    """Somewhere in the middle of the film."""
    return formula.array("test.landmarks", (468, 3), 20, 110).numpy()


@pytest.mark.usefixtures("here")
def test_mouths_are_seen_in_runs_of_five(expert: SyncExpert) -> None:
    mouths = formula.array("test.mouths", (8, 48, 96, 3), 0, 255).numpy().astype(np.uint8)
    seen = SyncJudge(threads=1).see(mouths)
    assert seen.shape == (8 - FRAMES + 1, 512)
    bgr = [
        torch.from_numpy(np.ascontiguousarray(mouths[2 + i, ..., ::-1])).permute(2, 0, 1) for i in range(5)
    ]
    expected = expert.see(torch.cat(bgr)[None].float() / 255)
    assert np.abs(seen[2] - expected[0].numpy()).max() < 1e-5


@pytest.mark.usefixtures("here")
def test_sounds_are_heard_frame_by_frame(expert: SyncExpert) -> None:
    samples = formula.array("test.sound", (2 * SAMPLE_RATE,), -0.3, 0.3).numpy()
    heard = SyncJudge(threads=1).hear(samples, 40)
    mel = mel_spectrogram(at_rate(samples))
    expected = expert.hear(torch.from_numpy(windows(mel, np.array([35]), FPS)))
    assert heard.shape == (40, 512)
    assert np.abs(heard[35] - expected[0].numpy()).max() < 1e-5


@pytest.mark.usefixtures("here")
def test_a_film_is_judged(film: Path) -> None:
    score = judged(film, [landmarks()] * LENGTH, FPS)
    assert score is not None
    assert 0 <= score.distance <= 2
    assert score.confidence >= 0
    assert abs(score.offset) <= FARTHEST


@pytest.mark.usefixtures("here")
def test_a_film_without_faces_has_no_score(film: Path) -> None:
    assert judged(film, [None] * LENGTH, FPS) is None


def test_without_the_judge_there_is_no_score(
    film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AVATARLAB_MODELS", str(tmp_path))
    assert judged(film, [landmarks()] * LENGTH, FPS) is None
