"""The teeth that a picture shows between parted lips."""

from dataclasses import dataclass

import cv2
import numpy as np

from rendering.engines.face.base import Image
from rendering.engines.talking_head.panel_picture import Rectangle
from rendering.engines.talking_head.portrait.face_frame import Array, FaceFrame, smoothstep
from rendering.engines.talking_head.portrait.lips import Lips
from rendering.engines.talking_head.portrait.sampling import remap


@dataclass(frozen=True)
class Layer:
    """colour: uint8 [height, width, 3], meaningful beyond the mask's edge; mask: float32 [height, width]."""

    colour: Image
    mask: Array


def find_own_teeth(image: Image, frame: FaceFrame, lips: Lips, box: Rectangle) -> Layer | None:
    """The picture's own upper teeth over some pixels of the panel, continued a little behind both lips; None
    when it shows none that are good enough to be kept."""
    if not lips.shows_teeth:
        return None
    x, y = frame.pixels(box)
    upper, lower = lips.inner_upper(x), lips.inner_lower(x)
    # The last pixels before a lip are mixed with it; what it hides continues the column of teeth below it.
    clear = np.minimum(2.5, 0.3 * np.maximum(lower - upper, 0))
    seen = np.clip(y, upper + clear, lower - clear)
    colour = remap(image, frame.panel(x, seen) - np.float32(0.5))
    light = cv2.cvtColor(colour, cv2.COLOR_RGB2LAB)[..., 0].astype(np.float32)
    interior = (y > upper) & (y < lower) & (np.abs(lips.across(x)) < 0.95)
    if interior.sum() < 40:
        return None
    bright = float(np.percentile(light[interior], 85))
    if bright < 110:
        return None
    mask = smoothstep(0.30 * bright, 0.52 * bright, cv2.GaussianBlur(light, (0, 0), 0.8))
    hidden = np.maximum((upper - y) / (0.030 * frame.height), (y - lower) / (0.006 * frame.height))
    mask = mask * (1 - smoothstep(0.5, 1.0, hidden)) * (np.abs(lips.across(x)) < 0.95)
    return Layer(colour, np.ascontiguousarray(mask, np.float32))
