"""Where the lips are in one frame, and every pixel of a mouth in the coordinates of an atlas texture."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from rendering.engines.talking_head.portrait.atlas import (
    ABOVE,
    BELOW,
    COLUMNS,
    INSIDE,
    LOWER,
    MARGIN,
    REACH,
    ROWS,
    UPPER,
)
from rendering.engines.talking_head.portrait.face_frame import Array, FaceFrame
from rendering.engines.talking_head.portrait.grid import Grid
from rendering.engines.talking_head.portrait.lips import Lips
from rendering.engines.talking_head.portrait.sampling import remap

SAMPLES = 33
"""Points of each line that are followed."""
RESOLUTION = 256
"""Places along x at which the moved lines are known."""


@dataclass(frozen=True)
class LipLines:
    """Lips of one frame in face coordinates (the head's motion undone). left, right: x of the corners; y:
    float32 [RESOLUTION, 4], heights of the lines outer upper, inner upper, inner lower, outer lower at x
    evenly spaced from corner to corner."""

    left: float
    right: float
    y: Array

    @property
    def width(self) -> float:
        """Pixels from corner to corner."""
        return self.right - self.left

    @property
    def opening(self) -> float:
        """Largest distance between the lips, pixels."""
        return float((self.y[:, 2] - self.y[:, 1]).max())


class LipFollower:
    """Follows the lines of a picture's lips through the displacements of a frame."""

    def __init__(self, frame: FaceFrame, lips: Lips, grid: Grid) -> None:
        self._frame, self._grid = frame, grid
        x = np.linspace(-lips.left, lips.right, SAMPLES)
        # The inner lines end a little inside the corners; from there on lips touch.
        rows = np.stack(
            [line(x) for line in (lips.outer_upper, lips.inner_upper, lips.inner_lower, lips.outer_lower)]
        )
        ends = np.clip((1 - np.abs(lips.across(x))) / 0.08, 0, 1)
        corner = (rows[0] + rows[3]) / 2
        rows[1:3] = corner + (rows[1:3] - corner) * ends
        self._rest = frame.panel(np.broadcast_to(x, rows.shape), rows)
        self._positions = self._rest / np.float32(grid.step)

    def follow(self, upper: Array, lower: Array) -> LipLines:
        """upper, lower: displacements of the two lips over the grid, [rows, columns, 2] in steps."""
        moved = np.empty_like(self._rest)
        for lines, field in ((slice(0, 2), upper), (slice(2, 4), lower)):
            shift = self._grid.sample(field, self._positions[lines], border=cv2.BORDER_CONSTANT)
            moved[lines] = self._rest[lines] + shift * np.float32(self._grid.step)
        local = self._frame.local(moved)
        left, right = float(local[:, 0, 0].mean()), float(local[:, -1, 0].mean())
        x = np.linspace(left, right, RESOLUTION)
        y = np.stack([np.interp(x, line[:, 0], line[:, 1]) for line in local], axis=-1)
        y[:, 2] = np.maximum(y[:, 2], y[:, 1])
        return LipLines(left, right, y.astype(np.float32))


@dataclass(frozen=True)
class MouthPixels:
    """Pixels of a mouth in texture coordinates, [height, width].

    column: of the texture; row: the same, with the inside left out; depth, gap: below the upper lip, and
    between the lips, in pixels; inside: where the row is one of the mouth's inside.
    """

    column: Array
    row: Array
    depth: Array
    gap: Array
    inside: NDArray[np.bool_]


def unroll(x: Array, y: Array, lines: LipLines, rest_width: float) -> MouthPixels:
    """x, y: face coordinates of the pixels; rest_width: of the resting mouth, pixels."""
    scale = np.float32((RESOLUTION - 1) / lines.width)
    places = np.stack([(x - np.float32(lines.left)) * scale, np.zeros_like(x)], axis=-1)
    heights = remap(np.ascontiguousarray(lines.y[None]), places)
    outer_upper, inner_upper, inner_lower, outer_lower = (heights[..., index] for index in range(4))
    half = np.where(x < 0, np.float32(-lines.left), np.float32(lines.right))
    column = (x / half + np.float32(REACH)) * np.float32(COLUMNS / (2 * REACH)) - np.float32(0.5)
    margin = np.float32(MARGIN * rest_width)

    def part(start: Array, end: Array) -> Array:
        return np.clip((y - start) / np.maximum(end - start, np.float32(0.5)), 0, 1)

    row = (
        ABOVE * part(outer_upper - margin, outer_upper)
        + UPPER * part(outer_upper, inner_upper)
        + INSIDE * (y > inner_lower)
        + LOWER * part(inner_lower, outer_lower)
        + BELOW * part(outer_lower, outer_lower + margin)
        - np.float32(0.5)
    )
    inside = (y > inner_upper) & (y < inner_lower)
    return MouthPixels(
        column.astype(np.float32),
        np.clip(row, 0, ROWS - 1).astype(np.float32),
        y - inner_upper,
        inner_lower - inner_upper,
        inside,
    )
