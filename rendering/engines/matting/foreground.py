"""Taking the old background's colour out of soft edges."""

import cv2
import numpy as np
from numpy.typing import NDArray

from rendering.engines.face.base import Image
from rendering.engines.matting.base import Alpha

WIDE_BLUR, NARROW_BLUR = 0.08, 0.006
"""Sides of the two box filters as shares of the picture's long side; the paper has 90 and 6 pixels."""


def estimate_foreground(image: Image, alpha: Alpha) -> Image:
    """The person's own colour in every pixel, uint8 [height, width, 3]; the image itself where alpha is 255.

    Blur fusion (Forte, "Approximate Fast Foreground Colour Estimation", ICIP 2021): a blurred foreground and
    background, corrected by what the image says of their mixture.
    """
    weight = alpha.astype(np.float32)[..., None] / np.float32(255)
    mixed = image.astype(np.float32)
    foreground, background = mixed, mixed
    for share in (WIDE_BLUR, NARROW_BLUR):
        side = max(3, round(share * max(image.shape[:2])) | 1)
        foreground, background = _fuse(mixed, foreground, background, weight, side)
    colour = np.clip(np.rint(foreground), 0, 255).astype(np.uint8)
    return np.where(alpha[..., None] == 255, image, colour)


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
