"""Viseme atlases: photographs of mouths, unrolled.

An atlas holds a dozen mouths of one face. Each is a texture whose columns run from corner to corner and whose
rows run through skin, upper lip, inside, lower lip and skin, so that the same texel is the same place in
every entry and in every shape a mouth takes. They are made by `python -m training.viseme_atlas` and shipped
beside this module as NAME.webp (textures below each other) and NAME.json.
"""

import functools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from rendering.engines.errors import EngineError
from rendering.engines.face.base import Image

FOLDER: Final = Path(__file__).parent / "atlases"
FORMAT: Final = 1

COLUMNS: Final = 256
REACH: Final = 1.06
"""Half mouths from the middle to the first and last column: a little past the corners."""
ABOVE, UPPER, INSIDE, LOWER, BELOW = 10, 32, 72, 42, 12
"""Rows of skin, upper lip, inside, lower lip, skin."""
ROWS: Final = ABOVE + UPPER + INSIDE + LOWER + BELOW
MARGIN: Final = 0.07
"""Mouth widths that the rows of skin reach beyond the lips."""


@dataclass(frozen=True)
class Entry:
    """One mouth. Lengths in widths of the resting mouth.

    texture: uint8 [ROWS, COLUMNS, 3]; gap: between the lips at each column, float32 [COLUMNS]; teeth: how
    far the upper teeth are seen below the lip; rounding: -1 (spread) to 1 (puckered); jaw: how far it is
    lowered, 0..1.
    """

    name: str
    texture: Image
    gap: NDArray[np.float32]
    teeth: float
    rounding: float
    jaw: float


@dataclass(frozen=True)
class Light:
    """What decides whether one face's teeth fit another's: skin: RGB of cheeks and nose; yaw, pitch:
    degrees."""

    skin: tuple[float, float, float]
    yaw: float
    pitch: float


@dataclass(frozen=True)
class Atlas:
    """The mouths of one face, and the light they were seen in. lips: they may be shown on that face; under a
    moustache only what is behind them may."""

    name: str
    lips: bool
    light: Light
    entries: tuple[Entry, ...]


def columns() -> NDArray[np.float32]:
    """Where columns are: -1 and 1 at the mouth's corners."""
    step = 2 * REACH / COLUMNS
    return ((np.arange(COLUMNS, dtype=np.float32) + np.float32(0.5)) * step - REACH).astype(np.float32)


@functools.cache
def names() -> tuple[str, ...]:
    """Of the atlases that came with the product."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.json")))


@functools.lru_cache(maxsize=4)
def load(name: str) -> Atlas:
    """Raises EngineError when there is no such atlas or its files are damaged."""
    if name not in names():
        raise EngineError(f"There is no viseme atlas “{name}”. There are {', '.join(names())}.")
    try:
        facts = _facts(name)
        with Pillow.open(FOLDER / f"{name}.webp") as picture:
            sheet = np.array(picture.convert("RGB"))
        textures = sheet.reshape(-1, ROWS, COLUMNS, 3)
        entries = tuple(
            Entry(
                name=str(entry["name"]),
                texture=np.asarray(texture, np.uint8),
                gap=np.interp(columns(), np.linspace(-1, 1, len(entry["gap"])), entry["gap"], 0, 0).astype(
                    np.float32
                ),
                teeth=float(entry["teeth"]),
                rounding=float(entry["rounding"]),
                jaw=float(entry["jaw"]),
            )
            for entry, texture in zip(facts["entries"], textures, strict=True)
        )
        return Atlas(name, bool(facts["lips"]), light(name), entries)
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise EngineError(
            f"The viseme atlas “{name}” is damaged ({error}). Install Avatar Lab again."
        ) from error


@functools.cache
def light(name: str) -> Light:
    """The light of an atlas, without its pictures."""
    facts = _facts(name)["light"]
    red, green, blue = (float(value) for value in facts["skin"])
    return Light((red, green, blue), float(facts["yaw"]), float(facts["pitch"]))


def _facts(name: str) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    if facts["format"] != FORMAT:
        raise ValueError(f"its format is {facts['format']}, not {FORMAT}")
    return facts


@functools.cache
def lenders() -> tuple[str, ...]:
    """Atlases whose teeth may stand behind other people's lips."""
    return tuple(name for name in names() if _facts(name)["lends"])


def best_fit(wanted: Light) -> str:
    """The lender whose teeth were seen from the side and in the light that come nearest."""

    def apart(name: str) -> float:
        own = light(name)
        turned = ((own.yaw - wanted.yaw) / 8) ** 2 + ((own.pitch - wanted.pitch) / 10) ** 2
        one, other = np.log(np.array(own.skin) + 8), np.log(np.array(wanted.skin) + 8)
        brighter = float(one.mean() - other.mean())
        warmer = float((one[0] - one[2]) - (other[0] - other[2]))
        return turned + (brighter / 0.35) ** 2 + (warmer / 0.35) ** 2

    return min(lenders(), key=apart)
