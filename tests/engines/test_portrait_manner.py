"""What expressions do to a real photo: smiles with shut lips, rest poses that join, eyes that meet ours."""

import cv2
import numpy as np
import pytest

from rendering.engines.face.analysis import analyse
from rendering.engines.face.pose import head_pose
from rendering.engines.talking_head.base import Manner, Placement
from rendering.engines.talking_head.portrait.eyes import find_eyes
from rendering.engines.talking_head.portrait.face_frame import FaceFrame
from rendering.engines.talking_head.portrait.performance import Expression
from rendering.engines.talking_head.portrait.still import StillActor
from rendering.engines.talking_head.portrait.visemes import VISEMES, Viseme
from tests.engines.test_portrait import (
    FPS,
    IN_THE_CORNERS,
    WORDS,
    actor,
    draw,
    dyed_actor,
    shown_inside,
    speech,
    still,
)

pytestmark = pytest.mark.models

CORNERS, NOSE = (61, 291), 2
"""Of the mouth; below the nose."""


def play(manner: Manner, frames: int = 33, who: StillActor | None = None) -> tuple[np.ndarray, np.ndarray]:
    chunks = list((who or actor()).animate(speech(), frames=frames, fps=FPS, seed=7, manner=manner))
    return np.concatenate([c.rgb for c in chunks]), np.concatenate([c.alpha for c in chunks])


@pytest.mark.parametrize("expression", ["friendly", "serious", "energetic"])
def test_sentences_of_a_scene_begin_and_end_with_the_same_face(expression: str) -> None:
    rgb, _ = play(Manner(expression, 1.3))
    assert np.array_equal(rgb[0], rgb[-1])
    assert not np.array_equal(rgb[0], draw(Expression())[0])


@pytest.mark.parametrize("smile", [0.25, 0.5, 1.0])
def test_a_smile_does_not_part_the_lips(smile: float) -> None:
    plain, smiling = (shown_inside(draw(Expression(smile=each), dyed_actor())[0]) for each in (0.0, smile))
    assert smiling <= plain + IN_THE_CORNERS


@pytest.mark.parametrize("jaw", [0.0, 0.3, 0.8])
def test_lips_meet_in_a_smile_whatever_the_jaw_does(jaw: float) -> None:
    smiling = Expression(mouth=Viseme(jaw=jaw, press=1.0), smile=1.0)
    assert shown_inside(draw(smiling, dyed_actor())[0]) <= IN_THE_CORNERS


def test_a_smile_draws_the_corners_up_and_aside() -> None:
    plain, smiling = (
        analyse(cv2.resize(draw(Expression(smile=smile))[0], None, fx=2, fy=2)).landmarks[:, :2]
        for smile in (0.0, 1.0)
    )
    height = np.linalg.norm(plain[10] - plain[152])

    def width(points: np.ndarray) -> float:
        return float(np.linalg.norm(points[CORNERS[1]] - points[CORNERS[0]]) / height)

    def sunk(points: np.ndarray) -> float:
        return float((points[list(CORNERS), 1].mean() - points[NOSE, 1]) / height)

    assert width(smiling) > width(plain) + 0.015
    # The face in the picture smiles already, so the mesh sees little more of it.
    assert sunk(smiling) < sunk(plain) - 0.002


def test_a_smile_leaves_eyes_and_forehead_where_they_are() -> None:
    plain, smiling = (draw(Expression(smile=smile))[0].astype(int) for smile in (0.0, 1.0))
    brows = int(0.6 * still().face.landmarks[[105, 334], 1].max())
    assert np.array_equal(plain[:brows], smiling[:brows])


def test_a_vowel_is_spoken_with_a_smile() -> None:
    rgb, _ = draw(Expression(mouth=VISEMES["AA"], smile=0.5), dyed_actor())
    assert shown_inside(rgb) > 100


def test_the_liveliest_motion_stays_inside_the_extent() -> None:
    who = actor(Placement(width=384, height=384, scale=0.48, offset_x=30.0, offset_y=77.0))
    left, top, right, _ = who.extent
    _, alpha = play(Manner("energetic", 2.0), 96, who)
    assert len(WORDS) * 0.16 * FPS < 96
    assert not alpha[:, top, left:right].any()


def grey(canvas: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(canvas, cv2.COLOR_RGBA2GRAY).astype(int)


@pytest.mark.parametrize("shift", [-0.09, 0.09])
def test_eyes_that_look_aside_are_brought_back(shift: float) -> None:
    source = still()
    landmarks = source.face.landmarks
    frame, yaw = FaceFrame.of(landmarks), float(np.radians(head_pose(landmarks)[0]))
    straight = np.dstack([source.image, source.alpha])
    aside, corrected = straight.copy(), straight.copy()
    for canvas in (aside, corrected):
        for eye in find_eyes(straight, frame, frame.local(landmarks), yaw, 1):
            eye.paint(canvas, 0.0, (shift, 0.0))
    find_eyes(corrected, frame, frame.local(landmarks), yaw, 1)
    before, after = (np.abs(grey(canvas) - grey(straight)).sum() for canvas in (aside, corrected))
    assert before > 0
    assert after < 0.75 * before
