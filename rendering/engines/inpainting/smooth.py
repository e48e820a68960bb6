"""Push-pull interpolation (Gortler et al. 1996, "The Lumigraph"): what surrounds a hole flows into it.

Invents no detail and therefore nothing wrong: made for what lies behind a person, of which a moving head
uncovers a few pixels. Needs no model.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from rendering.engines.face.base import Image
from rendering.engines.inpainting.base import Known

Layer = NDArray[np.float32]

WORKING_SIDE = 640
"""Long side in pixels on which the fill is computed; it holds no detail that a larger one could show."""


class SmoothInpainting:
    """No state."""

    name = "smooth"
    version = "1"

    def fill(self, image: Image, known: Known) -> Image:
        """The image with its unknown pixels continued smoothly; known pixels are unchanged."""
        if known.all():
            return image.copy()
        height, width = known.shape
        scale = min(1.0, WORKING_SIDE / max(height, width))
        size = (max(2, round(width * scale)), max(2, round(height * scale)))
        weight = cv2.resize(known.astype(np.float32), size, interpolation=cv2.INTER_AREA)
        colour = cv2.resize(
            np.where(known[..., None], image, 0).astype(np.float32), size, interpolation=cv2.INTER_AREA
        )
        filled = cv2.resize(
            _push_pull(np.asarray(colour, np.float32), np.asarray(weight, np.float32)),
            (width, height),
            interpolation=cv2.INTER_CUBIC,
        )
        return np.where(known[..., None], image, np.clip(np.rint(filled), 0, 255).astype(np.uint8))


def _push_pull(colour: Layer, weight: Layer) -> Layer:
    """colour: float32 [h, w, 3], already multiplied by weight [h, w], 0..1. Returns it with no holes left."""
    own = colour / np.maximum(weight, 1e-6)[..., None]
    if min(weight.shape) <= 2 or weight.min() > 0.999:
        total = max(float(weight.sum()), 1e-6)
        return np.where(weight[..., None] > 1e-3, own, colour.sum(axis=(0, 1)) / total)
    coarse_weight = np.asarray(cv2.pyrDown(weight), np.float32)
    coarse = _push_pull(np.asarray(cv2.pyrDown(colour), np.float32), coarse_weight)
    below = cv2.pyrUp(coarse, dstsize=(weight.shape[1], weight.shape[0]))
    # A pixel with little support of its own takes the rest from the coarser level.
    trust = np.clip(weight * 2, 0, 1)[..., None]
    return np.asarray(own * trust + below * (1 - trust), np.float32)
