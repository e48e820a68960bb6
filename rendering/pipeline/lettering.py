"""Text as pictures, in the project's typeface (Inter, SIL Open Font License 1.1, fonts/OFL.txt)."""

import functools
import unicodedata
from pathlib import Path

from PIL import ImageFont

PROBE_SIZE = 24
NO_CHARACTER = "\uffff"
"""Never assigned, so every typeface draws its box for the unknown."""
TYPEFACE = Path(__file__).parent / "fonts" / "Inter-SemiBold.ttf"


@functools.lru_cache(maxsize=32)
def font(size: int) -> ImageFont.FreeTypeFont:
    """The typeface at a size in pixels."""
    return ImageFont.truetype(str(TYPEFACE), size)


def without_symbols(text: str) -> str:
    """The text without emoji and other symbols that the typeface lacks: nobody misses them in a caption."""
    return "".join(sign for sign in text if _has(sign) or _is_letter(sign))


def unwritable(text: str) -> str:
    """The letters and digits that the typeface lacks, each once; it has Latin, Greek and Cyrillic ones."""
    return "".join(dict.fromkeys(sign for sign in text if _is_letter(sign) and not _has(sign)))


def _is_letter(sign: str) -> bool:
    return unicodedata.category(sign)[0] in "LN"


@functools.lru_cache(maxsize=4096)
def _has(sign: str) -> bool:
    """Whether the typeface draws it as something other than its box for the unknown."""
    if sign.isspace():
        return True
    typeface = font(PROBE_SIZE)
    return bytes(typeface.getmask(sign)) != bytes(typeface.getmask(NO_CHARACTER))


def wrap(text: str, typeface: ImageFont.FreeTypeFont, width: float) -> list[str]:
    """Lines no wider than `width` pixels where words allow it; the fewest, and then about equally long."""
    words = text.split()
    lines = _greedy(words, typeface, width)
    if len(lines) < 2:
        return lines
    narrow, wide = width / 2, width
    for _ in range(8):
        middle = (narrow + wide) / 2
        if len(_greedy(words, typeface, middle)) > len(lines):
            narrow = middle
        else:
            wide = middle
    return _greedy(words, typeface, wide)


def _greedy(words: list[str], typeface: ImageFont.FreeTypeFont, width: float) -> list[str]:
    lines: list[str] = []
    for word in words:
        if lines and typeface.getlength(f"{lines[-1]} {word}") <= width:
            lines[-1] = f"{lines[-1]} {word}"
        else:
            lines.append(word)
    return lines


def fitted(
    text: str, size: tuple[int, int], *, largest: int, smallest: int, most_lines: int
) -> tuple[list[str], ImageFont.FreeTypeFont]:
    """Lines and the largest font with which they fit into `size`; at the smallest, lines may be left out."""
    width, height = size
    for points in range(largest, smallest, -2):
        typeface = font(points)
        lines = wrap(text, typeface, width)
        widest = max((typeface.getlength(line) for line in lines), default=0)
        if len(lines) <= most_lines and widest <= width and len(lines) * line_height(typeface) <= height:
            return lines, typeface
    typeface = font(smallest)
    return wrap(text, typeface, width)[:most_lines], typeface


def line_height(typeface: ImageFont.FreeTypeFont) -> int:
    """Pixels from one baseline to the next."""
    return round(typeface.size * 1.25)
