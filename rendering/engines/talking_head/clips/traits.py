"""What decides how a clip's frames are used: how far the mouth is open, how fast the face moves, how fit each
is to begin and end with."""

import numpy as np
from numpy.typing import NDArray

from rendering.engines.face.pose import head_pose
from rendering.engines.talking_head.landmarks import (
    CHIN,
    CORNER_LEFT,
    CORNER_RIGHT,
    FOREHEAD,
    LEFT_LID_LOWER,
    LEFT_LID_UPPER,
    RIGHT_LID_LOWER,
    RIGHT_LID_UPPER,
)

LIP_PAIRS = ((13, 14), (312, 317), (82, 87))
"""Upper and lower inner lip, in the middle and beside it."""

Array = NDArray[np.floating]
Curve = NDArray[np.float64]
"""float64 [frames]."""


def lip_opening(landmarks: Array) -> Curve:
    """Between the inner lips, face heights. landmarks: float32 [frames, 468, 3]."""
    gaps = [_distance(landmarks, *pair) for pair in LIP_PAIRS]
    # The chin sinks with the jaw, so that the height of one frame is not the face's.
    return np.asarray(np.mean(gaps, axis=0) / np.median(_distance(landmarks, FOREHEAD, CHIN)), np.float64)


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
