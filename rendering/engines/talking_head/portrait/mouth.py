"""Draws parted lips over the warped face: upper lip, lower lip, and what is between them."""

import math
from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np

from rendering.engines.talking_head.panel_picture import Rectangle
from rendering.engines.talking_head.portrait.eyes import Canvas
from rendering.engines.talking_head.portrait.face_frame import Array, FaceFrame, smoothstep
from rendering.engines.talking_head.portrait.grid import Grid
from rendering.engines.talking_head.portrait.lip_lines import LipLines, MouthPixels, unroll
from rendering.engines.talking_head.portrait.lips import Lips
from rendering.engines.talking_head.portrait.mouth_textures import MouthTextures
from rendering.engines.talking_head.portrait.own_teeth import Layer
from rendering.engines.talking_head.portrait.sampling import remap

TEETH_BEHIND_PUCKER = 0.022
"""Face heights by which puckered lips, coming forward, hide more of the picture's own teeth."""
SHADE: Final = np.array([0.55, 0.30, 0.27, 1.0], np.float32)
"""What full shade leaves of a colour, RGB and alpha. Reddish: a neutral shade turns teeth blue."""
SHADED = (np.arange(256)[None, :, None] * SHADE).astype(np.uint8)
"""Every channel value in full shade, as a table [1, 256, 4]."""
SHADE_OF_UPPER, SHADE_OF_LOWER = 0.45, 0.15
"""How dark it is under each lip."""
VISIBLE = 0.02
"""Share of a pixel that must be mouth for the inside to be drawn there."""
LIP_MARGIN = 0.02
"""Face heights around the lips' lines that are drawn anew with them."""
OWN_LIPS = (0.015, 0.07)
"""Openings, in widths of the resting mouth, between which an atlas of this very face takes over from the
picture's lips: closed lips are the picture's."""


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


@dataclass(frozen=True)
class MouthPose:
    """What a frame asks of a mouth. lines: of its lips; jaw: 0..1; rounding: -1 (spread) to 1 (puckered)."""

    lines: LipLines
    jaw: float
    rounding: float


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
    """Lip masks of the picture, and the drawing of what they open."""

    def __init__(
        self,
        frame: FaceFrame,
        lips: Lips,
        box: Rectangle,
        step: int,
        textures: MouthTextures,
        own_teeth: Layer | None,
        *,
        own_lips: bool,
    ) -> None:
        """box: where the mouth is drawn; own_teeth: over that box; own_lips: the textures show this face's
        own lips."""
        self._frame, self._box, self._step = frame, box, step
        self._textures, self._own_teeth, self._own_lips = textures, own_teeth, own_lips
        self._rest_width = lips.width
        x, y = frame.pixels(box)
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

    def draw(self, window: Window, sources: LipSources, pose: MouthPose) -> Canvas:
        """The window's pixels, uint8 [height, width, channels of the canvas]."""
        upper_face = remap(window.canvas, window.grid.enlarge(sources.upper_canvas, window.box))
        lower_face = remap(window.canvas, window.grid.enlarge(sources.lower_canvas, window.box))
        upper_lip = remap(self._upper_lip, self._box_map(window, sources.upper))
        lower_lip = remap(self._lower_lip, self._box_map(window, sources.lower))
        drawn = np.asarray(cv2.blendLinear(upper_face, lower_face, upper_lip, 1 - upper_lip), np.uint8)
        aperture = (1 - upper_lip) * (1 - lower_lip)
        opened = float(smoothstep(*OWN_LIPS, pose.lines.opening / self._rest_width))
        if self._own_lips and opened > 0:
            area = self._lip_area(window, sources, pose.lines)
        else:
            left, top, width, height = cv2.boundingRect((aperture > VISIBLE).view(np.uint8))
            area = (slice(top, top + height), slice(left, left + width))
        if area[0].stop <= area[0].start or area[1].stop <= area[1].start:
            return drawn
        positions = window.grid.enlarge(sources.still * np.float32(self._step), window.box)[area]
        local = self._frame.local(positions)
        pixels = unroll(local[..., 0], local[..., 1], pose.lines, self._rest_width)
        if not self._own_lips:
            # Another face's lips are never shown, not even where the picture's masks and the lines disagree.
            pixels = replace(pixels, inside=np.ones_like(pixels.inside))
        mouth = self._textures.draw(
            pixels, self._textures.shares(pose.lines.opening, pose.rounding, pose.jaw)
        )
        mouth = self._with_own_teeth(mouth, window, sources, area, pose)
        mouth = self._shaded(mouth, upper_lip, lower_lip, area, pixels)
        share = np.ascontiguousarray(aperture[area])
        if self._own_lips:
            share = np.maximum(share, self._textures.lips(pixels) * np.float32(opened))
        below = np.ascontiguousarray(drawn[area])
        mouth = np.ascontiguousarray(mouth[..., : below.shape[2]])
        drawn[area] = cv2.blendLinear(mouth, below, share, 1 - share)
        return drawn

    def _lip_area(self, window: Window, sources: LipSources, lines: LipLines) -> tuple[slice, slice]:
        """Rows and columns of the window that the lips of a frame cover."""
        x = np.array([lines.left, lines.right], np.float32)
        y = np.array([lines.y.min(), lines.y.max()], np.float32)
        corners = self._frame.panel(x[[0, 0, 1, 1]], y[[0, 1, 0, 1]])
        # The head has moved them about as far as the middle of the window.
        middle = (window.grid.shape[0] // 2, window.grid.shape[1] // 2)
        moved = window.grid.point(*middle) - sources.still[middle] * np.float32(self._step)
        margin = math.ceil(LIP_MARGIN * self._frame.height)
        found = Rectangle.around(corners + moved).grown(margin).within(window.box)
        top, left = found.top - window.box.top, found.left - window.box.left
        return slice(top, top + found.height), slice(left, left + found.width)

    def _box_map(self, window: Window, positions: Array) -> Array:
        """A sampling map of the window for arrays over the mouth's box in the prepared picture."""
        corner = np.array([self._box.left, self._box.top], np.float32)
        indices = positions * np.float32(self._step) - (corner + np.float32(0.5))
        return window.grid.enlarge(indices, window.box)

    def _with_own_teeth(
        self,
        mouth: Canvas,
        window: Window,
        sources: LipSources,
        area: tuple[slice, slice],
        pose: MouthPose,
    ) -> Canvas:
        if self._own_teeth is None:
            return mouth
        up = TEETH_BEHIND_PUCKER * self._frame.height * max(0.0, pose.rounding)
        positions = self._box_map(window, sources.still)[area] + np.float32(up) * self._frame.down
        mask = remap(self._own_teeth.mask, positions)
        teeth = np.dstack([remap(self._own_teeth.colour, positions), np.full(mask.shape, 255, np.uint8)])
        return np.asarray(cv2.blendLinear(teeth, mouth, mask, 1 - mask), np.uint8)

    def _shaded(
        self,
        mouth: Canvas,
        upper_lip: Array,
        lower_lip: Array,
        area: tuple[slice, slice],
        pixels: MouthPixels,
    ) -> Canvas:
        """The lips' shade on what is between them."""
        upper, lower = (_around(lip, area, self._shade_side) for lip in (upper_lip, lower_lip))
        light = (1 - np.float32(SHADE_OF_UPPER) * upper) * (1 - np.float32(SHADE_OF_LOWER) * lower)
        light = np.where(pixels.inside, light, np.float32(1)).astype(np.float32)
        return np.asarray(cv2.blendLinear(mouth, cv2.LUT(mouth, SHADED), light, 1 - light), np.uint8)


def _around(mask: Array, area: tuple[slice, slice], side: int) -> Array:
    """A lip's mask blurred over `side` pixels: the shade it casts within the area."""
    rows, columns = area
    top, left = max(0, rows.start - side), max(0, columns.start - side)
    blurred = cv2.blur(mask[top : rows.stop + side, left : columns.stop + side], (side, side))
    return np.ascontiguousarray(
        blurred[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
    )
