"""Where a face is cropped, and what of it is painted or encoded.

The renderer was trained on squares around the face with a polygon from a line across the face down round the
chin left out. The polygon's corners are five of the 68 landmarks of iBUG (Sagonas et al. 2016); here they are
taken from the mesh.
"""

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from rendering.engines.face.base import Image
from rendering.engines.face.regions import OVAL
from rendering.engines.talking_head.dubbing.crops import Box, CropPlan, to_crop

TRAINED_SIDE = 256
"""Pixels of the squares that the lengths below were chosen for."""
MARGIN = 1.6
"""Side of the square over the longer side of the face's box."""
JAW_RIGHT, CHIN, JAW_LEFT, BROW, NOSE_TIP = 149, 152, 378, 107, 4
"""iBUG's 6, 8, 10, 21 and 30 in the mesh. "Right" is the person's own, on the left of the picture."""
BELOW_CHIN = 5
GROWTH = 8
"""Pixels: how far the polygon reaches below the chin, and grows on all sides after."""
FEATHER = 0.025
"""Face heights over which the picture gives way to what was painted, which joins it already."""
SMOOTHING = 1.0
"""Standard deviation in frames; a polygon that trembles is seen."""

Mask = NDArray[np.uint8]
"""uint8 [side, side], 1 inside."""
Corners = NDArray[np.float32]
"""float32 [..., 5, 2]: right of the jaw, chin, left of the jaw, brow, tip of the nose; pixels of the crop."""


def square(landmarks: NDArray[np.floating], size: tuple[int, int]) -> Box:
    """The one square for all frames, around the usual place and size of the face, inside the pictures.

    landmarks: float32 [frames, 468, 3] in pixels of pictures of `size` (width, height)."""
    outline = landmarks[:, list(OVAL), :2].astype(np.float64)
    low, high = outline.min(axis=1), outline.max(axis=1)
    centre = np.median((low + high) / 2, axis=0)
    side = min(max(1, round(float(np.median((high - low).max(axis=1))) * MARGIN)), *size)
    corner = np.rint(np.clip(centre - side / 2, 0, np.array(size) - side)).astype(np.intp)
    return np.concatenate([corner, corner + side])


def corners(landmarks: NDArray[np.floating], box: Box, side: int) -> Corners:
    """The polygon's corners in every frame, without tremble. landmarks: float32 [frames, 468, 3], of
    consecutive frames; box: the crop's; side: of the crop, pixels."""
    points = landmarks[:, [JAW_RIGHT, CHIN, JAW_LEFT, BROW, NOSE_TIP], :2]
    smooth = gaussian_filter1d(points.astype(np.float64), SMOOTHING, axis=0, mode="nearest")
    return to_crop(smooth, box, side)


def crop_plan(points: Corners, box: Box, side: int) -> CropPlan:
    """What is cut out of every picture, and pasted back. points: [pictures, 5, 2]."""
    grow = GROWTH * side / TRAINED_SIDE
    outward = np.array([(-1, -1), (1, -1), (1, 1), (0, 1), (-1, 1)], np.float32) * np.float32(grow)
    outlines = np.stack([_outline(each, float(each[4, 1]), side) for each in points]) + outward
    scale = (box[2:] - box[:2]) / side
    regions = np.asarray(outlines * scale + box[:2], np.float32)
    return CropPlan(side, np.broadcast_to(box, (len(points), 4)), regions, FEATHER)


def painted(points: Corners, side: int) -> Mask:
    """What is painted of one frame: from the nose's tip down. points: [5, 2]."""
    return _polygon(points, float(points[4, 1]), side)


def encoded(points: Corners, side: int) -> Mask:
    """What is shown to the encoder of lips: from the brows down. points: [5, 2]."""
    return _polygon(points, float(points[3, 1]), side)


def lip_crop(crop: Image, mask: Mask) -> Image:
    """The encoder's picture, of the crop's size: the masked part alone, enlarged without interpolation as in
    training. mask: from `encoded`, not empty."""
    side = len(crop)
    left, top, width, height = cv2.boundingRect(mask)
    part = (crop * mask[..., None])[top : top + height, left : left + width]
    return np.asarray(cv2.resize(part, (side, side), interpolation=cv2.INTER_NEAREST), np.uint8)


def _outline(points: Corners, top: float, side: int) -> NDArray[np.float32]:
    right, chin, left = points[:3]
    low = chin[1] + BELOW_CHIN * side / TRAINED_SIDE
    return np.array([(right[0], top), (left[0], top), left, (chin[0], low), right], np.float32)


def _polygon(points: Corners, top: float, side: int) -> Mask:
    mask = np.zeros((side, side), np.uint8)
    cv2.fillPoly(mask, [np.rint(_outline(points, top, side)).astype(np.int32)], 1)
    reach = max(1, round(GROWTH * side / TRAINED_SIDE))
    return np.asarray(cv2.dilate(mask, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)), np.uint8)
