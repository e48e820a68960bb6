"""What may hide a face: a mask, a hand, lids. Every measure reads a `FacePatch`."""

import cv2
import numpy as np
from numpy.typing import NDArray

from rendering.engines.face.patch import FacePatch, Grey
from rendering.engines.face.regions import JAW, LEFT_EYE, LIPS, MIDLINE, MOUTH, OVAL, RIGHT_EYE

RING = 15
"""Pixels around the lips that are compared with them."""
SEAM_PERCENTILE = 3
CHIN_REACH = 60
"""Pixels to each side of the middle in which both halves of the chin are compared."""
LIP_MARGIN = 9


def lip_seam(patch: FacePatch) -> float:
    """How dark the darkest line between the lips is against the lips, 0..1.

    A mouth has that line even when closed (0.2 and more), cloth over it has none (0.05).
    """
    light = _lab(patch)[..., 0][patch.inside(LIPS)]
    middle = float(np.median(light))
    return (middle - float(np.percentile(light, SEAM_PERCENTILE))) / max(middle, 1.0)


def lip_colour(patch: FacePatch) -> float:
    """Distance of the lips' hue from that of the skin around them (Lab a and b): 4 and more for lips, 0 for
    one cloth over both."""
    lab = _lab(patch)
    outer = patch.inside(LIPS)
    ring = np.asarray(cv2.dilate(outer.astype(np.uint8), np.ones((RING, RING), np.uint8))) > 0
    lips, around = (
        np.median(lab[where][:, 1:], axis=0) for where in (outer & ~patch.inside(MOUTH), ring & ~outer)
    )
    return float(np.linalg.norm(lips - around))


def chin_asymmetry(patch: FacePatch) -> tuple[float, float]:
    """How the edges on one side of the chin differ from those on the other: as a share of all (0..1), and
    against the light on the face (percent).

    A chin is about the same on both sides (0.12-0.35, up to 2 %), fingers are not (0.46 and more, 1.7 % and
    more). Beards are not what this finds: they cover both sides.
    """
    lips = np.asarray(
        cv2.dilate(patch.inside(LIPS).astype(np.uint8), np.ones((LIP_MARGIN, LIP_MARGIN), np.uint8))
    )
    chin = patch.inside(JAW) & patch.inside(OVAL) & ~(lips > 0)
    edges = _edges(patch.grey)
    middle = round(float(patch.points[list(MIDLINE), 0].mean()))
    reach = min(CHIN_REACH, middle, patch.grey.shape[1] - 1 - middle)
    one, other = (
        (slice(None), slice(middle - reach, middle)),
        (slice(None), slice(middle + reach, middle, -1)),
    )
    both = chin[one] & chin[other]
    if not both.any():
        return 0.0, 0.0
    difference = np.abs(edges[one] - edges[other])[both]
    total = float((edges[one] + edges[other])[both].sum())
    light = float(np.median(patch.grey[patch.inside(OVAL)]))
    return float(difference.sum()) / max(total, 1e-6), 100 * float(difference.mean()) / max(light, 1.0)


def eye_pictures(patch: FacePatch, size: tuple[int, int]) -> NDArray[np.float32]:
    """Both eyes upright, float32 [2, height, width], the left one mirrored; mean 0, deviation 1 each.

    size: width, height in pixels; three eye widths to two.
    """
    pictures = []
    for row, mirrored in ((RIGHT_EYE, False), (LEFT_EYE, True)):
        outline = patch.points[list(row)].astype(np.float64)
        across = outline[8] - outline[0]
        width = float(np.linalg.norm(across))
        scale = size[0] * 2 / 3 / width
        cosine, sine = across / width * scale
        turn = np.array([[cosine, sine], [-sine, cosine]])
        shift = np.array(size) / 2 - turn @ outline.mean(axis=0) - 0.5
        # Blurred to the size that is read: single lashes would alias.
        soft = cv2.GaussianBlur(patch.grey, (0, 0), max(0.3, 0.5 / scale))
        picture = cv2.warpAffine(soft, np.column_stack([turn, shift]), size, flags=cv2.INTER_LINEAR)
        picture = np.asarray(picture[:, ::-1] if mirrored else picture, np.float32)
        pictures.append((picture - picture.mean()) / max(float(picture.std()), 1e-3))
    return np.stack(pictures)


def _edges(grey: Grey) -> Grey:
    soft = cv2.GaussianBlur(grey, (0, 0), 1.2)
    across, down = (cv2.Sobel(soft, cv2.CV_32F, *order) / 8 for order in ((1, 0), (0, 1)))
    return np.asarray(cv2.GaussianBlur(np.hypot(across, down), (0, 0), 2), np.float32)


def _lab(patch: FacePatch) -> NDArray[np.float32]:
    """OpenCV's 8-bit scale."""
    return cv2.cvtColor(patch.image, cv2.COLOR_RGB2LAB).astype(np.float32)
