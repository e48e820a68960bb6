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
    """The source resampled once with an anti-aliasing filter."""
    height, width = source.image.shape[:2]
    return PanelPicture(
        image=place_plane(source.image, placement),
        alpha=place_plane(source.alpha, placement),
        plate=place_plane(source.plate, placement),
        landmarks=place_landmarks(source.face.landmarks, placement),
        covered=covered_pixels((width, height), placement),
    )


def place_plane(plane: NDArray[np.uint8], placement: Placement) -> NDArray[np.uint8]:
    """A plane of a picture, uint8 [height, width] or [height, width, 3], resampled to the panel."""
    height, width = plane.shape[:2]
    covered = covered_pixels((width, height), placement)
    box = (
        max(0.0, (covered.left - placement.offset_x) / placement.scale),
        max(0.0, (covered.top - placement.offset_y) / placement.scale),
        min(float(width), (covered.right - placement.offset_x) / placement.scale),
        min(float(height), (covered.bottom - placement.offset_y) / placement.scale),
    )
    # Lanczos would ring along a matte's edges.
    kernel = Pillow.Resampling.BICUBIC if plane.ndim == 2 else Pillow.Resampling.LANCZOS
    drawn = Pillow.fromarray(plane).resize((covered.width, covered.height), kernel, box=box)
    return np.asarray(
        cv2.copyMakeBorder(
            np.asarray(drawn, np.uint8),
            covered.top,
            placement.height - covered.bottom,
            covered.left,
            placement.width - covered.right,
            cv2.BORDER_REPLICATE,
        ),
        np.uint8,
    )
