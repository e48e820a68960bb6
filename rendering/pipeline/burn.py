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
from rendering.pipeline.layout import Arrangement
from rendering.pipeline.lettering import fitted, line_height, without_symbols

TEXT_SIZE, SMALLEST_TEXT = 0.046, 0.03
"""Font sizes as shares of the frame's shorter side."""
SAFE_WIDTH = 0.84
"""Share of the frame's width that captions may fill."""
SAFE_BOTTOM, SAFE_BOTTOM_UPRIGHT = 0.06, 0.14
"""Free space below, as a share of the height; upright players draw their buttons there."""
ROOM_BESIDE = 0.4
"""Least share of a wide frame's width beside a panel in which captions stand alone."""
GAP = 0.02
"""Between captions and a panel's edge, as a share of the frame's shorter side."""
LINE_DOWN = TEXT_SIZE * 1.85
"""Height of a caption of one line with its box, as a share of the frame's shorter side."""
BOX, BOX_ALPHA, TEXT = (11, 27, 58), 208, (255, 255, 255)


@dataclass(frozen=True)
class CaptionRoom:
    """Where captions go, in pixels. centre: of their width; across: the most they fill; bottom: their end."""

    centre: float
    across: float
    bottom: int


def caption_room(arrangement: Arrangement, size: tuple[int, int]) -> CaptionRoom:
    """Room for captions of one line that do not lie across the edge of the avatar's panel."""
    width, height = size
    short = min(size)
    safe = SAFE_BOTTOM_UPRIGHT if height > 1.5 * width else SAFE_BOTTOM
    usual = CaptionRoom(width / 2, width * SAFE_WIDTH, height - round(height * safe))
    if arrangement.whole:
        return usual
    panel = arrangement.placement
    before, after = arrangement.left, width - arrangement.left - panel.width
    if width > height and max(before, after) > ROOM_BESIDE * width:
        centre = before / 2 if before > after else width - after / 2
        return CaptionRoom(centre, max(before, after) * SAFE_WIDTH, usual.bottom)
    panel_bottom = arrangement.top + panel.height
    if arrangement.shape == "circle":
        in_the_corner = panel.width < width / 2
        top = arrangement.top - round(GAP * short)
        return CaptionRoom(usual.centre, usual.across, top) if in_the_corner else usual
    if usual.bottom - LINE_DOWN * short < panel_bottom < usual.bottom + GAP * short:
        centre = arrangement.left + panel.width / 2
        return CaptionRoom(centre, panel.width * SAFE_WIDTH, panel_bottom - round(GAP * short))
    return usual


@dataclass(frozen=True)
class _Label:
    """A drawn cue and where it goes."""

    colour: Image
    alpha: Alpha
    left: int
    top: int


class CaptionBurner:
    """Draws the cue of the moment; each is drawn to a bitmap once."""

    def __init__(self, cues: Sequence[Cue], size: tuple[int, int], room: CaptionRoom) -> None:
        self._cues = tuple(cues)
        self._size = size
        self._room = room
        self._drawn: tuple[Cue, _Label] | None = None

    def draw(self, frame: Image, at: float, alpha: Alpha | None = None) -> None:
        """Draw onto the frame in place, and into its alpha if it has one. at: seconds in the segment."""
        cue = next((cue for cue in self._cues if cue.start <= at < cue.end), None)
        if cue is None:
            return
        if self._drawn is None or self._drawn[0] is not cue:
            self._drawn = cue, _label(cue, self._size, self._room)
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


def _label(cue: Cue, size: tuple[int, int], room: CaptionRoom) -> _Label:
    """The cue as white text in a rounded box that stands in its room of a frame of that size."""
    width, height = size
    short = min(size)
    text = " ".join(without_symbols(" ".join(cue.lines)).split())
    for most_lines in range(1, LINES + 1):
        lines, typeface = fitted(
            text,
            (round(room.across), height // 3),
            largest=round(TEXT_SIZE * short),
            smallest=round(SMALLEST_TEXT * short),
            most_lines=most_lines,
        )
        if " ".join(lines) == text:
            break
    step = line_height(typeface)
    pad_x, pad_y = round(typeface.size * 0.55), round(typeface.size * 0.3)
    widest = max((typeface.getlength(line) for line in lines), default=0)
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
    left = min(max(round(room.centre - across / 2), 0), width - across)
    return _Label(colour, union(np.asarray(box), ink), left, room.bottom - down)
