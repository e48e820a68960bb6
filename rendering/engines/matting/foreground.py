"""Taking the old background's colour out of soft edges."""

import cv2
import numpy as np
from numpy.typing import NDArray

from rendering.engines.face.base import Image
from rendering.engines.matting.base import Alpha

WIDE_BLUR, NARROW_BLUR = 0.08, 0.006
"""Sides of the two box filters as shares of the picture's long side; the paper has 90 and 6 pixels."""

SHRINK = 4


def estimate_foreground(image: Image, alpha: Alpha) -> Image:
    """The person's own colour in every pixel, uint8 [height, width, 3]; the image itself where alpha is 255.

    Blur fusion (Forte, "Approximate Fast Foreground Colour Estimation", ICIP 2021): a blurred foreground and
    background, corrected by what the image says of their mixture.
    """
    weight = alpha.astype(np.float32)[..., None] / np.float32(255)
    mixed = image.astype(np.float32)
    height, width = alpha.shape
    # The wide blur leaves no detail, so it is computed on a small copy.
    size = (max(1, width // SHRINK), max(1, height // SHRINK))
    small, small_weight = _resize(mixed, size), _resize(weight, size)[..., None]
    coarse = _fuse(small, small, small, small_weight, _side(WIDE_BLUR, size))
    foreground, background = (_resize(layer, (width, height)) for layer in coarse)
    foreground, _ = _fuse(mixed, foreground, background, weight, _side(NARROW_BLUR, (width, height)))
    colour = np.clip(np.rint(foreground), 0, 255).astype(np.uint8)
    return np.where(alpha[..., None] == 255, image, colour)


def _side(share: float, size: tuple[int, int]) -> int:
    return max(3, round(share * max(size)) | 1)


def _resize(values: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float32]:
    shrinks = size[0] < values.shape[1]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(values, size, interpolation=how), np.float32)


def _fuse(
    mixed: NDArray[np.float32],
    foreground: NDArray[np.float32],
    background: NDArray[np.float32],
    weight: NDArray[np.float32],
    side: int,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    share = _blur(weight, side)[..., None]
    near = _blur(foreground * weight, side) / (share + 1e-5)
    behind = _blur(background * (1 - weight), side) / (1 - share + 1e-5)
    corrected = near + weight * (mixed - weight * near - (1 - weight) * behind)
    return np.clip(corrected, 0, 255), behind


def _blur(values: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    return np.asarray(cv2.blur(values, (side, side), borderType=cv2.BORDER_REFLECT), np.float32)
