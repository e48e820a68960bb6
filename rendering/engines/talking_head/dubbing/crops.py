"""Which part of each template picture an engine sees, and the way there and back."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

from rendering.engines.face.base import Image
from rendering.engines.talking_head.dubbing.region import FEATHER

Points = NDArray[np.floating]
Boxes = NDArray[np.intp]
"""intp [pictures, 4]: left, top, right, bottom in pixels of the picture, inside it and never empty."""
Box = NDArray[np.intp]
"""One of them, [4]."""


@dataclass(frozen=True)
class CropPlan:
    """side: pixels of a crop, which is square however long its box is; boxes: a crop each; regions: float32
    [pictures, points, 2] in pixels of the picture, outlines of what is pasted back; feather: face heights
    over which the template gives way, inwards from the outline."""

    side: int
    boxes: Boxes
    regions: NDArray[np.float32]
    feather: float = FEATHER


def face_boxes(landmarks: Points, size: tuple[int, int], *, below: float = 0.0, smoothing: int = 1) -> Boxes:
    """The upright boxes around faces, cut off at the picture's edges.

    landmarks: float32 [pictures, 468, 3]; size: width, height of the pictures; below: box heights that are
    added under the chin; smoothing: pictures that each box is averaged over.
    """
    flat = landmarks[..., :2].astype(np.float64)
    low, high = flat.min(axis=1), flat.max(axis=1)
    high[:, 1] += below * (high - low)[:, 1]
    # Centred, because clips play in both directions: a window to one side would trail behind the head.
    boxes = uniform_filter1d(np.concatenate([low, high], axis=1), smoothing, axis=0, mode="nearest")
    start = np.clip(np.rint(boxes[:, :2]), 0, np.array(size) - 1)
    end = np.clip(np.rint(boxes[:, 2:]), start + 1, size)
    return np.concatenate([start, end], axis=1).astype(np.intp)


def cut(image: Image, box: Box, side: int) -> Image:
    """What a box shows of a picture, uint8 [side, side, 3]."""
    left, top, right, bottom = box.tolist()
    shrinks = min(right - left, bottom - top) > side
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image[top:bottom, left:right], (side, side), interpolation=how), np.uint8)


def to_crop(points: Points, box: Box, side: int) -> NDArray[np.float32]:
    """Points [..., 2] of a picture in pixels of its crop (corners, not middles, are whole numbers)."""
    return np.asarray((points - box[:2]) * side / (box[2:] - box[:2]), np.float32)
