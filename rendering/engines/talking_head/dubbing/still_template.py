"""One picture as a template. Its mouth is repainted in the picture itself, before the head moves: the engine
sees the same crop in every frame, and what it makes of the picture need be computed once."""

from contextlib import AbstractContextManager, nullcontext

import numpy as np

from rendering.engines.face.base import Image
from rendering.engines.matting.base import Alpha
from rendering.engines.talking_head.base import Placement, StillSource
from rendering.engines.talking_head.clips.path import Numbers
from rendering.engines.talking_head.dubbing.paste import Pasting, Repainted
from rendering.engines.talking_head.panel_picture import Rectangle
from rendering.engines.talking_head.portrait.moving_picture import DENSITY, MovingPicture
from rendering.engines.talking_head.portrait.performance import Expression


class StillTemplate:
    """Implements `Template`, and its own reader: there is nothing to open."""

    def __init__(self, source: StillSource, placement: Placement) -> None:
        """Raises ValueError when the placement leaves the mouth outside the panel."""
        self._image = source.image
        self._picture = picture = MovingPicture(source, placement)
        self.size = source.face.image_size
        self.landmarks = source.face.landmarks[None]
        self.reference = 0
        self.talks = np.zeros(1)
        self.panel = picture.panel
        scale = np.full(2, DENSITY * placement.scale)
        offset = DENSITY * np.array([placement.offset_x, placement.offset_y])
        shown = Rectangle(*(DENSITY * edge for edge in picture.extent))
        self._pasting = Pasting(scale, offset, shown)
        self._covered: tuple[Rectangle, Image] | None = None

    @property
    def extent(self) -> tuple[int, int, int, int]:
        return self._picture.extent

    @property
    def plate(self) -> Image:
        return self._picture.plate

    def route(self, frames: int, fps: int, seed: int) -> Numbers:
        return np.zeros(frames, np.intp)

    def opened(self) -> AbstractContextManager["StillTemplate"]:
        return nullcontext(self)

    def read(self, number: int) -> Image:
        return self._image

    def draw(
        self, number: int, expression: Expression, mouth: Repainted | None, rgb: Image, alpha: Alpha
    ) -> None:
        picture = self._picture
        self._uncover()
        if mouth is not None:
            area = self._pasting.area(mouth)
            self._covered = area, picture.canvas[area.slices].copy()
            self._pasting.paste(mouth, picture.canvas)
        picture.act(expression)
        picture.sample(picture.turn_back(expression))
        picture.put(rgb, alpha)

    def _uncover(self) -> None:
        """Give the canvas its own mouth back."""
        if self._covered is not None:
            area, own = self._covered
            self._picture.canvas[area.slices] = own
            self._covered = None
