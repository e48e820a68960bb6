"""Where a face is cropped, and what of it is painted or encoded.

The renderer was trained on squares around the face with a polygon from a line across the face down round the
chin left out. The polygon's corners are five of the 68 landmarks of iBUG (Sagonas et al. 2016); here they are
taken from the mesh.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from rendering.engines.face.base import Image
from rendering.engines.face.regions import OVAL

SIDE = 256
"""Pixels of the square that the renderer sees."""
MARGIN = 1.6
"""Side of the crop over the longer side of the face's box."""
JAW_RIGHT, CHIN, JAW_LEFT, BROW, NOSE_TIP = 149, 152, 378, 107, 4
"""iBUG's 6, 8, 10, 21 and 30 in the mesh. "Right" is the person's own, on the left of the picture."""
BELOW_CHIN = 5
GROWTH = 8
"""Pixels of SIDE: how far the polygon reaches below the chin, and grows on all sides after."""
SMOOTHING = 1.0
"""Standard deviation in frames; a polygon that trembles is seen."""

Mask = NDArray[np.uint8]
"""uint8 [side, side], 1 inside."""
Points = NDArray[np.float32]
"""float32 [..., 2], pixels; corners of pixels are whole numbers."""


@dataclass(frozen=True)
class Square:
    """A square of a picture. left, top: of its corner; side: all in pixels of the picture, maybe outside it."""

    left: float
    top: float
    side: float

    def taken(self, picture: Image, side: int = SIDE) -> Image:
        """What the square shows, uint8 [side, side, 3]; beyond the picture its edge is repeated."""
        scale = self.side / side
        # Rows are read where their middles lie; warpAffine counts from the middles of pixels.
        to_picture = np.array(
            [[scale, 0, self.left + scale / 2 - 0.5], [0, scale, self.top + scale / 2 - 0.5]], np.float64
        )
        if scale > 1:
            # Averaged over what one pixel covers, or fine texture would alias.
            sigma = 0.5 * np.sqrt(scale**2 - 1)
            picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.uint8)
        return np.asarray(
            cv2.warpAffine(
                picture,
                to_picture,
                (side, side),
                flags=(cv2.INTER_LINEAR if scale > 1 else cv2.INTER_CUBIC) | cv2.WARP_INVERSE_MAP,
                borderMode=cv2.BORDER_REPLICATE,
            ),
            np.uint8,
        )

    def inside(self, landmarks: NDArray[np.floating], side: int = SIDE) -> Points:
        """Points of the picture, [..., 2 or 3], in pixels of what is taken."""
        corner = np.array([self.left, self.top])
        return np.asarray((landmarks[..., :2] - corner) * (side / self.side), np.float32)


def plan(landmarks: NDArray[np.floating], size: tuple[int, int]) -> Square:
    """The one square for all frames, around the usual place and size of the face.

    landmarks: float32 [frames, 468, 3] in pixels of pictures of `size` (width, height). The square stays
    inside them where it fits.
    """
    outline = landmarks[:, list(OVAL), :2]
    low, high = outline.min(axis=1), outline.max(axis=1)
    centre = np.median((low + high) / 2, axis=0)
    side = min(float(np.median((high - low).max(axis=1))) * MARGIN, float(min(size)))
    corner = np.clip(centre - side / 2, 0, np.array(size) - side)
    return Square(float(corner[0]), float(corner[1]), side)


def corners(landmarks: NDArray[np.floating], square: Square, side: int = SIDE) -> Points:
    """float32 [frames, 5, 2]: jaw right, chin, jaw left, brow and nose tip of every frame in pixels of the
    square, without tremble. landmarks: float32 [frames, 468, 3], of consecutive frames."""
    points = square.inside(landmarks[:, [JAW_RIGHT, CHIN, JAW_LEFT, BROW, NOSE_TIP]], side)
    return np.asarray(gaussian_filter1d(points, SMOOTHING, axis=0, mode="nearest"), np.float32)


def painted(points: Points, side: int = SIDE) -> Mask:
    """What is painted of one frame: from the nose's tip down. points: float32 [5, 2] of `corners`."""
    return _polygon(points, float(points[4, 1]), side)


def encoded(points: Points, side: int = SIDE) -> Mask:
    """What is shown to the encoder of lips: from the brows down."""
    return _polygon(points, float(points[3, 1]), side)


def _polygon(points: Points, top: float, side: int) -> Mask:
    right, chin, left = points[:3]
    unit = side / SIDE
    outline = np.array(
        [
            (right[0], top),
            (left[0], top),
            left,
            (chin[0], chin[1] + BELOW_CHIN * unit),
            right,
        ]
    )
    mask = np.zeros((side, side), np.uint8)
    cv2.fillPoly(mask, [np.rint(outline).astype(np.int32)], 1)
    reach = max(1, round(GROWTH * unit))
    return np.asarray(cv2.dilate(mask, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)), np.uint8)


def lip_crop(square: Image, mask: Mask) -> Image:
    """The encoder's picture, of the same side: the masked part alone, made as large as the square, without
    interpolation as in training. square: uint8 [side, side, 3]; mask: from `encoded`, not empty."""
    side = len(square)
    left, top, width, height = cv2.boundingRect(mask)
    part = (square * mask[..., None])[top : top + height, left : left + width]
    return np.asarray(cv2.resize(part, (side, side), interpolation=cv2.INTER_NEAREST), np.uint8)
