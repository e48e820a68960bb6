"""Coordinates fixed to a face, and lines drawn on it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import PchipInterpolator

from rendering.engines.talking_head.landmarks import (
    CHIN,
    CORNER_LEFT,
    CORNER_RIGHT,
    FOREHEAD,
    INNER_BOTTOM,
    INNER_TOP,
    OUTER_BOTTOM,
    OUTER_TOP,
)
from rendering.engines.talking_head.panel_picture import Rectangle

Array = NDArray[np.floating]
"""float32 unless a docstring says otherwise."""


def smoothstep(low: float, high: float, value: ArrayLike) -> Array:
    """0 below `low`, 1 above `high`, a cubic between."""
    ratio = np.clip((np.asarray(value, np.float32) - low) / (high - low), 0, 1)
    return np.asarray(ratio * ratio * (3 - 2 * ratio), np.float32)


@dataclass(frozen=True)
class FaceFrame:
    """Axes of a face: x towards the image's right, y towards the chin, the mouth's middle at the origin.

    origin, right, down: float32 [2] in panel coordinates; height: forehead to chin in pixels.
    """

    origin: Array
    right: Array
    down: Array
    height: float

    @classmethod
    def of(cls, points: Array) -> "FaceFrame":
        """points: float32 [468, 2 or 3], panel coordinates."""
        flat = points[:, :2].astype(np.float64)
        axis = flat[CHIN] - flat[FOREHEAD]
        height = float(np.linalg.norm(axis))
        down = axis / height
        right = np.array([down[1], -down[0]])
        right *= np.sign((flat[CORNER_RIGHT] - flat[CORNER_LEFT]) @ right)
        origin = flat[[INNER_TOP, INNER_BOTTOM, OUTER_TOP, OUTER_BOTTOM]].mean(axis=0)
        return cls(origin.astype(np.float32), right.astype(np.float32), down.astype(np.float32), height)

    def local(self, points: Array) -> Array:
        """Panel points [..., 2] to face coordinates [..., 2]."""
        offset = points[..., :2] - self.origin
        return np.stack([offset @ self.right, offset @ self.down], axis=-1).astype(np.float32)

    def panel(self, x: ArrayLike, y: ArrayLike) -> Array:
        """Face coordinates to panel points [..., 2]."""
        across, along = np.asarray(x, np.float32)[..., None], np.asarray(y, np.float32)[..., None]
        return np.asarray(self.origin + across * self.right + along * self.down, np.float32)

    def pixels(self, box: Rectangle) -> tuple[Array, Array]:
        """Face coordinates x, y [height, width] of the middles of some panel pixels."""
        columns = np.arange(box.left, box.right, dtype=np.float32) + np.float32(0.5)
        rows = np.arange(box.top, box.bottom, dtype=np.float32) + np.float32(0.5)
        place = self.local(np.stack(np.meshgrid(columns, rows), axis=-1))
        return place[..., 0], place[..., 1]

    def vectors(self, x: Array, y: Array) -> Array:
        """Displacements along the face's axes to panel displacements [..., 2]."""
        return np.asarray(x[..., None] * self.right + y[..., None] * self.down, np.float32)


class Line:
    """y as a function of x: a monotone cubic through points, constant beyond its ends. Face coordinates."""

    RESOLUTION = 512

    def __init__(self, x: ArrayLike, y: ArrayLike) -> None:
        across, along = np.asarray(x, np.float64), np.asarray(y, np.float64)
        order = np.argsort(across, kind="stable")
        across, along = across[order], along[order]
        distinct = np.concatenate([[True], np.diff(across) > 1e-3])
        across, along = across[distinct], along[distinct]
        self._x = np.linspace(across[0], across[-1], self.RESOLUTION)
        self._y = PchipInterpolator(across, along)(self._x)

    @classmethod
    def through(cls, local: Array, indices: Sequence[int]) -> "Line":
        """The line through some landmarks, in face coordinates."""
        row = local[list(indices)]
        return cls(row[:, 0], row[:, 1])

    @property
    def ends(self) -> tuple[float, float]:
        """Smallest and largest x."""
        return float(self._x[0]), float(self._x[-1])

    def __call__(self, x: ArrayLike) -> Array:
        return np.interp(np.asarray(x, np.float64), self._x, self._y).astype(np.float32)
