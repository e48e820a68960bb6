"""A clip's frames brought to the panel, quickly."""

from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from rendering.engines.talking_head.base import Placement
from rendering.engines.talking_head.panel_picture import Rectangle, covered_pixels

SHRUNK_BELOW = 0.75
"""Scale below which pixels are averaged: a cubic kernel would skip some."""

Plane = TypeVar("Plane", bound=NDArray[np.uint8])


class ClipPlacement:
    """Whole pixels of the clip to whole pixels of the panel: at most half a pixel away from the placement,
    and many times faster than resampling at its fractions. All of a clip is placed by it, so that nothing is
    displaced against anything else. A point p of the clip lands at scale * p + offset, both [2]."""

    def __init__(self, size: tuple[int, int], placement: Placement) -> None:
        """size: width and height of the clip."""
        self.panel = Rectangle(0, 0, placement.width, placement.height)
        self.covered = covered = covered_pixels(size, placement)
        offset, scale = np.array([placement.offset_x, placement.offset_y]), placement.scale
        first = (np.array([covered.left, covered.top]) - offset) / scale
        last = (np.array([covered.right, covered.bottom]) - offset) / scale
        first, last = np.maximum(np.rint(first), 0), np.minimum(np.rint(last), size)
        self._taken = Rectangle(int(first[0]), int(first[1]), int(last[0]), int(last[1]))
        self.scale = np.array([covered.width, covered.height]) / (last - first)
        self.offset = np.array([covered.left, covered.top]) - first * self.scale
        whole = self._taken.width == covered.width and self._taken.height == covered.height
        shrunk = self.scale.min() < SHRUNK_BELOW
        self._how = None if whole else cv2.INTER_AREA if shrunk else cv2.INTER_CUBIC

    def put(self, plane: Plane, panel: Plane) -> None:
        """Draw a frame, or its matte, into the covered part of the panel."""
        panel[self.covered.slices] = self._resized(plane)

    def filling(self, plane: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """A frame on a panel of its own; beyond the frame its edge is repeated."""
        covered, panel = self.covered, self.panel
        borders = (covered.top, panel.bottom - covered.bottom, covered.left, panel.right - covered.right)
        return np.asarray(cv2.copyMakeBorder(self._resized(plane), *borders, cv2.BORDER_REPLICATE), np.uint8)

    def landmarks(self, points: NDArray[np.floating]) -> NDArray[np.float32]:
        """Landmarks of the clip [..., 3] in panel coordinates, depth on the same scale."""
        scale = np.array([*self.scale, self.scale.mean()])
        return np.asarray(points * scale + np.array([*self.offset, 0.0]), np.float32)

    def _resized(self, plane: NDArray[np.uint8]) -> NDArray[np.uint8]:
        taken = plane[self._taken.slices]
        if self._how is None:
            return taken
        size = (self.covered.width, self.covered.height)
        return np.asarray(cv2.resize(taken, size, interpolation=self._how), np.uint8)
