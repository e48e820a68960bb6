"""The person before they speak: a still that moves its head, or a clip. Both are shown with a new mouth."""

from contextlib import AbstractContextManager
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rendering.engines.face.base import Image
from rendering.engines.matting.base import Alpha
from rendering.engines.talking_head.base import AvatarSource, Placement, StillSource
from rendering.engines.talking_head.clips.path import Numbers
from rendering.engines.talking_head.dubbing.clip_template import ClipTemplate
from rendering.engines.talking_head.dubbing.paste import Repainted
from rendering.engines.talking_head.dubbing.still_template import StillTemplate
from rendering.engines.talking_head.panel_picture import Rectangle
from rendering.engines.talking_head.portrait.performance import Expression


class TemplateReader(Protocol):
    """An opened template."""

    def read(self, number: int) -> Image:
        """Picture `number` as it was taken, in its own resolution. Raises MediaError."""
        ...

    def draw(
        self, number: int, expression: Expression, mouth: Repainted | None, rgb: Image, alpha: Alpha
    ) -> None:
        """Show it on an empty panel, with a new mouth or its own. expression: what else the face does, where
        the picture does not say so itself. Raises MediaError."""
        ...


class Template(Protocol):
    """size: width and height of its pictures; landmarks: float32 [pictures, 468, 3] in their pixels;
    reference: the number of a calm, frontal picture with closed lips, at which segments begin and end;
    talks: float64 [pictures], 0..1, how much each is one of a mouth that talks and is never shown as it is;
    panel: its pixels; plate, extent: see `Actor`."""

    size: tuple[int, int]
    landmarks: NDArray[np.float32]
    reference: int
    talks: NDArray[np.float64]
    panel: Rectangle

    @property
    def extent(self) -> tuple[int, int, int, int]: ...

    @property
    def plate(self) -> Image: ...

    def route(self, frames: int, fps: int, seed: int) -> Numbers:
        """Which picture each frame shows; the reference first and last."""
        ...

    def opened(self) -> AbstractContextManager[TemplateReader]: ...


def template(source: AvatarSource, placement: Placement) -> Template:
    """Raises MediaError when a clip cannot be read, ValueError when the placement leaves the mouth of a still
    outside the panel."""
    if isinstance(source, StillSource):
        return StillTemplate(source, placement)
    return ClipTemplate(source, placement)
