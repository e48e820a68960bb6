"""The frame of a clip whose lips are spoken with, and at which sentences begin and end."""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from rendering.engines.face.base import Image
from rendering.engines.talking_head.clips.traits import Array, suitability
from rendering.engines.talking_head.panel_picture import Rectangle

CANDIDATES = 6
"""Frames that are looked at: decoding one costs up to a group of frames."""
APART = 0.4
"""Seconds between candidates; neighbours look alike."""
HALF_AS_SHARP = 1.0
"""What a frame half as sharp as the best must be better by in everything else."""


def choose_reference(
    landmarks: Array, fps: float, read: Callable[[int], Image], barred: NDArray[np.bool_]
) -> int:
    """Closed lips, frontal, calm, eyes open, sharp.

    landmarks: float32 [frames, 468, 3] in pixels of what `read` gives for a frame's number; barred: frames
    without a face, bool [frames], not all. Raises what `read` raises."""
    cost = np.where(barred, np.inf, suitability(landmarks))
    chosen = _candidates(cost, max(1, round(APART * fps)))
    sharpness = np.array([_sharpness(read(number), landmarks[number]) for number in chosen])
    blur = np.log2(sharpness.max() / np.maximum(sharpness, 1e-6))
    return chosen[int(np.argmin(cost[chosen] + HALF_AS_SHARP * blur))]


def _candidates(cost: Array, apart: int) -> list[int]:
    """The best frames, none near another, in the order in which they are read fastest."""
    left = cost.copy()
    chosen: list[int] = []
    while len(chosen) < CANDIDATES and np.isfinite(left).any():
        best = int(np.argmin(left))
        chosen.append(best)
        left[max(0, best - apart + 1) : best + apart] = np.inf
    return sorted(chosen)


def _sharpness(image: Image, landmarks: Array) -> float:
    """Variance of the face's Laplacian (Pech-Pacheco et al. 2000)."""
    whole = Rectangle(0, 0, image.shape[1], image.shape[0])
    face = Rectangle.around(landmarks[:, :2]).within(whole)
    if face.empty:
        return 0.0
    grey = cv2.cvtColor(np.ascontiguousarray(image[face.slices]), cv2.COLOR_RGB2GRAY)
    return float(cv2.Laplacian(grey, cv2.CV_32F).var())
