"""Telea's fast-marching inpainting (2004): smooth, needs no model; for whoever chooses not to fetch one."""

import cv2
import numpy as np

from rendering.engines.face.base import Image
from rendering.engines.inpainting.base import Known

WORKING_SIDE = 360
"""Long side in pixels on which the fill is computed: larger ones take seconds and look no better."""
RADIUS = 3.0
"""Pixels of the working picture."""


class TeleaInpainting:
    """No state."""

    name = "telea"
    version = "1"

    def fill(self, image: Image, known: Known) -> Image:
        """The image with its unknown pixels continued smoothly; known pixels are unchanged."""
        height, width = known.shape
        scale = min(1.0, WORKING_SIDE / max(height, width))
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        # A working pixel is unknown as soon as any part of it is.
        unknown = cv2.resize((~known).astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0
        filled = cv2.inpaint(small, unknown.astype(np.uint8), RADIUS, cv2.INPAINT_TELEA)
        filled = cv2.resize(filled, (width, height), interpolation=cv2.INTER_CUBIC)
        return np.where(known[..., None], image, filled)
