"""Finds where lips end and the inside of an open mouth begins.

The mesh takes the edge of teeth for a lip, so the lines are found in the picture: every column is cut where
what looks like lip turns into what looks like the inside, and neighbouring columns agree (Viterbi 1967).
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import LSQUnivariateSpline
from scipy.signal import medfilt

from rendering.engines.face.base import Image
from rendering.engines.talking_head.landmarks import (
    CORNER_LEFT,
    CORNER_RIGHT,
    INNER_LOWER,
    INNER_UPPER,
    OUTER_LOWER,
    OUTER_UPPER,
)
from rendering.engines.talking_head.portrait.face_frame import FaceFrame, Line
from rendering.engines.talking_head.portrait.inner_lips import LipProbe, find_seam
from rendering.engines.talking_head.portrait.sampling import remap

Samples = NDArray[np.floating]

COLUMNS, ROWS = 121, 160
LAB_WEIGHT = np.array([0.6, 1.0, 1.0], np.float32)
LIP_COLOURS, INSIDE_COLOURS = 2, 4
STEEPEST = 4
"""Rows by which the edge may differ between neighbouring columns."""
STEP_COST = 0.15
HEIGHT_COST, HEIGHT_VARIES = 8.0, 0.22
"""Rows of certain lip that one deviation of a lip's height is worth, and that deviation as a share of the
height."""


@dataclass(frozen=True)
class OpenMouth:
    """Lines of a mouth in face coordinates: x [columns] from corner to corner, and y of each line there. At
    the corners all four meet."""

    x: Samples
    outer_upper: Samples
    inner_upper: Samples
    inner_lower: Samples
    outer_lower: Samples

    @property
    def gap(self) -> Samples:
        return self.inner_lower - self.inner_upper


def measure_closed(image: Image, frame: FaceFrame, local: Samples) -> OpenMouth:
    """The mouth of a face at rest, which has a seam and no opening. local: landmarks in face coordinates
    [468, 2]."""
    x, outer_upper, outer_lower = _outline(local)
    inner = slice(4, -4)
    upper, lower = Line.through(local, INNER_UPPER)(x), Line.through(local, INNER_LOWER)(x)
    seam = (upper + lower) / 2
    seam[inner] = find_seam(LipProbe(image, frame), x[inner], upper[inner], lower[inner], frame.height)
    seam = np.clip(_bow(x, seam), outer_upper, outer_lower)
    return OpenMouth(x, outer_upper, seam, seam, outer_lower)


def mesh_heights(local: Samples) -> tuple[Samples, Samples]:
    """Heights of both lips by the mesh, for `measure_open`: near enough unless the mouth is wide open."""
    x, outer_upper, outer_lower = _outline(local)
    upper = Line.through(local, INNER_UPPER)(x) - outer_upper
    return upper, outer_lower - Line.through(local, INNER_LOWER)(x)


def _outline(local: Samples) -> tuple[Samples, Samples, Samples]:
    """x from corner to corner, and y of the lips' outer lines there."""
    x = np.linspace(float(local[CORNER_LEFT, 0]), float(local[CORNER_RIGHT, 0]), COLUMNS)
    return x, Line.through(local, OUTER_UPPER)(x), Line.through(local, OUTER_LOWER)(x)


def measure_open(
    image: Image, frame: FaceFrame, local: Samples, upper_height: Samples, lower_height: Samples
) -> OpenMouth:
    """local: landmarks in face coordinates [468, 2]; upper_height, lower_height: what each lip is expected to
    measure at every column of the result, pixels."""
    x, outer_upper, outer_lower = _outline(local)
    share = np.linspace(0, 1, ROWS)
    y = outer_upper[:, None] + share[None] * (outer_lower - outer_upper)[:, None]
    lab = cv2.cvtColor(image, cv2.COLOR_RGB2LAB).astype(np.float32)
    colours = remap(lab, frame.panel(np.repeat(x[:, None], ROWS, axis=1), y) - np.float32(0.5)) * LAB_WEIGHT
    mesh_upper, mesh_lower = Line.through(local, INNER_UPPER)(x), Line.through(local, INNER_LOWER)(x)
    unlike = _unlike_lips(colours, y, outer_upper, mesh_upper, mesh_lower, outer_lower)
    # Rows in the middle of the opening that the mesh saw are inside in any case.
    middle = np.clip(((mesh_upper + mesh_lower) / 2 - outer_upper) / (outer_lower - outer_upper + 1e-6), 0, 1)
    turn = np.rint(middle * (ROWS - 1)).astype(int)
    top = _edge(unlike, turn, _unlikely(y - outer_upper[:, None], upper_height), upwards=True)
    bottom = _edge(unlike, turn, _unlikely(outer_lower[:, None] - y, lower_height), upwards=False)
    rows = np.arange(COLUMNS)
    inner_upper, inner_lower = _bow(x, y[rows, top]), _bow(x, y[rows, bottom])
    middle_line = (inner_upper + inner_lower) / 2
    inner_upper = np.clip(np.minimum(inner_upper, middle_line), outer_upper, outer_lower)
    inner_lower = np.clip(np.maximum(inner_lower, middle_line), outer_upper, outer_lower)
    return OpenMouth(x, outer_upper, inner_upper, inner_lower, outer_lower)


def _unlike_lips(
    colours: Samples,
    y: Samples,
    outer_upper: Samples,
    mesh_upper: Samples,
    mesh_lower: Samples,
    outer_lower: Samples,
) -> Samples:
    """-1 (lip) to 1 (inside) for each sample [columns, rows]."""
    central = slice(COLUMNS // 5, -COLUMNS // 5)

    def between(first: Samples, last: Samples, low: float, high: float) -> NDArray[np.bool_]:
        share = (y - first[:, None]) / np.maximum(last - first, 1e-6)[:, None]
        chosen = (share > low) & (share < high)
        outside = np.ones(COLUMNS, bool)
        outside[central] = False
        chosen[outside] = False
        return chosen

    inside = _palette(colours[between(mesh_upper, mesh_lower, 0.25, 0.75)], INSIDE_COLOURS)
    upper = _palette(colours[between(outer_upper, mesh_upper, 0.15, 0.6)], LIP_COLOURS)
    lower = _palette(colours[between(mesh_lower, outer_lower, 0.55, 0.9)], LIP_COLOURS)
    to_inside, to_lip = _distance(colours, inside), _distance(colours, np.concatenate([upper, lower]))
    return np.asarray((to_lip - to_inside) / (to_lip + to_inside + 4.0))


def _palette(samples: Samples, count: int) -> Samples:
    """Typical colours [count, 3]."""
    cv2.setRNGSeed(1)
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 30, 0.5)
    points = np.ascontiguousarray(samples.reshape(-1, 3), np.float32)
    return np.asarray(cv2.kmeans(points, count, None, criteria, 4, cv2.KMEANS_PP_CENTERS)[2])  # type: ignore[call-overload]


def _distance(colours: Samples, palette: Samples) -> Samples:
    return np.asarray(np.linalg.norm(colours[..., None, :] - palette, axis=-1).min(axis=-1))


def _unlikely(height: Samples, usual: Samples) -> Samples:
    """What it costs [columns, rows] to give a lip a height other than its usual one [columns]."""
    usual = np.maximum(usual, 0.25 * float(usual.max()))[:, None]
    return np.minimum(HEIGHT_COST * ((height - usual) / (HEIGHT_VARIES * usual)) ** 2, 60.0)


def _edge(unlike: Samples, turn: NDArray[np.intp], cost: Samples, *, upwards: bool) -> NDArray[np.intp]:
    """The row of the edge in each column: lip beyond it, inside between it and `turn`."""
    rows = np.arange(ROWS)
    total = np.cumsum(np.pad(unlike, ((0, 0), (1, 0))), axis=1)
    at_turn = np.take_along_axis(total, turn[:, None], axis=1)
    if upwards:
        inside = at_turn - total[:, :-1]
        outside = total[:, :-1]
        allowed = rows[None] <= turn[:, None]
    else:
        inside = total[:, 1:] - at_turn
        outside = total[:, -1:] - total[:, 1:]
        allowed = rows[None] >= turn[:, None]
    gain = np.where(allowed, inside - outside - cost, -1e3)
    return _smoothest(gain)


def _smoothest(gain: Samples) -> NDArray[np.intp]:
    """The path through [columns, rows] that gains most, less what its steps cost."""
    columns, rows = gain.shape
    best, came = gain[0].copy(), np.zeros((columns, rows), np.intp)
    steps = np.arange(-STEEPEST, STEEPEST + 1)
    for column in range(1, columns):
        shifted = np.full((len(steps), rows), -np.inf)
        for index, step in enumerate(steps):
            source = slice(max(0, -step), rows - max(0, step))
            target = slice(max(0, step), rows - max(0, -step))
            shifted[index, target] = best[source] - STEP_COST * abs(step)
        choice = shifted.argmax(axis=0)
        came[column] = np.arange(rows) - steps[choice]
        best = shifted.max(axis=0) + gain[column]
    path = np.empty(columns, np.intp)
    path[-1] = int(best.argmax())
    for column in range(columns - 1, 0, -1):
        path[column - 1] = came[column, path[column]]
    return path


def _bow(x: Samples, y: Samples) -> Samples:
    """A robust smooth curve: median, then a spline of few knots."""
    knots = np.linspace(x[0], x[-1], 11)[1:-1]
    return np.asarray(LSQUnivariateSpline(x, medfilt(y, 9), knots, k=3)(x))
