"""Where an eye looks: its iris, found in the picture.

A search for the circle with the strongest step from its dark inside to the light at its sides, after
J. Daugman, "High confidence visual recognition of persons by a test of statistical independence" (1993). Lids
and lashes, dark as well, are left out.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rendering.engines.talking_head.portrait.face_frame import Array

RADIUS = 0.195
"""Eye widths: 11.7 mm of iris in about 30 mm between the corners."""
EYE_TURN = 0.33
"""Eye widths that an iris travels for a radian: it lies 10 mm before the eye's centre of rotation."""
RADII = (0.9, 1.0, 1.1)
"""Of RADIUS: what is tried."""
REACH = 0.26
"""Eye widths from the middle between the corners to where an iris may be."""
ABOVE_LOWER_LID = (0.75, 0.9, 1.05)
"""Radii from the lower lid up to the centre: it touches the iris, the upper lid covers some of it."""
STEP = 0.015
"""Eye widths between tried centres."""
LASHES = 0.25
"""Part of the opening under the upper lid that lies in its shadow and lashes."""
SIDES = 0.75
"""Sine of the angle above and below the horizontal up to which an iris's border is looked at."""
CENTRED = 150.0
"""Grey levels that a candidate loses per squared eye width from the middle: it is dark in the corners too."""


@dataclass(frozen=True)
class Iris:
    """x, y: of its centre, from the middle between the eye's corners, right and down; radius. All in eye
    widths. contrast: grey levels by which the sclera beside it is lighter."""

    x: float
    y: float
    radius: float
    contrast: float


def find_iris(light: Array, x: Array, y: Array, upper: Array, lower: Array) -> Iris:
    """The iris of one eye; a centred one with contrast 0 when the eye is too narrow to tell.

    light: grey levels; x, y: of each pixel, eye widths from the middle between the corners; upper, lower: y
    of the lids in its column. All [rows, columns].
    """
    clear = (np.abs(x) < 0.5) & (y > upper + LASHES * (lower - upper)) & (y < lower)
    across, along, level = x[clear], y[clear], light[clear].astype(np.float64)
    middle = lower[np.abs(x) < 0.1]
    lid = float(np.median(middle)) if middle.size else 0.0
    best, best_score = Iris(0.0, lid - RADIUS, RADIUS, 0.0), -np.inf
    for radius in RADIUS * np.array(RADII):
        for above in ABOVE_LOWER_LID:
            centre_y = lid - above * radius
            for centre_x in np.arange(-REACH, REACH + STEP / 2, STEP):
                contrast = _contrast(across - centre_x, along - centre_y, level, radius)
                score = contrast - CENTRED * centre_x**2
                if score > best_score:
                    best, best_score = Iris(float(centre_x), centre_y, float(radius), contrast), score
    return best


def _contrast(dx: Array, dy: Array, level: NDArray[np.float64], radius: float) -> float:
    """Grey levels from just inside a circle's sides to just outside them; -inf where too little is seen."""
    distance = np.hypot(dx, dy)
    beside = np.abs(dy) < SIDES * distance
    steps = []
    for side in (dx < 0, dx > 0):
        inside = beside & side & (distance > 0.6 * radius) & (distance < 0.95 * radius)
        outside = beside & side & (distance > 1.05 * radius) & (distance < 1.4 * radius)
        if np.count_nonzero(inside) < 3 or np.count_nonzero(outside) < 3:
            return -np.inf
        steps.append(float(level[outside].mean() - level[inside].mean()))
    return sum(steps) / 2
