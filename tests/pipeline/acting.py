"""An actor without a model: a face-coloured ellipse that sways, for tests of what comes after the face."""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from rendering.engines.face.base import Image
from rendering.engines.speech.base import Speech
from rendering.engines.talking_head.base import CALM, FrameChunk, Manner, Placement

SKIN = (224, 172, 105)
CHUNK = 8


@dataclass(frozen=True)
class EllipseActor:
    """Implements `Actor`."""

    placement: Placement
    plate_colour: tuple[int, int, int] = (60, 90, 60)

    @property
    def extent(self) -> tuple[int, int, int, int]:
        width, height = self.placement.width, self.placement.height
        return width // 4, height // 8, width * 3 // 4, height

    @property
    def plate(self) -> Image:
        return np.full((self.placement.height, self.placement.width, 3), self.plate_colour, np.uint8)

    def animate(
        self, speech: Speech, *, frames: int, fps: int, seed: int, manner: Manner = CALM
    ) -> Iterator[FrameChunk]:
        for start in range(0, frames, CHUNK):
            count = min(CHUNK, frames - start)
            alpha = np.stack([self._alpha(start + index, fps) for index in range(count)])
            rgb = np.zeros((*alpha.shape, 3), np.uint8)
            left, top, right, bottom = self.extent
            rgb[:, top:bottom, left:right] = SKIN
            yield FrameChunk(rgb, alpha)

    def _alpha(self, frame: int, fps: int) -> np.ndarray:
        width, height = self.placement.width, self.placement.height
        alpha = np.zeros((height, width), np.uint8)
        sway = round(np.sin(2 * np.pi * frame / fps) * width / 40)
        centre = (width // 2 + sway, height * 6 // 10)
        cv2.ellipse(alpha, centre, (width // 5, height // 3), 0, 0, 360, 255, cv2.FILLED, cv2.LINE_AA)
        left, top, right, bottom = self.extent
        inside = np.zeros_like(alpha)
        inside[top:bottom, left:right] = alpha[top:bottom, left:right]
        return inside
