"""Displacement fields of a speaking face.

Two sets, because lips part: points of the upper lip follow the upper set, points of the lower lip the lower
set; away from the mouth both are equal. Displacements add up, weighted by the articulators.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from rendering.engines.talking_head.landmarks import (
    CHIN,
    FOREHEAD,
    LEFT_BROW,
    LEFT_LID_LOWER,
    LEFT_LID_UPPER,
    NOSE_BASE,
    OVAL,
    RIGHT_BROW,
    RIGHT_LID_LOWER,
    RIGHT_LID_UPPER,
)
from rendering.engines.talking_head.portrait.face_frame import Array, FaceFrame, Line, smoothstep
from rendering.engines.talking_head.portrait.gap import JAW_DROP, LipTravel
from rendering.engines.talking_head.portrait.grid import Grid
from rendering.engines.talking_head.portrait.lips import RELAXED_WIDTH, Lips
from rendering.engines.talking_head.portrait.performance import Expression

SPREAD = 0.030
ROUND = 0.038
"""Face heights a mouth corner travels for a full spread, a full pucker."""
OPENING_WIDTH, ROUND_WIDTH = 0.95, 0.80
"""Part of the mouth's width that opens, spread and puckered."""
PUCKER_THICKENS = 0.012
PRESS_UPPER, PRESS_LOWER = 0.010, 0.006
TUCK = 0.010
BROW_RAISE = 0.022
JAW_HEIGHT = 0.10
"""Face heights above the chin from which on the jaw is as wide as there."""
SMILE_ASIDE, SMILE_UP = 0.024, 0.026
"""Face heights, 4 to 5 mm: a mouth corner's way in a full smile with closed lips."""
CHEEK_RAISE = 0.35
"""Of SMILE_UP: what arrives at the lower lid."""


@dataclass(frozen=True)
class _Surroundings:
    """Grid nodes in relation to the mouth: the falloffs that the fields share. All [rows, columns]."""

    x: Array
    y: Array
    across: Array
    """-1 and 1 at the mouth corners"""
    opening: Array
    """1 in the middle of the mouth, 0 at and beyond the corners"""
    round_opening: Array
    """the same of a puckered mouth: an ellipse that ends before the corners"""
    upper: Array
    lower: Array
    """1 at the edge of that lip and inside the mouth, fading over the lip to the nose or the chin"""
    beside: Array
    """1 between the corners, fading into the cheeks"""
    around_seam: Array
    """Gaussian in the distance from the seam, face heights"""
    sideways: Array
    """Sine of `across`: -1..1"""


def _surroundings(frame: FaceFrame, local: Array, lips: Lips, x: Array, y: Array) -> _Surroundings:
    across = lips.across(x)
    nose, chin = float(local[NOSE_BASE, 1]), float(local[CHIN, 1])
    inner_upper, outer_upper = lips.inner_upper(x), lips.outer_upper(x)
    inner_lower, outer_lower = lips.inner_lower(x), lips.outer_lower(x)
    on_upper = 0.72 + 0.28 * (y - outer_upper) / np.maximum(inner_upper - outer_upper, 1)
    over_upper = 0.72 * (1 - smoothstep(0, 1, (outer_upper - y) / np.maximum(outer_upper - nose, 1)))
    on_lower = 1 - 0.28 * (y - inner_lower) / np.maximum(outer_lower - inner_lower, 1)
    under_lower = 0.72 * (
        1 - smoothstep(0, 1, (y - outer_lower) / np.maximum(0.85 * (chin - outer_lower), 1))
    )
    height = (y - lips.seam(x)) / frame.height
    return _Surroundings(
        x=x,
        y=y,
        across=across,
        # A parabola is pointed in the middle; much flatter opens the corners into black wedges.
        opening=np.clip(1 - np.abs(across / OPENING_WIDTH) ** 2.3, 0, 1),
        round_opening=np.clip(1 - np.abs(across / ROUND_WIDTH) ** 2.5, 0, 1) ** 0.6,
        upper=np.where(y > inner_upper, 1, np.where(y > outer_upper, on_upper, over_upper)),
        lower=np.where(y < inner_lower, 1, np.where(y < outer_lower, on_lower, under_lower)),
        beside=np.exp(-((np.maximum(np.abs(across) - 1, 0) / 0.55) ** 2)),
        around_seam=np.exp(-((height / 0.15) ** 2)),
        sideways=np.sin(np.clip(across, -1, 1) * np.pi / 2),
    )


def _jaw_falloff(frame: FaceFrame, local: Array, x: Array, y: Array) -> Array:
    """1 over the jaw, fading to the face's outline and down the neck."""
    oval = local[list(OVAL)]
    oval = oval[np.argsort(oval[:, 1])]
    left, right = oval[oval[:, 0] < 0], oval[oval[:, 0] > 0]
    chin = float(local[CHIN, 1])
    # The whole lower jaw sinks, not its tip alone: below this height the outline goes straight down.
    level = np.minimum(y, chin - JAW_HEIGHT * frame.height)
    outline = np.where(
        x < 0, np.interp(level, left[:, 1], -left[:, 0]), np.interp(level, right[:, 1], right[:, 0])
    )
    lateral = 1 - smoothstep(0.55, 1.12, np.abs(x) / np.maximum(outline, 0.16 * frame.height))
    neck = 1 - smoothstep(0, 0.30 * frame.height, y - chin)
    return np.asarray(lateral * neck * (1 - 0.22 * smoothstep(0.25 * chin, chin, y)), np.float32)


def _brows(frame: FaceFrame, local: Array, x: Array, y: Array) -> Array:
    """1 on the brows, fading to the lids, the forehead and the temples."""
    still = np.ones_like(x)
    for brow_row, lid_row in ((RIGHT_BROW, RIGHT_LID_UPPER), (LEFT_BROW, LEFT_LID_UPPER)):
        line, lid = Line.through(local, brow_row), Line.through(local, lid_row)
        start, end = line.ends
        brow = line(x)
        above = np.minimum(0.16 * frame.height, 0.85 * (brow - local[FOREHEAD, 1]))
        rise = np.where(
            y > brow,
            1 - smoothstep(0, 1, (y - brow) / np.maximum(0.9 * (lid(x) - brow), 2)),
            1 - smoothstep(0, 1, (brow - y) / np.maximum(above, 4)),
        )
        past_ends = np.maximum(np.maximum(start - x, x - end), 0)
        still *= 1 - rise * np.exp(-((past_ends / (0.06 * frame.height)) ** 2))
    return 1 - still


class FaceFields:
    """The face's fields over a grid, as (upper, lower) pairs in grid steps."""

    def __init__(self, frame: FaceFrame, local: Array, lips: Lips, grid: Grid) -> None:
        """local: landmarks in face coordinates, float32 [468, 2]."""
        points = frame.local(grid.points())
        near = _surroundings(frame, local, lips, points[..., 0], points[..., 1])
        self.overlap = closing_overlap(frame.height, lips.parted)
        jaw_falloff = _jaw_falloff(frame, local, near.x, near.y)
        pairs = [
            _jaw(frame, lips, near, jaw_falloff),
            _pair(frame, upper=-near.opening * near.upper),
            _pair(frame, lower=near.opening * near.lower),
            _pair(frame, upper=-near.round_opening * near.upper),
            _pair(frame, lower=near.round_opening * near.lower),
            _spread(frame, near),
            _rounding(frame, lips, near),
            _press(frame, near),
            _tuck(frame, lips, near),
            _brow(frame, local, near),
            _neutral(frame, lips, near, self.overlap if lips.parted else 0.0),
            _smile(frame, local, lips, near),
        ]
        step = np.float32(grid.step)
        blurred = [[cv2.GaussianBlur(field, (0, 0), 0.8).ravel() / step for field in pair] for pair in pairs]
        self._upper, self._lower = (np.ascontiguousarray(side) for side in zip(*blurred, strict=True))
        seam_distance = (near.y - lips.seam(near.x)) / frame.height
        self._lower_share = smoothstep(-0.004, 0.004, seam_distance)[..., None]
        self._shape = (*grid.shape, 2)

    def layers(self, expression: Expression, travel: LipTravel) -> tuple[Array, Array]:
        """Displacements of the upper and of the lower layer, [rows, columns, 2] in steps."""
        mouth = expression.mouth
        weights = np.array(
            [
                travel.jaw,
                travel.upper,
                travel.lower,
                travel.upper_round,
                travel.lower_round,
                mouth.spread,
                mouth.rounding,
                mouth.press,
                mouth.tuck,
                expression.brow,
                1.0,
                expression.smile,
            ],
            np.float32,
        )
        return (weights @ self._upper).reshape(self._shape), (weights @ self._lower).reshape(self._shape)

    def merged(self, upper: Array, lower: Array) -> Array:
        """One layer for everything but the lips: the upper above the seam, the lower below."""
        return upper + (lower - upper) * self._lower_share


def closing_overlap(height: float, parted: bool) -> float:
    """Pixels by which the lips overlap in the rest pose; taken back as soon as they part."""
    if parted:
        return 0.9 * max(1.0, height / 300) + 0.0022 * height + 1.0
    return 0.8 + 0.0011 * height


def _pair(
    frame: FaceFrame, *, upper: Array | None = None, lower: Array | None = None, x: Array | None = None
) -> tuple[Array, Array]:
    """Vertical displacements of each layer, with a lateral one that both share."""
    given = next(field for field in (upper, lower, x) if field is not None)
    none = np.zeros_like(given)
    across = none if x is None else x
    return (
        frame.vectors(across, none if upper is None else upper),
        frame.vectors(across, none if lower is None else lower),
    )


def _jaw(frame: FaceFrame, lips: Lips, near: _Surroundings, falloff: Array) -> tuple[Array, Array]:
    drop = JAW_DROP * frame.height

    def stays(edge: Array) -> Array:
        """Off the mouth the skin follows the jaw gradually, from each lip's own edge so that both agree."""
        return (1 - near.opening) * smoothstep(-0.07, 0.20, (near.y - edge) / frame.height)

    return _pair(
        frame,
        x=-0.10 * drop * near.sideways * near.beside * near.around_seam,
        upper=drop * stays(lips.inner_upper(near.x)) * falloff,
        lower=drop * (near.opening + stays(lips.inner_lower(near.x))) * falloff,
    )


def _spread(frame: FaceFrame, near: _Surroundings) -> tuple[Array, Array]:
    cheek = near.beside * near.around_seam
    lift = -0.006 * frame.height * cheek * np.minimum(np.abs(near.across), 1)
    return _pair(frame, x=SPREAD * frame.height * near.sideways * cheek, upper=lift, lower=lift)


def _rounding(frame: FaceFrame, lips: Lips, near: _Surroundings) -> tuple[Array, Array]:
    upper_edge, lower_edge = lips.inner_upper(near.x), lips.inner_lower(near.x)
    upper_height = np.maximum(upper_edge - lips.outer_upper(near.x), 2)
    lower_height = np.maximum(lips.outer_lower(near.x) - lower_edge, 2)

    def bulge(distance: Array) -> Array:
        """Largest a lip's height outside its inner edge."""
        thickness = np.sin(np.pi * np.clip(distance / 2.2, 0, 1))
        return PUCKER_THICKENS * frame.height * thickness * near.opening

    # A smile has further to go to a pucker.
    reach = ROUND * max(frame.height, lips.width / RELAXED_WIDTH)
    return _pair(
        frame,
        x=-reach * near.sideways * near.beside * near.around_seam,
        upper=-bulge((upper_edge - near.y) / upper_height),
        lower=bulge((near.y - lower_edge) / lower_height),
    )


def _press(frame: FaceFrame, near: _Surroundings) -> tuple[Array, Array]:
    along = np.sqrt(near.opening) * frame.height
    return _pair(frame, upper=PRESS_UPPER * along * near.upper, lower=-PRESS_LOWER * along * near.lower)


def _tuck(frame: FaceFrame, lips: Lips, near: _Surroundings) -> tuple[Array, Array]:
    below = 1 - smoothstep(0, 0.16 * frame.height, near.y - lips.inner_lower(near.x))
    return _pair(frame, lower=-TUCK * frame.height * np.sqrt(near.opening) * below)


def _brow(frame: FaceFrame, local: Array, near: _Surroundings) -> tuple[Array, Array]:
    lift = -BROW_RAISE * frame.height * _brows(frame, local, near.x, near.y)
    return _pair(frame, upper=lift, lower=lift)


def _neutral(frame: FaceFrame, lips: Lips, near: _Surroundings, overlap: float) -> tuple[Array, Array]:
    """Closes parted lips and relaxes a smile: what turns the photo's mouth into the rest pose."""
    seam = lips.seam(near.x)
    # Full almost to the corners: there the grid is too coarse to bring lips together exactly.
    margin = overlap * (1 + np.abs(near.across)) * np.clip((1.02 - np.abs(near.across)) / 0.08, 0, 1)
    mouth = 1 - smoothstep(0.9, 1.5, np.abs(near.across))
    half = np.where(near.x < 0, lips.left, lips.right)
    narrowing = lips.excess_width(frame.height) * half * near.sideways * near.beside * near.around_seam
    distance = (near.y - seam) / frame.height
    corners = lips.raised_corners(frame.height) * np.minimum(np.abs(near.across), 1) ** 2
    corners = corners * near.beside * np.exp(-((distance / 0.18) ** 2))
    return _pair(
        frame,
        x=-narrowing,
        upper=(seam - lips.inner_upper(near.x) + margin) * near.upper * mouth + corners,
        lower=(seam - lips.inner_lower(near.x) - margin) * near.lower * mouth + corners,
    )


def _smile(frame: FaceFrame, local: Array, lips: Lips, near: _Surroundings) -> tuple[Array, Array]:
    """Corners aside and up, the cheeks with them, the lower lids a little (AU12 and AU6). Lips that are shut
    stay so: along either lip's inner edge both layers move alike."""
    right = near.x < 0
    lid, brim = (
        np.where(right, Line.through(local, rows[0])(near.x), Line.through(local, rows[1])(near.x))
        for rows in ((RIGHT_LID_LOWER, LEFT_LID_LOWER), (RIGHT_LID_UPPER, LEFT_LID_UPPER))
    )
    open_eye = 0.8 * np.maximum(lid - brim, 2) / frame.height
    along = np.minimum(np.abs(near.across), 1) ** 1.8 * near.beside
    aside, up = SMILE_ASIDE * frame.height, SMILE_UP * frame.height

    def vertical(edge: Array) -> tuple[Array, Array]:
        """How much of the corner's way up and aside skin goes, by its distance from a lip's inner edge."""
        above = (edge - near.y) / frame.height
        cheek = 1 - (1 - CHEEK_RAISE) * smoothstep(0, 1, above * frame.height / np.maximum(edge - lid, 1))
        lids = 1 - smoothstep(0, 1, ((lid - near.y) / frame.height) / open_eye)
        chin = np.exp(-((np.minimum(above, 0) / 0.12) ** 2))
        return cheek * lids * chin, np.exp(-((above / 0.14) ** 2))

    (up_u, aside_u), (up_l, aside_l) = vertical(lips.inner_upper(near.x)), vertical(lips.inner_lower(near.x))
    across = near.sideways * near.beside * aside
    return (
        frame.vectors(across * aside_u, -up * along * up_u),
        frame.vectors(across * aside_l, -up * along * up_l),
    )
