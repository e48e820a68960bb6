"""Blinks and glances, painted into the picture before it is warped: they cost nothing per frame but a copy.

Only the picture's own pixels are used: the lid's skin slides down over the eye, lashes first.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from rendering.engines.talking_head.portrait.face_frame import Array, FaceFrame, Line, smoothstep
from rendering.engines.talking_head.portrait.landmarks import (
    LEFT_BROW,
    LEFT_LID_LOWER,
    LEFT_LID_UPPER,
    RIGHT_BROW,
    RIGHT_LID_LOWER,
    RIGHT_LID_UPPER,
)
from rendering.engines.talking_head.portrait.panel_picture import Rectangle
from rendering.engines.talking_head.portrait.sampling import remap

Canvas = NDArray[np.uint8]
"""uint8 [height, width, 4]: RGB and alpha, `density` pixels per panel pixel."""

CLOSURE_STEPS = 8
UPPER_LID_SHARE = 0.86
"""Of the eye's opening; the lower lid comes up to meet it."""
LID_HEIGHT = 0.62
"""Of the way from the lid's edge to the brow: skin that a blink stretches. The brow itself stays."""
LASH = 0.05
"""Eye widths from the lid's edge that lashes reach."""
IRIS_RADIUS = 0.19
"""Eye widths: 11.7 mm of iris in about 30 mm of visible eye."""
OPEN_ENOUGH_TO_GLANCE = 2
"""Closure steps."""


@dataclass(frozen=True)
class _Region:
    """An eye's pixels on the canvas: face coordinates and the lines that bound them, all [rows, columns]."""

    box: Rectangle
    x: Array
    y: Array
    upper: Array
    lower: Array
    brow: Array
    inside: Array
    """1 between the eye's corners, 0 beyond"""
    width: float
    """of the eye, panel pixels"""
    feather: Array
    """1 in the middle of the box, 0 at its border"""


class Eye:
    """One eye: pictures of every closure step, and the iris to shift."""

    def __init__(
        self,
        canvas: Canvas,
        frame: FaceFrame,
        local: Array,
        density: int,
        rows: tuple[Sequence[int], Sequence[int], Sequence[int]],
    ) -> None:
        region = _region(canvas, frame, local, density, rows)
        self._box = region.box
        picture = np.ascontiguousarray(canvas[region.box.slices])
        self._closures = [picture] + [
            _close(picture, canvas, region, frame, density, step / (CLOSURE_STEPS - 1))
            for step in range(1, CLOSURE_STEPS)
        ]
        self._visible = smoothstep(
            0, LASH * region.width, np.minimum(region.y - region.upper, region.lower - region.y)
        )
        self._visible = (self._visible * region.inside)[..., None]
        centre = _iris_centre(picture, region)
        radius = IRIS_RADIUS * region.width
        self._iris = 1 - smoothstep(1.0, 2.0, np.hypot(region.x - centre[0], region.y - centre[1]) / radius)
        self._pixels = np.stack(
            np.meshgrid(
                np.arange(region.box.width, dtype=np.float32), np.arange(region.box.height, dtype=np.float32)
            ),
            axis=-1,
        )
        self._width = region.width * density
        self._painted: tuple[int, float, float] = (0, 0.0, 0.0)

    def paint(self, canvas: Canvas, blink: float, gaze: tuple[float, float]) -> None:
        """Draw the eye into the canvas. blink 0..1; gaze in eye widths, right and down."""
        step = round(blink * (CLOSURE_STEPS - 1))
        state = (step, *gaze)
        if state == self._painted:
            return
        self._painted = state
        picture = self._closures[step]
        if step <= OPEN_ENOUGH_TO_GLANCE and any(gaze):
            shift = np.array(gaze, np.float32) * np.float32(self._width)
            source = self._pixels - self._iris[..., None] * shift
            moved = remap(picture, source)
            picture = (picture + (moved.astype(np.float32) - picture) * self._visible).astype(np.uint8)
        canvas[self._box.slices] = picture


def find_eyes(canvas: Canvas, frame: FaceFrame, local: Array, density: int) -> tuple[Eye, Eye]:
    """Both eyes of the picture on the canvas. local: landmarks in face coordinates [468, 2]."""
    return (
        Eye(canvas, frame, local, density, (RIGHT_LID_UPPER, RIGHT_LID_LOWER, RIGHT_BROW)),
        Eye(canvas, frame, local, density, (LEFT_LID_UPPER, LEFT_LID_LOWER, LEFT_BROW)),
    )


def _region(
    canvas: Canvas,
    frame: FaceFrame,
    local: Array,
    density: int,
    rows: tuple[Sequence[int], Sequence[int], Sequence[int]],
) -> _Region:
    upper_row, lower_row, brow_row = rows
    outline = local[[*upper_row, *lower_row]]
    width = float(np.linalg.norm(local[upper_row[0]] - local[upper_row[-1]]))
    corners = frame.panel(outline[:, 0], outline[:, 1]) * density
    margin = 0.55 * width * density
    low, high = np.floor(corners.min(axis=0) - margin), np.ceil(corners.max(axis=0) + margin)
    whole = Rectangle(0, 0, canvas.shape[1], canvas.shape[0])
    box = Rectangle(int(low[0]), int(low[1]), int(high[0]), int(high[1])).within(whole)
    columns, lines = np.meshgrid(
        np.arange(box.left, box.right, dtype=np.float32), np.arange(box.top, box.bottom, dtype=np.float32)
    )
    place = frame.local(np.stack([columns + 0.5, lines + 0.5], axis=-1) / np.float32(density))
    x, y = place[..., 0], place[..., 1]
    upper = Line.through(local, upper_row)
    start, end = upper.ends
    beyond = np.maximum(start - x, x - end)
    feather = [
        1 - smoothstep(0.85, 1.0, np.abs(np.linspace(-1, 1, size, dtype=np.float32)))
        for size in (box.height, box.width)
    ]
    return _Region(
        box=box,
        x=x,
        y=y,
        upper=upper(x),
        lower=Line.through(local, lower_row)(x),
        brow=Line.through(local, brow_row)(x),
        inside=1 - smoothstep(-0.02 * width, 0.10 * width, beyond),
        width=width,
        feather=feather[0][:, None] * feather[1][None],
    )


def _read(canvas: Canvas, region: _Region, frame: FaceFrame, down: Array, density: int) -> Array:
    """The canvas `down` panel pixels below every pixel of the region, as float32."""
    columns, lines = np.meshgrid(
        np.arange(region.box.left, region.box.right, dtype=np.float32),
        np.arange(region.box.top, region.box.bottom, dtype=np.float32),
    )
    shift = down[..., None] * frame.down * np.float32(density)
    source = np.stack([columns, lines], axis=-1) + shift
    return remap(canvas, source.astype(np.float32), interpolation=cv2.INTER_CUBIC).astype(np.float32)


def _close(
    picture: Canvas, canvas: Canvas, region: _Region, frame: FaceFrame, density: int, closure: float
) -> Canvas:
    """The eye with its lid this far down: 0 open, 1 shut."""
    opening = region.lower - region.upper
    travel = UPPER_LID_SHARE * opening * closure * region.inside
    lid_height = np.maximum(LID_HEIGHT * (region.upper - region.brow), 2)
    # The lid's skin is stretched from under the brow (still) to the edge (moves by `travel`), which keeps its
    # order: bisection finds the point of it that arrives at each pixel.
    low, high = region.y - travel, region.y
    for _ in range(12):
        source = (low + high) / 2
        arrives = source + travel * (1 - smoothstep(0, 1, (region.upper - source) / lid_height))
        low, high = np.where(arrives < region.y, source, low), np.where(arrives < region.y, high, source)
    lid = _read(canvas, region, frame, source - region.y, density)
    lash = LASH * region.width
    is_lid = (1 - smoothstep(-0.5 * lash, lash, source - region.upper))[..., None]
    below = np.maximum(region.y - region.lower, 0) / (0.18 * region.width)
    rise = (1 - UPPER_LID_SHARE) * opening * closure * np.exp(-below) * region.inside
    eye = _read(canvas, region, frame, rise * (region.y > region.upper - 1), density)
    lowered = (region.y - region.upper - 0.4 * travel) / np.maximum(0.6 * UPPER_LID_SHARE * opening, 1)
    on_lid = source > region.upper - 0.3 * region.width
    shade = 1 - 0.10 * closure * smoothstep(0, 1, lowered) * on_lid * region.inside
    closed = eye * (1 - is_lid) + lid * shade[..., None] * is_lid
    share = (np.clip(6 * closure, 0, 1) * region.feather)[..., None]
    painted = np.clip(picture * (1 - share) + closed * share, 0, 255).astype(np.uint8)
    painted[..., 3] = picture[..., 3]
    return painted


def _iris_centre(picture: Canvas, region: _Region) -> tuple[float, float]:
    """Face coordinates of the darkest disc of an iris's size within the eye."""
    light = cv2.cvtColor(np.ascontiguousarray(picture[..., :3]), cv2.COLOR_RGB2GRAY).astype(np.float32)
    between = (region.y > region.upper) & (region.y < region.lower) & (region.inside > 0.9)
    weight = between.astype(np.float32)
    pixel = abs(float(region.x[0, -1] - region.x[0, 0])) / max(region.box.width - 1, 1)
    sigma = 0.7 * IRIS_RADIUS * region.width / max(pixel, 1e-3)
    mean = cv2.GaussianBlur(light * weight, (0, 0), sigma) / np.maximum(
        cv2.GaussianBlur(weight, (0, 0), sigma), 1e-3
    )
    mean[~between] = np.inf
    row, column = np.unravel_index(int(mean.argmin()), mean.shape)
    return float(region.x[row, column]), float(region.y[row, column])
