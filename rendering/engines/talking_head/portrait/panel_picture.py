"""The source picture brought to the panel once, so that frames never resample twice."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from rendering.engines.face.base import Image
from rendering.engines.matting.base import Alpha
from rendering.engines.talking_head.base import Placement, StillSource


@dataclass(frozen=True)
class Rectangle:
    """Pixels left..right-1, top..bottom-1."""

    left: int
    top: int
    right: int
    bottom: int

    @classmethod
    def around(cls, points: NDArray[np.floating]) -> "Rectangle":
        """The smallest that holds points [n, 2]."""
        low, high = np.floor(points.min(axis=0)), np.ceil(points.max(axis=0))
        return cls(int(low[0]), int(low[1]), int(high[0]), int(high[1]))

    @property
    def empty(self) -> bool:
        return self.width <= 0 or self.height <= 0

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def slices(self) -> tuple[slice, slice]:
        """Rows and columns, to index an image."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    def grown(self, margin: int) -> "Rectangle":
        return Rectangle(self.left - margin, self.top - margin, self.right + margin, self.bottom + margin)

    def within(self, other: "Rectangle") -> "Rectangle":
        return Rectangle(
            max(self.left, other.left),
            max(self.top, other.top),
            min(self.right, other.right),
            min(self.bottom, other.bottom),
        )


@dataclass(frozen=True)
class PanelPicture:
    """A source on its panel; beyond `covered` everything repeats the picture's edge.

    image: uint8 [height, width, 3]; alpha: uint8 [height, width]; plate: as image; landmarks: float32
    [468, 3], panel coordinates; covered: the pixels that the picture fills.
    """

    image: Image
    alpha: Alpha
    plate: Image
    landmarks: NDArray[np.floating]
    covered: Rectangle


def covered_pixels(size: tuple[int, int], placement: Placement) -> Rectangle:
    """Panel pixels that lie wholly inside a picture of `size` (width, height)."""
    slack = 1e-6
    right = placement.offset_x + placement.scale * size[0]
    bottom = placement.offset_y + placement.scale * size[1]
    return Rectangle(
        max(0, math.ceil(placement.offset_x - slack)),
        max(0, math.ceil(placement.offset_y - slack)),
        min(placement.width, math.floor(right + slack)),
        min(placement.height, math.floor(bottom + slack)),
    )


def place_landmarks(points: NDArray[np.floating], placement: Placement) -> NDArray[np.floating]:
    """Landmarks of the picture in panel coordinates, depth on the same scale."""
    offset = np.array([placement.offset_x, placement.offset_y, 0.0], np.float32)
    return np.asarray(points * np.float32(placement.scale) + offset, np.float32)


def place(source: StillSource, placement: Placement) -> PanelPicture:
    """The source resampled with an anti-aliasing filter, each plane once."""
    height, width = source.image.shape[:2]
    covered = covered_pixels((width, height), placement)
    return PanelPicture(
        image=_resample(source.image, placement, covered, Pillow.Resampling.LANCZOS),
        alpha=_resample(source.alpha, placement, covered, Pillow.Resampling.BICUBIC),
        plate=_resample(source.plate, placement, covered, Pillow.Resampling.LANCZOS),
        landmarks=place_landmarks(source.face.landmarks, placement),
        covered=covered,
    )


def _resample(
    plane: NDArray[np.uint8], placement: Placement, covered: Rectangle, kernel: Pillow.Resampling
) -> NDArray[np.uint8]:
    height, width = plane.shape[:2]
    box = (
        max(0.0, (covered.left - placement.offset_x) / placement.scale),
        max(0.0, (covered.top - placement.offset_y) / placement.scale),
        min(float(width), (covered.right - placement.offset_x) / placement.scale),
        min(float(height), (covered.bottom - placement.offset_y) / placement.scale),
    )
    size = (covered.width, covered.height)
    drawn = np.asarray(Pillow.fromarray(plane).resize(size, kernel, box=box), np.uint8)
    return np.asarray(
        cv2.copyMakeBorder(
            drawn,
            covered.top,
            placement.height - covered.bottom,
            covered.left,
            placement.width - covered.right,
            cv2.BORDER_REPLICATE,
        ),
        np.uint8,
    )
