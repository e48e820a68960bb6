"""How a head moves through a clip, as turns, shifts and sizes of a reference frame."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from rendering.engines.talking_head.portrait.face_frame import Array

STEADY = (33, 133, 362, 263, 168, 6, 4, 2, 98, 327, 61, 291, 0)
"""Landmarks that follow the skull and the upper lip: eye corners, nose, mouth corners."""
JITTER = 1.0
"""Frames; standard deviation of the smoothing over time, the mesh trembles by a fraction of a pixel."""


@dataclass(frozen=True)
class Similarity:
    """p -> turn * p + shift, with points as complex numbers x + iy."""

    turn: complex
    shift: complex

    @classmethod
    def between(cls, source: Array, target: Array) -> "Similarity":
        """The best fit in least squares between points [n, 2] (Umeyama 1991, in the plane)."""
        start, end = _complex(source), _complex(target)
        centre, goal = complex(start.mean()), complex(end.mean())
        turn = complex(np.vdot(start - centre, end - goal) / np.vdot(start - centre, start - centre).real)
        return cls(turn, goal - turn * centre)

    @property
    def inverse(self) -> "Similarity":
        return Similarity(1 / self.turn, -self.shift / self.turn)

    def __call__(self, points: Array) -> Array:
        """points float32 [..., 2]."""
        x, y = points[..., 0], points[..., 1]
        across, along = np.float32(self.turn.real), np.float32(self.turn.imag)
        return np.stack(
            [
                across * x - along * y + np.float32(self.shift.real),
                along * x + across * y + np.float32(self.shift.imag),
            ],
            axis=-1,
        )


def _complex(points: Array) -> Array:
    return np.asarray(points[:, 0].astype(np.float64) + 1j * points[:, 1].astype(np.float64))


def follow(landmarks: Sequence[Array], reference: int) -> list[Similarity]:
    """From the reference frame to every frame. landmarks: float32 [468, 3] per frame, panel coordinates."""
    steady = np.stack([points[list(STEADY), :2] for points in landmarks]).astype(np.float64)
    steady = gaussian_filter1d(steady, JITTER, axis=0, mode="nearest")
    return [Similarity.between(steady[reference], points) for points in steady]


def closest_lips(landmarks: Sequence[Array]) -> int:
    """The frame in which the mouth is most closed."""
    gaps = [float(np.linalg.norm(points[13, :2] - points[14, :2])) for points in landmarks]
    return int(np.argmin(gaps))
