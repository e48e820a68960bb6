"""The lips of the reference frame, laid over those of other frames.

Everything happens in the reference's own coordinates, on a canvas denser than the panel: a frame is brought
there with its mouth closed by the face's map, and the reference's lips cover what is left of its own. The
border of the patch runs through skin, around the lips.
"""

import cv2
import numpy as np

from rendering.engines.face.base import Image
from rendering.engines.talking_head.portrait.eyes import Canvas
from rendering.engines.talking_head.portrait.face_frame import Array, FaceFrame, smoothstep
from rendering.engines.talking_head.portrait.grid import Grid
from rendering.engines.talking_head.portrait.landmarks import OUTER_LOWER, OUTER_UPPER
from rendering.engines.talking_head.portrait.panel_picture import Rectangle
from rendering.engines.talking_head.portrait.sampling import remap

DENSITY = 2
"""Canvas pixels per panel pixel; see the still actor."""
MARGIN = 0.04
"""Face heights by which the canvas is larger than what is drawn of it."""
SOLID, FADED = 0.012, 0.042
"""Face heights outside the lips at which the patch begins to fade, and at which it is gone."""
COARSE = 8
"""Canvas pixels per pixel on which light is compared."""
LIGHT_REACH = 0.06
"""Face heights, standard deviation: how far the light of the skin around is carried onto the lips."""
LARGEST_GAIN = 1.6
"""Of a colour; a larger one is no change of light but a hand before the mouth."""


class ClosedLips:
    """The reference's mouth on its canvas."""

    def __init__(self, picture: Image, landmarks: Array, frame: FaceFrame, box: Rectangle, step: int) -> None:
        """picture, landmarks (float32 [468, 3]): of the reference, on the panel; box: panel pixels of it that
        the mouth is drawn from."""
        self._box = box.grown(round(MARGIN * frame.height / step) * step)
        self._step = step
        self.grid = Grid.over(self._box.grown(step), step)
        self._canvas = self._read(picture, self.grid.positions())
        mask = self._patch(landmarks, frame)
        self._mask, self._around = mask, np.ascontiguousarray(1 - mask)
        size = (self._canvas.shape[1] // COARSE, self._canvas.shape[0] // COARSE)
        self._skin = cv2.resize(1 - mask, size, interpolation=cv2.INTER_AREA)[..., None]
        self._sigma = LIGHT_REACH * frame.height * DENSITY / COARSE
        self._light = self._lighting(self._canvas)

    def over(self, picture: Image, read: Array) -> Canvas:
        """A frame's mouth, closed by the reference's lips: [height, width, 3] of the canvas.

        picture: the frame, on the panel; read: for each node of `grid`, where the frame has its skin, in
        steps."""
        frame = self._read(picture, read)
        gain = np.clip(self._lighting(frame) / self._light, 1 / LARGEST_GAIN, LARGEST_GAIN)
        large = cv2.resize(gain, (frame.shape[1], frame.shape[0]), interpolation=cv2.INTER_LINEAR)
        lips = np.asarray(cv2.multiply(self._canvas, large, dtype=cv2.CV_8U), np.uint8)
        return np.asarray(cv2.blendLinear(lips, frame, self._mask, self._around), np.uint8)

    def indices(self, positions: Array) -> Array:
        """Positions of the reference, in steps, as pixel indices of the canvas."""
        corner = np.array([self._box.left, self._box.top], np.float32)
        return (positions * np.float32(self._step) - corner) * np.float32(DENSITY) - np.float32(0.5)

    def _read(self, picture: Image, positions: Array) -> Image:
        """The picture at positions of the grid's nodes, over the canvas."""
        indices = positions * np.float32(self._step) - np.float32(0.5)
        corner = (self._box.left - self.grid.nodes.left * self._step) * DENSITY
        top = (self._box.top - self.grid.nodes.top * self._step) * DENSITY
        size = (indices.shape[1] * self._step * DENSITY, indices.shape[0] * self._step * DENSITY)
        full = np.asarray(cv2.resize(indices, size, interpolation=cv2.INTER_LINEAR), np.float32)
        across, down = self._box.width * DENSITY, self._box.height * DENSITY
        sampling = np.ascontiguousarray(full[top : top + down, corner : corner + across])
        return remap(picture, sampling, interpolation=cv2.INTER_CUBIC)

    def _patch(self, landmarks: Array, frame: FaceFrame) -> Array:
        """1 over the lips and a little beyond, fading into the skin: float32 [height, width]."""
        outline = landmarks[[*OUTER_UPPER, *OUTER_LOWER[-2:0:-1]], :2] - (self._box.left, self._box.top)
        outside = np.full(self._canvas.shape[:2], 255, np.uint8)
        cv2.fillPoly(outside, [np.rint(outline * DENSITY).astype(np.int32)], 0)
        distance = cv2.distanceTransform(outside, cv2.DIST_L2, 5) / (DENSITY * frame.height)
        return np.asarray(1 - smoothstep(SOLID, FADED, distance), np.float32)

    def _lighting(self, canvas: Canvas) -> Array:
        """The colour of the skin around the lips, carried over them: float32 [height, width, 3], coarse."""
        size = (self._skin.shape[1], self._skin.shape[0])
        coarse = cv2.resize(canvas, size, interpolation=cv2.INTER_AREA).astype(np.float32) + 1
        weighed = cv2.GaussianBlur(coarse * self._skin, (0, 0), self._sigma)
        weight = cv2.GaussianBlur(self._skin, (0, 0), self._sigma)[..., None]
        return np.asarray(weighed / np.maximum(weight, 1e-4), np.float32)
