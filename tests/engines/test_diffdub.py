"""DiffDub from speech to frames, on a picture and a clip, with tiny networks in files as released."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import torch

from rendering.bench.engines import formula
from rendering.engines.speech.base import SAMPLE_RATE, Phone, Speech
from rendering.engines.talking_head import registry
from rendering.engines.talking_head.base import Actor, Placement, TalkingHead, VideoSource
from rendering.engines.talking_head.diffdub.engine import DiffDubHead
from tests.engines import diffdub_files
from tests.engines.test_portrait import FPS, still
from tests.engines.test_portrait_clip import HALF, LENGTH, source

pytestmark = pytest.mark.models

__all__ = ["source"]

FRAMES = 20
GROWN = 10
"""Pixels of the panel by which what is painted may go beyond nose and jaw."""
SMALL = Placement(width=256, height=256, scale=0.4, offset_x=0.0, offset_y=0.0)


@pytest.fixture(scope="module")
def head(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DiffDubHead]:
    with pytest.MonkeyPatch.context() as patch:
        still()  # finds its face with the models that are there
        folder = tmp_path_factory.mktemp("models")
        patch.setenv("AVATARLAB_MODELS", str(folder))
        patch.setenv("AVATARLAB_DEVICE", "cpu")
        diffdub_files.write(folder)
        engine = registry.engine("diffdub", quality="draft", threads=1)
        assert isinstance(engine, DiffDubHead)
        yield engine


@pytest.fixture(scope="module")
def picture(head: TalkingHead) -> Actor:
    return head.prepare(still(), SMALL)


@pytest.fixture(scope="module")
def clip(head: TalkingHead, source: VideoSource) -> Actor:
    # Edges of a clip keep their colours as they are: finding them takes longer than all else.
    return head.prepare(replace(source, own_colours=True), HALF)


def speech(seconds: float = 0.8, pitch: float = 140) -> Speech:
    """A voice that swells and fades, in one vowel, so that the mouth speaks in all frames."""
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    wave = 0.3 * np.sin(2 * np.pi * pitch * time) * np.sin(2 * np.pi * 1.5 * time) ** 2
    return Speech(wave.astype(np.float32), (), (Phone("AA", 0.0, seconds),), "estimated")


def render(actor: Actor, said: Speech, frames: int = FRAMES) -> tuple[np.ndarray, np.ndarray]:
    chunks = list(actor.animate(said, frames=frames, fps=FPS, seed=7))
    return np.concatenate([c.rgb for c in chunks]), np.concatenate([c.alpha for c in chunks])


def test_a_picture_speaks_and_returns_to_where_it_began(picture: Actor) -> None:
    rgb, alpha = render(picture, speech())
    assert rgb.shape == (FRAMES, 256, 256, 3)
    assert np.array_equal(rgb[0], rgb[-1])
    assert np.array_equal(alpha[0], alpha[-1])
    assert not np.array_equal(rgb[0], rgb[FRAMES // 2])


def test_the_same_is_said_twice_alike(picture: Actor) -> None:
    first, again = (render(picture, speech(), 8)[0] for _ in range(2))
    assert np.array_equal(first, again)


def test_chunks_come_frame_by_frame_where_frames_take_long(picture: Actor) -> None:
    chunk = next(picture.animate(speech(), frames=FRAMES, fps=FPS, seed=1))
    assert len(chunk.rgb) == 1


def test_a_clip_shorter_than_its_speech_goes_on(clip: Actor) -> None:
    frames = LENGTH + 10
    rgb, alpha = render(clip, speech(1.2), frames)
    assert rgb.shape == (frames, 320, 320, 3)
    assert np.array_equal(rgb[0], rgb[-1])
    assert np.array_equal(alpha[0], alpha[-1])


def test_what_is_said_changes_the_lower_face_and_nothing_else(clip: Actor, source: VideoSource) -> None:
    said, other = (render(clip, speech(pitch=pitch))[0].astype(int) for pitch in (140, 320))
    rows, columns = np.nonzero(np.abs(said - other).max(axis=(0, 3)))
    track = np.stack([face.landmarks[:, :2] for face in source.faces]) * HALF.scale
    assert len(rows) > 0
    assert rows.min() > track[:, 4, 1].min() - GROWN
    assert rows.max() < track[:, 152, 1].max() + 2 * GROWN
    assert columns.min() > track[:, 149, 0].min() - GROWN
    assert columns.max() < track[:, 378, 0].max() + GROWN


def test_lips_are_taken_at_the_time_that_a_frame_shows(head: DiffDubHead) -> None:
    lips = formula.array("lips", (1, 75, diffdub_files.LATENT))
    usual = head._speaker.latents(speech(), lips, frames=30, fps=25)
    fast = head._speaker.latents(speech(), lips, frames=90, fps=75)
    # Every third of the faster frames shows the middle of a slower one.
    assert torch.allclose(fast[1::3], usual, atol=1e-4)


def test_a_clips_own_lips_are_what_the_motion_starts_from(head: DiffDubHead, source: VideoSource) -> None:
    photo, film = head.prepare(still(), SMALL), head.prepare(source, HALF)
    own, filmed = (actor._dubber._person.lips[0] for actor in (photo, film))
    assert own.shape == filmed.shape == (75, diffdub_files.LATENT)
    assert torch.equal(own[0], own[1])
    assert not torch.equal(filmed[0], filmed[1])
    assert torch.equal(filmed[0], filmed[LENGTH])
