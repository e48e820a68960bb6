"""The lips of the reference frame, laid over those of other frames.

They lie on a small canvas of their own, denser than the panel, with their opacity as fourth channel: what is
drawn of them carries it along, so that the skin around is always the frame's, read once.
"""

import cv2
import numpy as np

from rendering.engines.face.base import Image
from rendering.engines.talking_head.landmarks import OUTER_LOWER, OUTER_UPPER
from rendering.engines.talking_head.panel_picture import Rectangle
from rendering.engines.talking_head.portrait.eyes import Canvas
from rendering.engines.talking_head.portrait.face_frame import Array, FaceFrame, smoothstep
from rendering.engines.talking_head.portrait.grid import Grid
from rendering.engines.talking_head.portrait.sampling import READING_LOSS, remap

DENSITY = 2
"""Canvas pixels per panel pixel; see the still actor."""
SOLID, FADED = 0.012, 0.042
"""Face heights outside the lips at which the patch begins to fade into the skin, and at which it is gone."""
SURROUNDINGS = 0.06
"""Face heights around the patch from which its light is taken; also the reach (standard deviation) with which
it is carried onto the lips."""
LARGEST_GAIN = 1.6
"""Of a colour; a larger one is no change of light but a hand before the mouth."""


class ClosedLips:
    """The reference's lips on their canvas."""

    def __init__(self, picture: Image, landmarks: Array, frame: FaceFrame, step: int) -> None:
        """picture, landmarks (float32 [468, 3]): of the reference, on the panel; step: of its grid."""
        outline = landmarks[[*OUTER_UPPER, *OUTER_LOWER[-2:0:-1]], :2]
        reach = round(FADED * frame.height) + 2
        self._box = Rectangle.around(outline).grown(reach)
        self._step = step
        self._grid = Grid.over(self._box.grown(round(SURROUNDINGS * frame.height)), step)
        self._opacity = _opacity(outline, self._box, frame)
        lips = _dense(picture, self._box)
        self._canvas = np.dstack([lips, np.rint(self._opacity * 255).astype(np.uint8)])
        self._skin = 1 - self._on_nodes(self._opacity)[..., None]
        self._sigma = SURROUNDINGS * frame.height / step
        whole = Rectangle(0, 0, picture.shape[1], picture.shape[0])
        self._light = self._lighting(picture, self._grid.positions(), whole)

    @property
    def nodes(self) -> Array:
        """Points of the reference at which frames are compared with it: [rows, columns, 2], in steps."""
        return self._grid.positions()

    def lit_as(self, picture: Image, read: Array, near: Rectangle) -> Canvas:
        """The lips in the light of a frame: uint8 [height, width, 4] of the canvas, the last their opacity.

        picture: the frame, on the panel; read: for each of `nodes`, where the frame has its skin, in steps;
        near: pixels of the frame among which that is."""
        gain = np.clip(self._lighting(picture, read, near) / self._light, 1 / LARGEST_GAIN, LARGEST_GAIN)
        enlarged = self._enlarge(np.dstack([gain, np.ones(gain.shape[:2], np.float32)]))
        return np.asarray(cv2.multiply(self._canvas, enlarged, dtype=cv2.CV_8U), np.uint8)

    def indices(self, positions: Array) -> Array:
        """Positions of the reference, in steps, as pixel indices of the canvas."""
        corner = np.array([self._box.left, self._box.top], np.float32)
        return (positions * np.float32(self._step) - corner) * np.float32(DENSITY) - np.float32(0.5)

    def _on_nodes(self, opacity: Array) -> Array:
        """The opacity at the nodes; 0 outside the canvas."""
        return remap(opacity, self.indices(self._grid.positions()), border=cv2.BORDER_CONSTANT)

    def _enlarge(self, values: Array) -> Array:
        """Values on the nodes, over the canvas."""
        scale = DENSITY * self._step
        full = cv2.resize(values, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR)
        top = (self._box.top - self._grid.nodes.top * self._step) * DENSITY
        left = (self._box.left - self._grid.nodes.left * self._step) * DENSITY
        across, down = self._box.width * DENSITY, self._box.height * DENSITY
        return np.ascontiguousarray(full[top : top + down, left : left + across], np.float32)

    def _lighting(self, picture: Image, read: Array, near: Rectangle) -> Array:
        """The colour of the skin around the lips, carried over them: float32 [rows, columns, 3]."""
        pixels = picture[near.slices]
        size = (max(1, near.width // self._step), max(1, near.height // self._step))
        small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype(np.float32) + 1
        scale = np.array([size[0] / near.width, size[1] / near.height], np.float32)
        corner = np.array([near.left, near.top], np.float32)
        seen = remap(small, (read * np.float32(self._step) - corner) * scale - np.float32(0.5))
        light = cv2.GaussianBlur(seen * self._skin, (0, 0), self._sigma)
        weight = cv2.GaussianBlur(self._skin, (0, 0), self._sigma)[..., None]
        return np.asarray(light / np.maximum(weight, 1e-4), np.float32)


def _opacity(outline: Array, box: Rectangle, frame: FaceFrame) -> Array:
    """1 over the lips and a little beyond, fading into the skin: float32 [height, width] of the canvas."""
    outside = np.full((box.height * DENSITY, box.width * DENSITY), 255, np.uint8)
    corners = np.rint((outline - (box.left, box.top)) * DENSITY).astype(np.int32)
    cv2.fillPoly(outside, [corners], 0)
    distance = cv2.distanceTransform(outside, cv2.DIST_L2, 5) / (DENSITY * frame.height)
    return np.asarray(1 - smoothstep(SOLID, FADED, distance), np.float32)


def _dense(picture: Image, box: Rectangle) -> Image:
    """The picture's pixels of a box, which may reach beyond it, at the canvas's density."""
    columns = (np.arange(box.width * DENSITY, dtype=np.float32) + 0.5) / DENSITY + box.left - 0.5
    rows = (np.arange(box.height * DENSITY, dtype=np.float32) + 0.5) / DENSITY + box.top - 0.5
    places = np.stack(np.meshgrid(columns, rows), axis=-1).astype(np.float32)
    crisp = np.asarray(cv2.sepFilter2D(picture, -1, READING_LOSS, READING_LOSS), np.uint8)
    return remap(crisp, places, interpolation=cv2.INTER_LANCZOS4)
