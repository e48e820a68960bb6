"""Separating a person from what is behind."""

from collections.abc import Iterable, Iterator
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rendering.engines.face.base import Image

Alpha = NDArray[np.uint8]
"""uint8 [height, width]; 255 is the person."""


class Matting(Protocol):
    """Instances keep their model warm; not thread-safe."""

    name: str
    version: str

    def matte_still(self, image: Image) -> Alpha:
        """Alpha of one picture, same height and width."""
        ...

    def matte_video(self, frames: Iterable[Image]) -> Iterator[Alpha]:
        """Alpha per frame, in order, with the recurrent state carried over."""
        ...
