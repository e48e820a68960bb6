"""Inventing what a picture does not show."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rendering.engines.face.base import Image

Known = NDArray[np.bool_]
"""bool [height, width]; True where the picture is given and must stay as it is."""


class Inpainting(Protocol):
    """Instances keep their model warm; not thread-safe."""

    name: str
    version: str

    def fill(self, image: Image, known: Known) -> Image:
        """The image with its unknown pixels invented, same size; known pixels are unchanged."""
        ...
