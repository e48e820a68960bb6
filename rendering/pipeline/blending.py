"""Laying one picture over another. Colours are straight (not premultiplied) unless a name says otherwise."""

import cv2
import numpy as np

from rendering.engines.face.base import Image
from rendering.engines.matting.base import Alpha

_SHARE = 1 / 255


def scaled(picture: Image, weight: Alpha) -> Image:
    """picture * weight / 255, per pixel; exact where the weight is 0 or 255."""
    return np.asarray(cv2.multiply(picture, cv2.merge([weight] * 3), scale=_SHARE), np.uint8)


def lay_over(base: Image, colour: Image, alpha: Alpha) -> None:
    """Draw `colour` with its alpha over `base`, in place; all of one size. Right to one step of 255."""
    premultiplied = scaled(colour, alpha)
    cv2.add(premultiplied, scaled(base, _inverse(alpha)), dst=base)


def product(first: Alpha, second: Alpha) -> Alpha:
    """Both masks at once."""
    return np.asarray(cv2.multiply(first, second, scale=_SHARE), np.uint8)


def union(below: Alpha, above: Alpha) -> Alpha:
    """The alpha of one layer over another: above + below * (1 - above)."""
    return np.asarray(cv2.add(above, product(below, _inverse(above))), np.uint8)


def over(below: Image, below_alpha: Alpha, above: Image, above_alpha: Alpha) -> tuple[Image, Alpha]:
    """One translucent layer over another, both with straight colour (Porter and Duff, 1984)."""
    alpha = union(below_alpha, above_alpha)
    weight = np.minimum(above_alpha.astype(np.float32) / np.maximum(alpha, 1), 1)[..., None]
    mixed = below + (above.astype(np.float32) - below) * weight
    return np.rint(mixed).astype(np.uint8), alpha


def _inverse(alpha: Alpha) -> Alpha:
    return np.asarray(cv2.bitwise_not(alpha), np.uint8)
