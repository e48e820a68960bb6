"""Where the lips meet or part, found in the picture.

The mesh places the inner lip lines a few pixels off, which shows as lips that tear or teeth that stretch; the
picture itself says where lip ends and mouth begins.
"""

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d
from scipy.signal import medfilt

from rendering.engines.face.base import Image
from rendering.engines.talking_head.portrait.face_frame import FaceFrame
from rendering.engines.talking_head.portrait.sampling import remap

Samples = NDArray[np.floating]
Lab = NDArray[np.floating]

COLUMNS = 41
TEETH_LESS_RED = 5.0
"""a* by which teeth lie below lips, OpenCV's 8-bit scale."""
DARK_SHARE = 0.5
"""Lightness of an open mouth over that of lips; the shade between closed ones stays above 0.6."""


class LipProbe:
    """Reads a picture's colour at face coordinates."""

    def __init__(self, image: Image, frame: FaceFrame) -> None:
        self._lab = cv2.cvtColor(image, cv2.COLOR_RGB2LAB).astype(np.float32)
        self._frame = frame

    def __call__(self, x: Samples, y: Samples) -> Lab:
        """Lab colours [..., 3], OpenCV's 8-bit scale, of equally shaped x and y (two-dimensional)."""
        points = self._frame.panel(x, y) - np.float32(0.5)
        return remap(self._lab, points)


def _band(probe: LipProbe, x: Samples, edge: Samples, other: Samples, low: float, high: float) -> Lab:
    """Median colour of a strip between two lines, given as fractions of the way from `edge` to `other`."""
    shares = np.linspace(low, high, 8)
    y = edge[:, None] + shares[None] * (other - edge)[:, None]
    colours = probe(np.repeat(x[:, None], len(shares), axis=1), y)
    return np.median(colours.reshape(-1, 3), axis=0)


def shows_inside(
    probe: LipProbe, x: Samples, upper: Samples, lower: Samples, outer: tuple[Samples, Samples]
) -> bool:
    """Whether teeth or a dark mouth lie between the mesh's inner lip lines, y [columns]; on full, shiny lips
    it parts them where they meet. outer: upper border of the upper lip and lower border of the lower lip."""
    middle = slice(len(x) // 5, -len(x) // 5)
    between = _band(probe, x[middle], upper[middle], lower[middle], 0.3, 0.7)
    lips = np.stack(
        [
            _band(probe, x[middle], edge[middle], other[middle], 0.3, 0.7)
            for edge, other in zip((upper, lower), outer, strict=True)
        ]
    )
    less_red = between[1] < lips[:, 1].min() - TEETH_LESS_RED
    return bool(less_red or between[0] < DARK_SHARE * lips[:, 0].min())


def find_seam(probe: LipProbe, x: Samples, upper: Samples, lower: Samples, height: float) -> Samples:
    """The dark line between closed lips: y [columns]. height: of the face, sets the reach of the search."""
    reach = 0.012 * height
    share = np.linspace(0, 1, 25)
    y = (upper - reach)[:, None] + share[None] * (lower - upper + 2 * reach)[:, None]
    light = probe(np.repeat(x[:, None], len(share), axis=1), y)[..., 0]
    # A mild pull to the middle: shadows under the lower lip are dark too.
    light = light + 6 * (2 * share - 1)[None] ** 2
    seam = medfilt(y[np.arange(len(x)), light.argmin(axis=1)], 9)
    middle = (upper + lower) / 2
    seam[:3], seam[-3:] = middle[:3], middle[-3:]
    return np.asarray(gaussian_filter1d(seam, 2.0, mode="nearest"))


def find_slit(
    probe: LipProbe, x: Samples, upper: Samples, lower: Samples, outer: tuple[Samples, Samples], height: float
) -> tuple[Samples, Samples] | None:
    """The edges (upper, lower) of a narrow slit in which teeth show, or None when no teeth do.

    outer: upper border of the upper lip and lower border of the lower lip; height: of the face.
    """
    share = np.linspace(0, 1, 80)
    top, bottom = (outer[0] + upper) / 2, lower + 0.4 * (outer[1] - lower)
    y = top[:, None] + share[None] * (bottom - top)[:, None]
    colours = probe(np.repeat(x[:, None], len(share), axis=1), y)
    middle = slice(len(x) // 4, -len(x) // 4)
    above = np.median(colours[middle, :12].reshape(-1, 3), axis=0)
    below = np.median(colours[middle, -12:].reshape(-1, 3), axis=0)
    lightness, redness = colours[..., 0], colours[..., 1]
    teeth = (redness < min(above[1], below[1]) - 8) & (lightness > 0.75 * min(above[0], below[0]))
    thickness = teeth.sum(axis=1) * (bottom - top) / len(share)
    seen = thickness > 0.004 * height
    if seen[middle].mean() < 0.5:
        return None
    margin = 0.004 * height
    first = y[np.arange(len(x)), teeth.argmax(axis=1)] - margin
    last = y[np.arange(len(x)), teeth.shape[1] - 1 - teeth[:, ::-1].argmax(axis=1)] + margin
    seam = find_seam(probe, x, upper, lower, height)
    edges = (np.where(seen, np.minimum(first, seam), seam), np.where(seen, np.maximum(last, seam), seam))
    smooth = [gaussian_filter1d(medfilt(edge, 5), 2.5, mode="nearest") for edge in edges]
    for edge in smooth:
        edge[:3], edge[-3:] = seam[:3], seam[-3:]
    return smooth[0], smooth[1]
