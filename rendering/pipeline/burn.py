"""Captions drawn into the picture."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw

from rendering.engines.face.base import Image
from rendering.engines.matting.base import Alpha
from rendering.pipeline.blending import lay_over, over, union
from rendering.pipeline.captions import LINES, Cue
from rendering.pipeline.lettering import fitted, line_height

TEXT_SIZE, SMALLEST_TEXT = 0.046, 0.03
"""Font sizes as shares of the frame's shorter side."""
SAFE_WIDTH = 0.84
"""Share of the frame's width that captions may fill."""
SAFE_BOTTOM, SAFE_BOTTOM_UPRIGHT = 0.06, 0.14
"""Free space below, as a share of the height; upright players draw their buttons there."""
BOX, BOX_ALPHA, TEXT = (11, 27, 58), 208, (255, 255, 255)


@dataclass(frozen=True)
class _Label:
    """A drawn cue and where it goes."""

    colour: Image
    alpha: Alpha
    left: int
    top: int


class CaptionBurner:
    """Draws the cue of the moment; each is drawn to a bitmap once."""

    def __init__(self, cues: Sequence[Cue], size: tuple[int, int]) -> None:
        self._cues = tuple(cues)
        self._size = size
        self._drawn: tuple[Cue, _Label] | None = None

    def draw(self, frame: Image, at: float, alpha: Alpha | None = None) -> None:
        """Draw onto the frame in place, and into its alpha if it has one. at: seconds in the segment."""
        cue = next((cue for cue in self._cues if cue.start <= at < cue.end), None)
        if cue is None:
            return
        if self._drawn is None or self._drawn[0] is not cue:
            self._drawn = cue, _label(cue, self._size)
        drawn = self._drawn[1]
        height, width = drawn.alpha.shape
        rows = slice(drawn.top, drawn.top + height)
        columns = slice(drawn.left, drawn.left + width)
        if alpha is None:
            lay_over(frame[rows, columns], drawn.colour, drawn.alpha)
        else:
            frame[rows, columns], alpha[rows, columns] = over(
                frame[rows, columns], alpha[rows, columns], drawn.colour, drawn.alpha
            )


def _label(cue: Cue, size: tuple[int, int]) -> _Label:
    """The cue as white text in a rounded box, centred near the bottom of a frame of that size."""
    width, height = size
    short = min(size)
    lines, typeface = fitted(
        " ".join(cue.lines),
        (round(width * SAFE_WIDTH), height // 3),
        largest=round(TEXT_SIZE * short),
        smallest=round(SMALLEST_TEXT * short),
        most_lines=LINES,
    )
    step = line_height(typeface)
    pad_x, pad_y = round(typeface.size * 0.55), round(typeface.size * 0.3)
    widest = max(typeface.getlength(line) for line in lines)
    across = min(width, round(widest) + 2 * pad_x)
    down = step * len(lines) + 2 * pad_y
    box = Pillow.new("L", (across, down), 0)
    ImageDraw.Draw(box).rounded_rectangle(
        (0, 0, across - 1, down - 1), radius=round(typeface.size * 0.4), fill=BOX_ALPHA
    )
    letters = Pillow.new("L", (across, down), 0)
    pen = ImageDraw.Draw(letters)
    for number, line in enumerate(lines):
        pen.text((across / 2, pad_y + step * (number + 0.5)), line, font=typeface, fill=255, anchor="mm")
    ink = np.asarray(letters)
    colour = np.full((down, across, 3), BOX, np.uint8)
    lay_over(colour, np.full_like(colour, TEXT), ink)
    bottom = SAFE_BOTTOM if width > height else SAFE_BOTTOM_UPRIGHT if height > 1.5 * width else SAFE_BOTTOM
    return _Label(
        colour, union(np.asarray(box), ink), (width - across) // 2, height - round(height * bottom) - down
    )
