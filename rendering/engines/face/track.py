"""Landmarks over time: gaps bridged, jitter taken out."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from rendering.engines.face.mesh import Landmarks

SMOOTHING = 1.0
"""Sigma in frames: takes the mesh's jitter of a pixel or so, leaves blinks and nods."""

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


def smooth(track: Track) -> Track:
    """The track without jitter and without lag (Gaussian over time)."""
    return np.asarray(gaussian_filter1d(track, SMOOTHING, axis=0, mode="nearest"), np.float32)
