"""How a head moves through a clip, and when its mouth is open."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, maximum_filter1d

from rendering.engines.face.pose import head_pose
from rendering.engines.talking_head.portrait.face_frame import Array, smoothstep
from rendering.engines.talking_head.portrait.landmarks import (
    CHIN,
    CORNER_LEFT,
    CORNER_RIGHT,
    FOREHEAD,
    LEFT_LID_LOWER,
    LEFT_LID_UPPER,
    RIGHT_LID_LOWER,
    RIGHT_LID_UPPER,
)

RIGID = (
    # The nose's base weighs double: it is nearest to the mouth.
    *(2, 98, 327, 97, 326, 2, 98, 327, 97, 326),
    *(1, 4, 5, 6, 8, 168, 195, 197),
    *(33, 133, 263, 362, 9, 10, 151, 127, 356, 234, 454, 116, 345, 227, 447),
)
"""Landmarks that follow the skull whatever the mouth does: nose, eyes, forehead, temples, cheekbones."""
LIP_PAIRS = ((13, 14), (312, 317), (82, 87))
"""Upper and lower inner lip, in the middle and beside it."""
CLOSED_BELOW, OPEN_ABOVE = 0.003, 0.008
"""Face heights by which a mouth is more open than the reference: the mesh, smoothed, trembles by the former
on closed lips; teeth show from a little below the latter on."""
AROUND_TALK = 0.25
"""Seconds before and after an open mouth that count as talking: lips purse and spread there, too."""

Curve = NDArray[np.float64]
"""float64 [frames]."""


@dataclass(frozen=True)
class HeadPose:
    """Points of the reference's head in space to where an affine camera sees them in another frame
    (Koenderink and van Doorn 1991): p -> turn @ p + shift. turn: [2, 3]; shift: [2].

    Not a rotation, and the frame's own depths are not looked at: on a picture that is squashed, as some clips
    are, the mesh's change as the mouth opens. On one of true proportions both fits are equally good."""

    turn: Array
    shift: Array

    @classmethod
    def between(cls, source: Array, target: Array) -> "HeadPose":
        """The best fit in least squares. source: float [n, 3]; target: [n, 2 or 3]."""
        start, end = source.astype(np.float64), target[:, :2].astype(np.float64)
        centre, goal = start.mean(axis=0), end.mean(axis=0)
        turn = np.linalg.lstsq(start - centre, end - goal, rcond=None)[0].T
        return cls(turn, goal - turn @ centre)

    def __call__(self, points: Array) -> Array:
        """points [..., 3] to float32 [..., 2]."""
        return np.asarray(points @ self.turn.T + self.shift, np.float32)


def follow(landmarks: Array, reference: int) -> list[HeadPose]:
    """From the reference frame to every frame. landmarks: float32 [frames, 468, 3], without jitter."""
    rigid = landmarks[:, list(RIGID)]
    return [HeadPose.between(rigid[reference], points) for points in rigid]


def lip_opening(landmarks: Array) -> Curve:
    """Between the inner lips, face heights. landmarks: float32 [frames, 468, 3]."""
    gaps = [_distance(landmarks, *pair) for pair in LIP_PAIRS]
    # The chin sinks with the jaw, so that the height of one frame is not the face's.
    return np.asarray(np.mean(gaps, axis=0) / np.median(_distance(landmarks, FOREHEAD, CHIN)), np.float64)


def talking(opening: Curve, closed: float, fps: float) -> Curve:
    """How much each frame of a clip is one of a mouth that talks, 0..1, without a jump over time.

    opening: from `lip_opening`; closed: that of closed lips."""
    reach = round(AROUND_TALK * fps)
    widest = maximum_filter1d(opening - closed, 2 * reach + 1, mode="nearest")
    share = smoothstep(CLOSED_BELOW, OPEN_ABOVE, widest)
    return np.asarray(gaussian_filter1d(share, reach / 3, mode="nearest"), np.float64)


def motion(landmarks: Array) -> Curve:
    """How fast the face moves in each frame; 1 is the clip's median. landmarks: float32 [frames, 468, 3]."""
    if len(landmarks) == 1:
        return np.zeros(1)
    speed = np.linalg.norm(np.gradient(landmarks[:, :, :2], axis=0), axis=2).mean(axis=1)
    return np.asarray(speed / max(float(np.median(speed)), 1e-6), np.float64)


def suitability(landmarks: Array) -> Curve:
    """How far each frame is from a good reference; 0 is a calm, frontal face with closed lips and open eyes.

    landmarks: float32 [frames, 468, 3]. Each term is 1 where a viewer begins to notice it."""
    height = float(np.median(_distance(landmarks, FOREHEAD, CHIN)))
    opening = lip_opening(landmarks)
    width = _distance(landmarks, CORNER_LEFT, CORNER_RIGHT) / height
    eyes = _eye_opening(landmarks) / height
    yaw, pitch, _ = np.array([head_pose(points) for points in landmarks]).T
    return np.asarray(
        (opening - opening.min()) / 0.006
        + (yaw / 10) ** 2
        + (pitch / 12) ** 2
        + (np.abs(width - np.median(width)) / 0.02) ** 2
        + motion(landmarks) / 2
        + np.maximum(0, 1 - eyes / np.median(eyes)) / 0.15,
        np.float64,
    )


def _eye_opening(landmarks: Array) -> Curve:
    """Distance of the lids' middles, both eyes, pixels."""
    middle = len(RIGHT_LID_UPPER) // 2
    right = _distance(landmarks, RIGHT_LID_UPPER[middle], RIGHT_LID_LOWER[middle])
    left = _distance(landmarks, LEFT_LID_UPPER[middle], LEFT_LID_LOWER[middle])
    return (right + left) / 2


def _distance(landmarks: Array, one: int, other: int) -> Curve:
    apart = landmarks[:, one, :2] - landmarks[:, other, :2]
    return np.asarray(np.linalg.norm(apart.astype(np.float64), axis=1))
