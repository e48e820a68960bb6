"""Contact sheets: what numbers cannot say is looked at."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageDraw

from rendering.engines.face.base import Image
from rendering.engines.face.mesh import Landmarks
from rendering.engines.speech.base import Phone
from rendering.pipeline.lettering import font

CELL = 256
"""Pixels of a cell's side."""
COLUMNS = 8
RUN = 24
"""Consecutive frames on a sheet."""
SMALL = 150_000
"""Bytes of a sheet in the documentation."""
SMALL_WIDTH = 1280
"""Its pixels."""
QUALITIES = range(88, 20, -6)
"""JPEG qualities, the first that fits is taken."""
AROUND_FACE = 1.25
"""Side of a cell over the longer side of the face."""
Square = tuple[int, int, int]
"""left, top, side in pixels."""


@dataclass(frozen=True)
class Cell:
    """picture: CELL x CELL."""

    label: str
    picture: Image


def pick_phones(phones: Sequence[Phone], fps: float, frames: int) -> dict[int, list[str]]:
    """The frame at the middle of the longest instance of each phone, with its label."""
    longest: dict[str, Phone] = {}
    for phone in phones:
        known = longest.get(phone.label)
        if known is None or phone.end - phone.start > known.end - known.start:
            longest[phone.label] = phone
    picked: dict[int, list[str]] = {}
    for label, phone in longest.items():
        frame = round((phone.start + phone.end) / 2 * fps - 0.5)
        picked.setdefault(min(max(frame, 0), frames - 1), []).append(label)
    return picked


def pick_run(opening: NDArray[np.float64]) -> range:
    """RUN consecutive frames in which the mouth moves most."""
    count = len(opening)
    if count <= RUN:
        return range(count)
    steps = np.nan_to_num(np.abs(np.diff(opening)))
    start = int(np.argmax(np.convolve(steps, np.ones(RUN - 1), "valid")))
    return range(start, start + RUN)


def face_square(landmarks: Landmarks, shape: tuple[int, ...]) -> Square:
    """Around the face, inside a picture of `shape`."""
    low, high = landmarks[:, :2].min(axis=0), landmarks[:, :2].max(axis=0)
    height, width = shape[:2]
    side = min(round(float((high - low).max()) * AROUND_FACE), height, width)
    left, top = (low + high - side) / 2
    return (
        int(np.clip(round(float(left)), 0, width - side)),
        int(np.clip(round(float(top)), 0, height - side)),
        side,
    )


def crop(frame: Image, square: Square) -> Image:
    left, top, side = square
    part = frame[top : top + side, left : left + side]
    how = cv2.INTER_AREA if side > CELL else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(part, (CELL, CELL), interpolation=how), np.uint8)


def write_sheet(cells: Sequence[Cell], path: Path) -> None:
    """A PNG of all cells, eight in a row, each with its label."""
    _drawn(cells).save(path)


def write_small_sheet(cells: Sequence[Cell], path: Path) -> None:
    """The same as a JPEG of at most SMALL bytes, for a page of documentation."""
    sheet = _drawn(cells)
    sheet = sheet.resize(
        (SMALL_WIDTH, round(sheet.height * SMALL_WIDTH / sheet.width)), Pillow.Resampling.LANCZOS
    )
    for quality in QUALITIES:
        file = io.BytesIO()
        sheet.save(file, "JPEG", quality=quality, optimize=True, progressive=True)
        if file.tell() <= SMALL:
            break
    else:
        raise ValueError(f"a sheet of {len(cells)} cells does not fit into {SMALL} bytes")
    path.write_bytes(file.getvalue())


def _drawn(cells: Sequence[Cell]) -> Pillow.Image:
    rows = -(-len(cells) // COLUMNS)
    sheet = Pillow.new("RGB", (COLUMNS * CELL, max(1, rows) * CELL))
    pen = ImageDraw.Draw(sheet)
    for index, cell in enumerate(cells):
        row, column = divmod(index, COLUMNS)
        corner = (column * CELL, row * CELL)
        sheet.paste(Pillow.fromarray(cell.picture), corner)
        pen.text(
            (corner[0] + 8, corner[1] + 4),
            cell.label,
            font=font(26),
            fill="white",
            stroke_width=2,
            stroke_fill="black",
        )
    return sheet
