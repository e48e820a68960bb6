"""Taking the old background's colour out of soft edges."""

import numpy as np

from rendering.engines.face.base import Image
from rendering.engines.inpainting.smooth import SmoothInpainting
from rendering.engines.matting.base import Alpha

PERSON, NOBODY = 242, 13
"""Alpha from which a pixel shows the person's own colour, and up to which it shows the background's."""


def estimate_foreground(image: Image, alpha: Alpha) -> Image:
    """The person's own colour in every pixel, uint8 [height, width, 3]; the image itself where alpha is 255.

    Solid colours of person and background flow into the soft edge from both sides; what the image then says
    of their mixture corrects the person's, the more the less background there is in it (the last step of
    Forte, "Approximate Fast Foreground Colour Estimation", ICIP 2021).
    """
    flow = SmoothInpainting()
    person = flow.fill(image, alpha >= PERSON).astype(np.float32)
    behind = flow.fill(image, alpha <= NOBODY).astype(np.float32)
    weight = alpha.astype(np.float32)[..., None] / np.float32(255)
    corrected = person + weight * (image - weight * person - (1 - weight) * behind)
    colour = np.clip(np.rint(corrected), 0, 255).astype(np.uint8)
    return np.where(alpha[..., None] == 255, image, colour)
