"""What stands between backdrop and person and never moves: the panel with its shadow, and the title."""

from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw

from rendering.engines.face.base import Image
from rendering.engines.matting.base import Alpha
from rendering.pipeline.blending import over
from rendering.pipeline.layout import Arrangement, Box, outline
from rendering.pipeline.lettering import fitted, line_height

SHADOW_ALPHA = 0.38
SHADOW_BLUR, SHADOW_DROP = 0.025, 0.014
"""Standard deviation and downward shift of a panel's shadow, as shares of the frame's shorter side."""
TITLE_LARGEST, TITLE_SMALLEST = 0.092, 0.04
"""Font sizes of the title, as shares of the frame's shorter side."""
TITLE_LINES = 6
DARK_TEXT, LIGHT_TEXT = (11, 27, 58), (255, 255, 255)
MIDDLE_GREY = 140
"""Luma of a backdrop from which dark text is easier to read than white."""
LUMA = (0.2126, 0.7152, 0.0722)
"""ITU-R BT.709."""


@dataclass(frozen=True)
class Overlay:
    """Straight colour, uint8 [height, width, 3], and its alpha."""

    colour: Image
    alpha: Alpha


def draw(
    arrangement: Arrangement, size: tuple[int, int], plate: Image, *, title: str, backdrop: Image | None
) -> Overlay | None:
    """The overlay for frames of `size`, or None when the panel is the whole frame.

    plate: what the panel shows behind the person; backdrop: what the title will stand on, None if it moves.
    """
    if arrangement.whole:
        return None
    width, height = size
    panel = np.zeros((height, width), np.uint8)
    picture = np.zeros((height, width, 3), np.uint8)
    rows = slice(arrangement.top, arrangement.top + arrangement.placement.height)
    columns = slice(arrangement.left, arrangement.left + arrangement.placement.width)
    panel[rows, columns] = outline(arrangement)
    picture[rows, columns] = plate
    colour, alpha = over(np.zeros_like(picture), _shadow(panel, min(size)), picture, panel)
    if title and arrangement.title:
        text, ink = _title(title, arrangement.title, size, backdrop)
        colour, alpha = over(colour, alpha, text, ink)
    return Overlay(colour, alpha)


def _shadow(panel: Alpha, short: int) -> Alpha:
    dropped = np.zeros_like(panel)
    drop = round(SHADOW_DROP * short)
    dropped[drop:] = panel[:-drop]
    soft = cv2.GaussianBlur(dropped, (0, 0), SHADOW_BLUR * short, borderType=cv2.BORDER_CONSTANT)
    return np.asarray(cv2.convertScaleAbs(soft, alpha=SHADOW_ALPHA), np.uint8)


def _title(title: str, room: Box, size: tuple[int, int], backdrop: Image | None) -> tuple[Image, Alpha]:
    left, top, right, bottom = room
    width, height = size
    short = min(size)
    lines, typeface = fitted(
        title,
        (right - left, bottom - top),
        largest=round(TITLE_LARGEST * short),
        smallest=round(TITLE_SMALLEST * short),
        most_lines=TITLE_LINES,
    )
    light = backdrop is None or _luma(backdrop[top:bottom, left:right]) < MIDDLE_GREY
    canvas = Pillow.new("L", size, 0)
    pen = ImageDraw.Draw(canvas)
    step = line_height(typeface)
    # Beside a panel the text stands in the middle of its height, above one it rests on it.
    free = bottom - top - step * len(lines)
    y = top + (free // 2 if width > height else free)
    for line in lines:
        pen.text((left, y), line, font=typeface, fill=255)
        y += step
    ink = np.full((height, width, 3), LIGHT_TEXT if light else DARK_TEXT, np.uint8)
    return ink, np.array(canvas)


def _luma(picture: Image) -> float:
    return float(picture.reshape(-1, 3).mean(axis=0) @ np.array(LUMA))
