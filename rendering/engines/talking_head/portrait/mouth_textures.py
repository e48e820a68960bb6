"""An atlas made ready for one face: its mouths in the face's light and size, and which of them a frame
shows."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from rendering.engines.talking_head.portrait.atlas import (
    ABOVE,
    BELOW,
    COLUMNS,
    INSIDE,
    REACH,
    ROWS,
    UPPER,
    Atlas,
    Entry,
    columns,
)
from rendering.engines.talking_head.portrait.face_frame import Array, smoothstep
from rendering.engines.talking_head.portrait.lip_lines import MouthPixels
from rendering.engines.talking_head.portrait.sampling import remap

DENSITY: Final = 2.0
"""Texels per panel pixel, at most: finer ones would shimmer when they are read bilinearly."""
TEXTURE_LOSS: Final = np.array([-0.08, 1.16, -0.08])
"""As READING_LOSS, for textures that were read from a picture once before."""
MIXED: Final = 3
"""Entries that one frame is mixed from, at most."""
ALIKE: Final = {"gap": 0.07, "rounding": 0.40, "jaw": 0.30}
"""Differences of opening (widths of the resting mouth), rounding and jaw that count alike."""
NEGLIGIBLE: Final = 0.05
"""A share that nobody would see."""
SHARPNESS: Final = 5.0
"""Exponent on the shares: one mouth should dominate, or teeth show twice."""
HIDDEN_TEETH: Final = 0.06
"""Widths of the resting mouth that upper teeth may show in a mouth that counts as hiding them."""
DARKEST: Final = np.array([44, 18, 17], np.float32)
"""RGB: no mouth is black inside, light comes through its red walls."""
CLEAR_OF_LIPS: Final = (0.03, 0.95)
"""Shares of the inside that are read: its border was found to within a row or two of the lips."""
WIDE: Final = 0.14
"""Widths of the resting mouth between lips that show a dark inside and not each other."""
TEETH_OF_ENTRY: Final = 0.95
"""Share of an entry's opening that its upper teeth fill at most: near the corners it is lower than they
are."""


@dataclass(frozen=True)
class Share:
    """How much of an entry a frame shows."""

    entry: int
    weight: float


class MouthTextures:
    """The mouths of an atlas, in the light of one picture."""

    def __init__(self, atlas: Atlas, gain: Array, rest_width: float, *, without_teeth: bool = False) -> None:
        """gain: float32 [3], RGB factors that bring the atlas into the picture's light; rest_width: pixels;
        without_teeth: only mouths that hide them, because others are drawn over them."""
        self._entries = tuple(
            entry
            for entry in atlas.entries
            if not without_teeth or (entry.teeth < HIDDEN_TEETH and entry.gap.max() > WIDE)
        )
        self._rest_width = rest_width
        self._shrunk = min(1.0, DENSITY * rest_width / (COLUMNS / REACH))
        self._pictures = [self._prepared(entry, gain) for entry in self._entries]
        self._gaps = [np.ascontiguousarray(np.maximum(entry.gap, 1e-3)[None]) for entry in self._entries]
        self._lips = np.ascontiguousarray(_lips_mask())
        self._places = np.array(
            [
                [
                    float(entry.gap.max()) / ALIKE["gap"],
                    entry.rounding / ALIKE["rounding"],
                    entry.jaw / ALIKE["jaw"],
                ]
                for entry in self._entries
            ]
        )

    def shares(self, opening: float, rounding: float, jaw: float) -> tuple[Share, ...]:
        """The entries most like the frame's mouth, weights summing to 1. Continuous in its arguments.

        opening: pixels; rounding: -1 (spread) to 1 (puckered); jaw: 0..1."""
        place = np.array(
            [
                opening / self._rest_width / ALIKE["gap"],
                rounding / ALIKE["rounding"],
                jaw / ALIKE["jaw"],
            ]
        )
        distance = np.square(self._places - place).sum(axis=1)
        likeness = np.exp(-(distance - distance.min()) / 2)
        order = np.argsort(-likeness)
        # What is left out has weight 0 at the border, so that entries come and go without a jump.
        floor = likeness[order[MIXED]] if len(order) > MIXED else 0.0
        weights = (likeness[order[:MIXED]] - floor) ** SHARPNESS
        weights /= weights.sum()
        return tuple(
            Share(int(entry), float(weight))
            for entry, weight in zip(order[:MIXED], weights, strict=True)
            if weight > NEGLIGIBLE
        )

    def draw(self, pixels: MouthPixels, shares: tuple[Share, ...]) -> NDArray[np.uint8]:
        """Lips and inside at every pixel: uint8 [height, width, 4], opaque."""
        drawn = [self._read(share.entry, pixels) for share in shares]
        if len(drawn) == 1:
            return drawn[0]
        mixed, weight = drawn[0], shares[0].weight
        for picture, share in zip(drawn[1:], shares[1:], strict=True):
            weight += share.weight
            part = share.weight / weight
            mixed = np.asarray(cv2.addWeighted(picture, part, mixed, 1 - part, 0), np.uint8)
        return mixed

    def _read(self, index: int, pixels: MouthPixels) -> NDArray[np.uint8]:
        row = np.where(pixels.inside, self._inside_row(index, pixels), pixels.row)
        positions = np.stack([pixels.column, row], axis=-1)
        positions = (positions + np.float32(0.5)) * np.float32(self._shrunk) - np.float32(0.5)
        return remap(self._pictures[index], positions)

    def lips(self, pixels: MouthPixels) -> Array:
        """How much of a pixel belongs to the mouth, lips included: float32 [height, width], 0..1."""
        row = np.where(pixels.inside, np.float32(ABOVE + UPPER + INSIDE / 2), pixels.row)
        return remap(self._lips, np.stack([pixels.column, row], axis=-1))

    def _prepared(self, entry: Entry, gain: Array) -> NDArray[np.uint8]:
        lit = np.clip(np.maximum(entry.texture * gain, DARKEST * gain.mean()), 0, 255).astype(np.uint8)
        size = (round(COLUMNS * self._shrunk), round(ROWS * self._shrunk))
        small = cv2.resize(lit, size, interpolation=cv2.INTER_AREA)
        small = cv2.sepFilter2D(small, -1, TEXTURE_LOSS, TEXTURE_LOSS)
        return np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2RGBA), np.uint8)

    def _inside_row(self, index: int, pixels: MouthPixels) -> Array:
        """The texture's row for pixels between the lips.

        Teeth do not stretch with the opening. Their edge is where it would be if they did, but they keep
        their size: the upper lip covers the rest of them. What lies below the edge is stretched."""
        entry = self._entries[index]
        places = np.stack([pixels.column, np.zeros_like(pixels.column)], axis=-1)
        own = remap(self._gaps[index], places)
        unit = np.float32(1 / self._rest_width)
        depth, gap = pixels.depth * unit, np.maximum(pixels.gap * unit, np.float32(1e-3))
        teeth = np.minimum(np.float32(entry.teeth), TEETH_OF_ENTRY * own)
        edge = teeth * np.minimum(gap / own, 1)
        below = teeth + (depth - edge) * (own - teeth) / np.maximum(gap - edge, np.float32(1e-4))
        share = np.where(depth < edge, teeth - edge + depth, below) / own
        return (ABOVE + UPPER + INSIDE * np.clip(share, *CLEAR_OF_LIPS) - np.float32(0.5)).astype(np.float32)


def _lips_mask() -> Array:
    """1 on lips and inside, 0 on the texture's skin and at the corners, [ROWS, COLUMNS]: the border lies in
    the lips, so that the skin around them, with its stubble, is the picture's."""
    row = np.arange(ROWS, dtype=np.float32)[:, None] + 0.5
    across = np.abs(columns())[None]
    above = smoothstep(0.8 * ABOVE, 1.6 * ABOVE, row)
    below = smoothstep(0.8 * BELOW, 1.6 * BELOW, ROWS - row)
    return np.asarray(above * below * (1 - smoothstep(0.80, 0.98, across)), np.float32)
