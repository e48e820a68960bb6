"""How a face was photographed: focus and light. Every measure reads a `FacePatch`."""

import cv2
import numpy as np
from numpy.typing import NDArray

from rendering.engines.face.patch import FacePatch, Grey
from rendering.engines.face.regions import BOTH_EYES, LEFT_CHEEK, OVAL, RIGHT_CHEEK

REBLUR = 9
"""Length in pixels of the second blur (Crete et al. 2007)."""
CHEEK_RADIUS = 0.04
"""Face heights."""
GAMMA = 2.2
BRIGHT_PERCENTILE = 95
BLOWN = 250
"""Of 255 in all channels: nothing of the skin is left there."""
FLAT = 0.5
"""Laplacian below which a pixel is like those around it; photographed skin has pores and noise."""


def blur(patch: FacePatch) -> float:
    """How little a second blur changes the eyes: 0 is crisp, 1 is all blur already.

    The measure of Crete et al. 2007 ("The blur effect"), with the face at one size. Sharp portraits measure
    0.36-0.63, the same blurred by 0.8 % of the face's height 0.72-0.84.
    """
    eyes = patch.inside(BOTH_EYES)
    shares = []
    for axis, size in ((0, (1, REBLUR)), (1, (REBLUR, 1))):
        again = cv2.blur(patch.grey, size)
        change = np.abs(np.diff(patch.grey, axis=axis))
        kept = np.minimum(change, np.abs(np.diff(again, axis=axis)))
        where = eyes[1:] if axis == 0 else eyes[:, 1:]
        shares.append(float(kept[where].sum() / max(float(change[where].sum()), 1e-6)))
    return max(shares)


def side_light(patch: FacePatch) -> float:
    """Stops by which the cheek on the right of the picture is lighter than the other; negative: darker.

    Portraits stay within 2.7, also dramatic ones.
    """
    left, right = (
        float(np.mean((patch.grey[patch.around(cheek, CHEEK_RADIUS)] / 255) ** GAMMA))
        for cheek in (RIGHT_CHEEK, LEFT_CHEEK)
    )
    return float(np.log2(max(right, 1e-4) / max(left, 1e-4)))


def brightness(patch: FacePatch) -> float:
    """The face's lights (95th percentile), 0..255. The darkest skin in good light measures 108: light on
    forehead and nose tells a dark photo from dark skin."""
    return float(np.percentile(patch.grey[patch.inside(OVAL)], BRIGHT_PERCENTILE))


def burnt_out(patch: FacePatch) -> float:
    """Share of the face that is plain white, 0..1; good portraits stay under 0.007."""
    return float(np.mean(patch.image[patch.inside(OVAL)].min(axis=-1) >= BLOWN))


def flatness(patch: FacePatch) -> float:
    """Share of the cheeks without any texture, 0..1: photos 0.04-0.21, flat drawings 0.37 and more."""
    cheeks = patch.around((*RIGHT_CHEEK, *LEFT_CHEEK), CHEEK_RADIUS)
    return float(np.mean(np.abs(_laplacian(patch.grey))[cheeks] < FLAT))


def _laplacian(grey: Grey) -> NDArray[np.float32]:
    return np.asarray(cv2.Laplacian(grey, cv2.CV_32F), np.float32)
