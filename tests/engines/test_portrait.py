"""The portrait engine on a real photo: what the pipeline relies on, and that lips do what is said."""

from dataclasses import replace
from functools import cache

import cv2
import numpy as np
import pytest

from rendering.engines.face.analysis import analyse
from rendering.engines.speech.base import SAMPLE_RATE, Phone, Speech
from rendering.engines.talking_head.base import Placement, StillSource
from rendering.engines.talking_head.portrait.performance import Expression
from rendering.engines.talking_head.portrait.still import StillActor
from rendering.engines.talking_head.portrait.visemes import VISEMES, Viseme
from tests.pictures import astronaut

pytestmark = pytest.mark.models

FPS = 25
SIDE = 640
"""Pixels of the picture."""
SQUARE = Placement(width=384, height=384, scale=0.6, offset_x=0.0, offset_y=0.0)
IN_THE_CORNERS = 6
"""Pixels that may stay open at the very ends of lips 55 pixels wide."""
WORDS = ("SIL", "B", "AA", "P", "IY", "M", "OW", "SIL")


@cache
def still() -> StillSource:
    """The astronaut before a plain wall, so that background and person are told apart by colour."""
    photo = np.ascontiguousarray(astronaut(1024)[:SIDE, 125 : 125 + SIDE])
    face = analyse(photo)
    middle, half = face.landmarks[:, :2].mean(axis=0), face.width
    alpha = np.zeros(photo.shape[:2], np.uint8)
    cv2.ellipse(alpha, (int(middle[0]), int(middle[1])), (int(half), int(1.25 * half)), 0, 0, 360, 255, -1)
    cv2.rectangle(alpha, (int(middle[0] - half), int(middle[1])), (int(middle[0] + half), SIDE), 255, -1)
    plate = np.full_like(photo, (30, 160, 60))
    alpha = cv2.GaussianBlur(alpha, (0, 0), 1.5)
    share = alpha[..., None] / 255
    image = (photo * share + plate * (1 - share)).astype(np.uint8)
    return StillSource(image, alpha, plate, face)


@cache
def actor(placement: Placement = SQUARE) -> StillActor:
    return StillActor(still(), placement)


def speech(labels: tuple[str, ...] = WORDS, seconds: float = 0.16) -> Speech:
    """A hum in the vowels and silence elsewhere, with phones of equal length."""
    phones = tuple(Phone(label, i * seconds, (i + 1) * seconds) for i, label in enumerate(labels))
    time = np.arange(int(len(labels) * seconds * SAMPLE_RATE)) / SAMPLE_RATE
    loud = np.array([VISEMES[label].gap > 0.3 for label in labels])[
        np.minimum((time / seconds).astype(int), len(labels) - 1)
    ]
    samples = (0.3 * np.sin(2 * np.pi * 140 * time) * loud).astype(np.float32)
    return Speech(samples, (), phones, "aligned")


def render(spoken: Speech, frames: int, seed: int = 7, who: StillActor | None = None):
    chunks = list((who or actor()).animate(spoken, frames=frames, fps=FPS, seed=seed))
    return np.concatenate([c.rgb for c in chunks]), np.concatenate([c.alpha for c in chunks])


def draw(expression: Expression, who: StillActor | None = None) -> tuple[np.ndarray, np.ndarray]:
    rgb, alpha = np.zeros((384, 384, 3), np.uint8), np.zeros((384, 384), np.uint8)
    (who or actor()).draw(expression, rgb, alpha)
    return rgb, alpha


def lip_gap(rgb: np.ndarray) -> float:
    """Face heights between the inner lip lines, by the face mesh."""
    face = analyse(cv2.resize(rgb, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC))
    points = face.landmarks[:, :2]
    height = np.linalg.norm(points[10] - points[152])
    return float(
        np.mean([np.linalg.norm(points[a] - points[b]) for a, b in ((13, 14), (312, 317), (82, 87))]) / height
    )


@pytest.mark.parametrize("frames", [1, 2, 8, 33])
def test_gives_exactly_the_frames_asked_for(frames: int) -> None:
    rgb, alpha = render(speech(), frames)
    assert rgb.shape == (frames, 384, 384, 3)
    assert alpha.shape == (frames, 384, 384)


def test_starts_and_ends_at_the_rest_pose() -> None:
    rgb, alpha = render(speech(), 40)
    rest, rest_alpha = draw(Expression())
    for frame in (0, -1):
        assert np.array_equal(rgb[frame], rest)
        assert np.array_equal(alpha[frame], rest_alpha)


def test_leaves_the_rest_pose_without_a_jump() -> None:
    spoken = speech(("AA", "IY", "OW", "AA", "EH", "AA"))
    rgb, _ = render(spoken, 30)
    steps = np.abs(np.diff(rgb.astype(np.float32), axis=0)).mean(axis=(1, 2, 3))
    assert max(steps[0], steps[-1]) <= steps.max()
    assert steps.max() < 4.0


def test_says_the_same_twice() -> None:
    first, again = render(speech(), 24), render(speech(), 24)
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))


def test_another_seed_moves_the_head_otherwise() -> None:
    assert not np.array_equal(render(speech(), 24, seed=1)[0], render(speech(), 24, seed=2)[0])


def test_buffers_belong_to_the_receiver() -> None:
    chunks = actor().animate(speech(), frames=24, fps=FPS, seed=7)
    first = next(chunks)
    kept = first.rgb.copy()
    for _ in chunks:
        pass
    assert np.array_equal(first.rgb, kept)


def test_nothing_is_drawn_outside_the_extent() -> None:
    who = actor(Placement(width=640, height=384, scale=0.4, offset_x=150.5, offset_y=40.25))
    left, top, right, bottom = who.extent
    _, alpha = render(speech(), 24, who=who)
    outside = np.ones(alpha.shape[1:], bool)
    outside[top:bottom, left:right] = False
    assert outside.any()
    assert not alpha[:, outside].any()


def test_motion_stays_inside_the_extent() -> None:
    """What the extent cuts off is empty: its border has no person where the picture goes on."""
    who = actor(Placement(width=384, height=384, scale=0.48, offset_x=30.0, offset_y=77.0))
    left, top, right, _ = who.extent
    _, alpha = render(speech(WORDS * 3), 96, who=who)
    assert not alpha[:, top, left:right].any()


@pytest.mark.parametrize(
    "placement",
    [
        Placement(width=320, height=568, scale=1.0, offset_x=-150.3, offset_y=-40.7),
        Placement(width=640, height=360, scale=0.5625, offset_x=140.0, offset_y=0.0),
        Placement(width=200, height=200, scale=0.24, offset_x=23.4, offset_y=46.4),
    ],
)
def test_fits_any_panel(placement: Placement) -> None:
    who = StillActor(still(), placement)
    rgb, alpha = render(speech(), 8, who=who)
    assert rgb.shape[1:3] == (placement.height, placement.width)
    assert who.plate.shape == (placement.height, placement.width, 3)
    assert alpha.max() == 255


def test_a_placement_without_the_mouth_is_refused() -> None:
    with pytest.raises(ValueError, match="mouth"):
        StillActor(still(), Placement(width=100, height=100, scale=1.0, offset_x=-400.0, offset_y=-400.0))


def test_the_rest_pose_is_the_picture_away_from_the_mouth() -> None:
    rgb, alpha = draw(Expression())
    points = 0.6 * still().face.landmarks
    eyes = int(points[133, 1] - 20), int(points[133, 1] + 8)
    columns = int(points[33, 0]), int(points[263, 0])
    expected = cv2.resize(still().image, (384, 384), interpolation=cv2.INTER_AREA)
    region = (slice(*eyes), slice(*columns))
    assert np.abs(rgb[region].astype(int) - expected[region]).mean() < 3
    assert (alpha[region] == 255).all()


def test_soft_edges_carry_no_background_colour() -> None:
    """The wall is green; a fringe would make soft pixels greener than the person is."""
    rgb, alpha = draw(Expression(yaw=0.04))
    soft = (alpha > 40) & (alpha < 200)
    near = (alpha == 255) & (cv2.dilate(soft.astype(np.uint8), np.ones((9, 9))) > 0)

    def greenness(mask: np.ndarray) -> float:
        colour = rgb[mask].astype(int)
        return float((colour[:, 1] - np.maximum(colour[:, 0], colour[:, 2])).mean())

    assert greenness(soft) < greenness(near) + 12


@cache
def dyed_actor() -> StillActor:
    """The astronaut with a blue mouth inside, so that what shows between the lips can be counted."""
    who = StillActor(still(), SQUARE)
    mouth = who._face.mouth
    textures = mouth._textures
    textures._pictures = [np.full_like(picture, (0, 0, 255, 255)) for picture in textures._pictures]
    mouth._own_teeth = replace(mouth._own_teeth, colour=np.full_like(mouth._own_teeth.colour, (0, 0, 255)))
    return who


def shown_inside(rgb: np.ndarray) -> int:
    """Pixels of the dyed mouth that are seen."""
    colour = rgb[dyed_actor()._window.box.slices].astype(int)
    return int((colour[..., 2] > colour[..., :2].max(axis=2) + 30).sum())


@pytest.mark.parametrize("label", ["M", "B", "P"])
def test_lips_meet(label: str) -> None:
    spoken = speech(("SIL", "SIL", "AA", label, "AA", "SIL", "SIL"), seconds=0.12)
    rgb, _ = render(spoken, 22, who=dyed_actor())
    assert shown_inside(rgb[int(3.5 * 0.12 * FPS)]) <= IN_THE_CORNERS
    assert shown_inside(rgb[int(2.5 * 0.12 * FPS)]) > 100


@pytest.mark.parametrize("jaw", [0.0, 0.3, 0.8])
def test_lips_meet_whatever_the_jaw_does(jaw: float) -> None:
    rgb, _ = draw(Expression(mouth=Viseme(jaw=jaw, press=1.0)), dyed_actor())
    assert shown_inside(rgb) <= IN_THE_CORNERS


def test_wider_vowels_open_wider() -> None:
    gaps = [lip_gap(draw(Expression(mouth=VISEMES[label]))[0]) for label in ("UW", "EH", "AA")]
    assert gaps == sorted(gaps)


def test_silence_is_calm() -> None:
    """Lips stay shut; only breath, sway and blinks are left."""
    quiet = Speech(np.zeros(3 * SAMPLE_RATE, np.float32), (), (Phone("SIL", 0.0, 3.0),), "estimated")
    rgb, _ = render(quiet, 75)
    rest = lip_gap(rgb[0])
    assert max(lip_gap(rgb[frame]) for frame in range(0, 75, 15)) < rest + 0.008
    assert np.abs(np.diff(rgb.astype(np.float32), axis=0)).mean() < 1.0


def test_eyes_close_in_a_blink() -> None:
    open_eyes, _ = draw(Expression())
    shut, _ = draw(Expression(blink=1.0))
    points = (0.6 * still().face.landmarks[:, :2]).astype(int)
    row = slice(points[159, 1], points[145, 1] + 1)
    column = slice(points[160, 0], points[158, 0] + 1)
    dark_open, dark_shut = open_eyes[row, column].min(), shut[row, column].mean()
    assert dark_shut > dark_open + 25
    again, _ = draw(Expression())
    assert np.array_equal(again, open_eyes)
