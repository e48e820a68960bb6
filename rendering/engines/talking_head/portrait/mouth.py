"""Draws parted lips over the warped face: upper lip, lower lip, and what is between them."""

from dataclasses import dataclass

import cv2
import numpy as np

from rendering.engines.face.base import Image
from rendering.engines.talking_head.portrait.eyes import Canvas
from rendering.engines.talking_head.portrait.face_frame import Array, FaceFrame, smoothstep
from rendering.engines.talking_head.portrait.gap import JAW_DROP, LipTravel
from rendering.engines.talking_head.portrait.grid import Grid
from rendering.engines.talking_head.portrait.lips import Lips
from rendering.engines.talking_head.portrait.panel_picture import Rectangle
from rendering.engines.talking_head.portrait.sampling import remap
from rendering.engines.talking_head.portrait.teeth import SHADE, Layer, MouthInside
from rendering.engines.talking_head.portrait.visemes import Viseme

TEETH_BEHIND_PUCKER = 0.022
"""Face heights by which puckered lips, coming forward, hide more of the teeth."""
SHADED = (np.arange(256)[None, :, None] * SHADE).astype(np.uint8)
"""Every channel value in full shade, as a table [1, 256, 3]."""
VISIBLE = 0.02
"""Share of a pixel that must be mouth for the inside to be drawn there."""


@dataclass(frozen=True)
class Window:
    """Where a mouth is drawn. box: pixels of the panel; grid: over the box and beyond it; canvas: the picture
    that lips are read from."""

    box: Rectangle
    grid: Grid
    canvas: Canvas


@dataclass(frozen=True)
class LipSources:
    """Where the window's nodes were in the prepared picture, in steps [rows, columns, 2]: what moves with the
    head alone, the upper lip, the lower lip. upper_canvas, lower_canvas: pixel indices in the canvas."""

    still: Array
    upper: Array
    lower: Array
    upper_canvas: Array
    lower_canvas: Array


def mouth_box(frame: FaceFrame, lips: Lips, step: int) -> Rectangle:
    """Panel pixels that the lips may cover while they move, in whole grid steps."""
    x = np.linspace(-1.08 * lips.left, 1.08 * lips.right, 41)
    top = float(lips.outer_upper(x).min()) - 0.02 * frame.height
    bottom = float(lips.outer_lower(x).max()) + 0.075 * frame.height
    corners = frame.panel(x[[0, -1, 0, -1]], np.array([top, top, bottom, bottom], np.float32))
    margin = 0.045 * frame.height
    low = np.floor((corners.min(axis=0) - margin) / step).astype(int) * step
    high = np.ceil((corners.max(axis=0) + margin) / step).astype(int) * step
    return Rectangle(int(low[0]), int(low[1]), int(high[0]), int(high[1]))


class Mouth:
    """Lip masks of the picture, and the drawing of the aperture."""

    def __init__(self, frame: FaceFrame, lips: Lips, inside: MouthInside, step: int) -> None:
        self._frame, self._inside, self._step = frame, inside, step
        x, y = frame.pixels(inside.box)
        soft = 0.0022 * frame.height + 0.4
        # Closed lips overlap a little, so that the picture is unchanged at rest; parted ones keep clear of
        # the teeth, or the lips would drag them along.
        overlap = -0.9 * max(1.0, frame.height / 300) if lips.parted else 0.6
        self._upper_lip: Array = 1 - smoothstep(-soft, soft, y - lips.inner_upper(x) - overlap)
        beyond_corners = smoothstep(0.93, 1.0, np.abs(lips.across(x)))
        self._lower_lip: Array = np.maximum(
            smoothstep(-soft, soft, y - lips.inner_lower(x) + overlap), beyond_corners
        )
        self._shade_side = int(0.020 * frame.height) | 1

    def draw(self, window: Window, sources: LipSources, travel: LipTravel, mouth: Viseme) -> Canvas:
        """The window's pixels, uint8 [height, width, channels of the canvas]."""
        upper_face = remap(window.canvas, window.grid.enlarge(sources.upper_canvas, window.box))
        lower_face = remap(window.canvas, window.grid.enlarge(sources.lower_canvas, window.box))
        upper_lip = remap(self._upper_lip, self._inside_map(window, sources.upper))
        lower_lip = remap(self._lower_lip, self._inside_map(window, sources.lower))
        aperture = (1 - upper_lip) * (1 - lower_lip)
        left, top, width, height = cv2.boundingRect((aperture > VISIBLE).view(np.uint8))
        if width:
            area = (slice(top, top + height), slice(left, left + width))
            inside = self._draw_inside(
                self._inside_map(window, sources.still)[area],
                _around(upper_lip, area, self._shade_side),
                _around(lower_lip, area, self._shade_side),
                travel,
                mouth,
            )
            if lower_face.shape[2] == 4:
                inside = np.asarray(cv2.cvtColor(inside, cv2.COLOR_RGB2RGBA), np.uint8)
            share = np.ascontiguousarray(lower_lip[area])
            lips = np.ascontiguousarray(lower_face[area])
            lower_face[area] = cv2.blendLinear(lips, inside, share, 1 - share)
        return np.asarray(cv2.blendLinear(upper_face, lower_face, upper_lip, 1 - upper_lip), np.uint8)

    def _inside_map(self, window: Window, positions: Array) -> Array:
        """A sampling map of the window for arrays over the mouth's box in the prepared picture."""
        corner = np.array([self._inside.box.left, self._inside.box.top], np.float32)
        indices = positions * np.float32(self._step) - (corner + np.float32(0.5))
        return window.grid.enlarge(indices, window.box)

    def _draw_inside(
        self, still: Array, upper_shade: Array, lower_shade: Array, travel: LipTravel, mouth: Viseme
    ) -> Image:
        inside, height = self._inside, self._frame.height
        drop, rounding = travel.jaw * JAW_DROP * height, max(0.0, mouth.rounding)
        colour = remap(inside.cavity, still)
        tongue_down = drop * (0.45 - 0.45 * mouth.tongue) - 0.016 * height * mouth.tongue
        tip_in_front = min(1.0, max(0.0, 2 * mouth.tongue - 0.8))
        for layer, down, share in (
            (inside.tongue, tongue_down, 1.0),
            (inside.lower_teeth, 0.95 * drop + TEETH_BEHIND_PUCKER * height * rounding, 1.0),
            (inside.tongue, tongue_down, tip_in_front),
            (inside.upper_teeth, -TEETH_BEHIND_PUCKER * height * rounding, 1.0),
        ):
            if share:
                colour = _over(colour, layer, still - np.float32(down) * self._frame.down, share)
        opened = 0.86 + 0.14 * min(1.0, travel.opening / (0.05 * height)) - 0.42 * rounding
        light = (
            np.float32(opened) * (1 - np.float32(0.55) * upper_shade) * (1 - np.float32(0.22) * lower_shade)
        )
        shaded = cv2.blendLinear(colour, cv2.LUT(colour, SHADED), light, 1 - light)
        return np.asarray(shaded, np.uint8)


def _over(below: Image, layer: Layer, positions: Array, share: float) -> Image:
    mask = remap(layer.mask, positions) * np.float32(share)
    return np.asarray(cv2.blendLinear(remap(layer.colour, positions), below, mask, 1 - mask), np.uint8)


def _around(mask: Array, area: tuple[slice, slice], side: int) -> Array:
    """A lip's mask blurred over `side` pixels: the shade it casts within the area."""
    rows, columns = area
    top, left = max(0, rows.start - side), max(0, columns.start - side)
    blurred = cv2.blur(mask[top : rows.stop + side, left : columns.stop + side], (side, side))
    return np.ascontiguousarray(
        blurred[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
    )
