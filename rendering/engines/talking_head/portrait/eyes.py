"""Blinks and gaze, painted into the picture before it is warped.

Only the picture's own pixels are used: the lid's skin slides down over the eye, lashes first, and the iris
slides under the lids. Both irises travel together, as those of eyes do whose target is a screen away or more.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from rendering.engines.talking_head.landmarks import (
    LEFT_BROW,
    LEFT_LID_LOWER,
    LEFT_LID_UPPER,
    RIGHT_BROW,
    RIGHT_LID_LOWER,
    RIGHT_LID_UPPER,
)
from rendering.engines.talking_head.panel_picture import Rectangle
from rendering.engines.talking_head.portrait.face_frame import Array, FaceFrame, Line, smoothstep
from rendering.engines.talking_head.portrait.iris import EYE_TURN, RADIUS, Iris, find_iris
from rendering.engines.talking_head.portrait.sampling import remap

Canvas = NDArray[np.uint8]
"""uint8 [height, width, 4]: RGB and alpha, `density` pixels per panel pixel."""

CLOSURE_STEPS = 8
UPPER_LID_SHARE = 0.86
"""Of the eye's opening; the lower lid comes up to meet it."""
LID_HEIGHT = 0.62
"""Of the way from the lid's edge to the brow: skin that a blink stretches. The brow itself stays."""
GAZE_STEP = 0.004
"""Eye widths, a third of a pixel at 720p: eyes that turn less are not painted anew."""
LASH = 0.05
"""Eye widths from the lid's edge that lashes reach."""
IRIS_MARGIN = (1.0, 2.0)
"""Iris radii from its centre: what moves with it, and where the eye is still again."""
IRIS_SAMPLES = 40
"""Samples along an eye's width in which its iris is looked for."""
ASIDE = (0.04, 0.07)
"""Eye widths off the viewer at which a portrait's gaze begins to be corrected, and is by CORRECTION."""
CORRECTION = 0.8
LARGEST_CORRECTION = 0.09
"""Eye widths: further, the picture does not know what the white of the eye looks like."""
SAME_WAY = 0.12
"""Eye widths by which both irises may differ; more is a squint, or one of them was not found."""
CLEAR_IRIS = 25.0
"""Grey levels of contrast below which an iris is not sure enough to be moved for good."""
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
    middle: Array
    """between the eye's corners, face coordinates [2]"""
    width: float
    """of the eye, panel pixels"""
    feather: Array
    """1 in the middle of the box, 0 at its border"""


class Eye:
    """One eye: pictures of every closure step, and the iris to shift."""

    def __init__(self, canvas: Canvas, frame: FaceFrame, region: _Region, iris: Iris, density: int) -> None:
        self._box = region.box
        picture = np.ascontiguousarray(canvas[region.box.slices])
        self._closures = [picture] + [
            _close(picture, canvas, region, frame, density, step / (CLOSURE_STEPS - 1))
            for step in range(1, CLOSURE_STEPS)
        ]
        self._sight = _Sight(frame, region, iris, density)
        self._painted: tuple[int, float, float] = (0, 0.0, 0.0)

    def paint(self, canvas: Canvas, blink: float, gaze: tuple[float, float]) -> None:
        """Draw the eye into the canvas. blink 0..1; gaze in eye widths, right and down."""
        step = round(blink * (CLOSURE_STEPS - 1))
        gaze = round(gaze[0] / GAZE_STEP) * GAZE_STEP, round(gaze[1] / GAZE_STEP) * GAZE_STEP
        state = (step, *gaze)
        if state == self._painted:
            return
        picture, shown = self._closures[step], canvas[self._box.slices]
        if step != self._painted[0]:
            shown[...] = picture
        seen = step <= OPEN_ENOUGH_TO_GLANCE
        self._sight.turn(picture, gaze if seen else (0.0, 0.0), out=shown)
        self._painted = state


class _Sight:
    """Moves an iris under its lids, in a picture of the eye's region."""

    def __init__(self, frame: FaceFrame, region: _Region, iris: Iris, density: int) -> None:
        centre_x, centre_y = region.middle + np.array([iris.x, iris.y]) * region.width
        radius = iris.radius * region.width
        moved = 1 - smoothstep(*IRIS_MARGIN, np.hypot(region.x - centre_x, region.y - centre_y) / radius)
        between = np.minimum(region.y - region.upper, region.lower - region.y)
        visible = smoothstep(0, LASH * region.width, between) * region.inside
        left, top, width, height = cv2.boundingRect((visible * moved > 0).view(np.uint8))
        self._part = slice(top, top + height), slice(left, left + width)
        self._visible = np.ascontiguousarray(visible[self._part])
        self._still = 1 - self._visible
        self._moved = moved[self._part][..., None]
        self._pixels = np.stack(
            np.meshgrid(
                np.arange(left, left + width, dtype=np.float32),
                np.arange(top, top + height, dtype=np.float32),
            ),
            axis=-1,
        )
        self._axes = np.stack([frame.right, frame.down]) * np.float32(region.width * density)

    def turn(self, picture: Canvas, gaze: tuple[float, float], *, out: Canvas) -> None:
        """Draw the eye of the picture into `out`, where the rest of the picture already is. gaze: eye widths,
        right and down."""
        part = np.ascontiguousarray(picture[self._part])
        if part.size and any(gaze):
            shift = np.array(gaze, np.float32) @ self._axes
            looking = remap(picture, self._pixels - self._moved * shift)
            part = np.asarray(cv2.blendLinear(looking, part, self._visible, self._still), np.uint8)
        out[self._part] = part


def find_eyes(canvas: Canvas, frame: FaceFrame, local: Array, yaw: float, density: int) -> tuple[Eye, Eye]:
    """Both eyes of the picture on the canvas. Where they look past the viewer, the canvas is changed so that
    they do not. local: landmarks in face coordinates [468, 2]; yaw: of the head, radians, to the right."""
    rows = (
        (RIGHT_LID_UPPER, RIGHT_LID_LOWER, RIGHT_BROW),
        (LEFT_LID_UPPER, LEFT_LID_LOWER, LEFT_BROW),
    )
    right, left = (_region(canvas, frame, local, density, each) for each in rows)
    irises = _iris(canvas, right, density), _iris(canvas, left, density)
    correction = towards_viewer(*irises, yaw)
    if correction:
        for region, iris in zip((right, left), irises, strict=True):
            part = canvas[region.box.slices]
            _Sight(frame, region, iris, density).turn(part.copy(), (correction, 0.0), out=part)
        irises = (
            replace(irises[0], x=irises[0].x + correction),
            replace(irises[1], x=irises[1].x + correction),
        )
    return Eye(canvas, frame, right, irises[0], density), Eye(canvas, frame, left, irises[1], density)


def towards_viewer(right: Iris, left: Iris, yaw: float) -> float:
    """Eye widths by which irises must move to the right for the eyes to meet the viewer's; 0 when they do, or
    when it is not sure. yaw: of the head, radians: eyes that are on the viewer turn against it."""
    if abs(right.x - left.x) > SAME_WAY or min(right.contrast, left.contrast) < CLEAR_IRIS:
        return 0.0
    aside = (right.x + left.x) / 2 + EYE_TURN * np.sin(yaw)
    wanted = CORRECTION * aside * float(smoothstep(*ASIDE, abs(aside)))
    return -float(np.clip(wanted, -LARGEST_CORRECTION, LARGEST_CORRECTION))


def _iris(canvas: Canvas, region: _Region, density: int) -> Iris:
    """Of the eye in the picture."""
    if region.box.empty:
        return Iris(0.0, 0.0, RADIUS, 0.0)
    colour = np.ascontiguousarray(canvas[region.box.slices][..., :3])
    scale = IRIS_SAMPLES / (region.width * density)

    def fewer(plane: Array) -> Array:
        small = cv2.resize(
            np.ascontiguousarray(plane, np.float32), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA
        )
        return np.asarray(small, np.float32)

    x, y, upper, lower = (
        fewer((line - middle) / region.width)
        for line, middle in zip(
            (region.x, region.y, region.upper, region.lower), region.middle[[0, 1, 1, 1]], strict=True
        )
    )
    light = cv2.cvtColor(colour, cv2.COLOR_RGB2GRAY).astype(np.float32)
    return find_iris(fewer(light), x, y, upper, lower)


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
        middle=(local[upper_row[0]] + local[upper_row[-1]]) / 2,
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
