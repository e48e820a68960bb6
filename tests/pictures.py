"""Pictures that tests look at; see data/README.md for their origin."""

from pathlib import Path

import cv2
import numpy as np
from PIL import Image as Pillow

from rendering.engines.face.base import Image

DATA = Path(__file__).parent / "data"


def astronaut(side: int = 1024) -> Image:
    """A real photo, head to waist, face about side / 5.6 pixels wide."""
    return resize(_read("astronaut.webp"), side / 512)


def cat() -> Image:
    return resize(_read("chelsea.webp"), 2)


def tight_portrait() -> Image:
    """The astronaut cut at forehead, shoulders and chest."""
    return astronaut(2048)[230:1000, 560:1260].copy()


def resize(image: Image, scale: float) -> Image:
    how = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
    return np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=how), np.uint8)


def save(image: Image, path: Path) -> Path:
    Pillow.fromarray(image).save(path)
    return path


def _read(name: str) -> Image:
    with Pillow.open(DATA / name) as picture:
        return np.array(picture.convert("RGB"))
