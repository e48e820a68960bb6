"""Landmarks over time: gaps bridged, jitter taken out."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, median_filter

from rendering.engines.face.mesh import Landmarks

SMOOTHING = 1.0
"""Sigma in frames: takes the mesh's jitter of a pixel or so, leaves blinks and nods."""

AROUND = 5
"""Frames of the running median: up to two bad ones in a row are seen."""
STRAY = 5.0
"""Times the usual distance from it."""
LEAST_STRAY = 0.02
"""Of the face's diagonal: quick nods stay below."""

Track = NDArray[np.float32]
"""float32 [frames, 468, 3], as Landmarks."""


def bridge_gaps(found: Sequence[Landmarks | None]) -> Track:
    """Landmarks for every frame, interpolated where the face was out of sight; at least one is known."""
    known = [index for index, landmarks in enumerate(found) if landmarks is not None]
    points = np.stack([landmarks for landmarks in found if landmarks is not None])
    times = np.clip(np.arange(len(found)), known[0], known[-1])
    after = np.clip(np.searchsorted(known, times), 1 if len(known) > 1 else 0, len(known) - 1)
    before = np.maximum(after - 1, 0)
    start, end = np.array(known)[before], np.array(known)[after]
    share = (times - start) / np.maximum(end - start, 1)
    return np.asarray(points[before] + (points[after] - points[before]) * share[:, None, None], np.float32)


def without_outliers(found: Sequence[Landmarks | None]) -> list[Landmarks | None]:
    """The landmarks, None where a frame's are out of line with those before and after: a hand or a blur
    misled the mesh for a moment (Hampel 1974). At least one is known, and one stays."""
    track = bridge_gaps(found)[..., :2]
    expected = median_filter(track, size=(AROUND, 1, 1), mode="nearest")
    away = np.linalg.norm(track - expected, axis=2).mean(axis=1)
    width = np.linalg.norm(np.ptp(expected, axis=1), axis=1)
    usual = float(np.median(away))
    stray = (away > STRAY * usual) & (away > LEAST_STRAY * width)
    return [None if out else landmarks for out, landmarks in zip(stray, found, strict=True)]


def smooth(track: Track) -> Track:
    """The track without jitter and without lag (Gaussian over time)."""
    return np.asarray(gaussian_filter1d(track, SMOOTHING, axis=0, mode="nearest"), np.float32)
