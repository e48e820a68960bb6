"""Makes the preset backgrounds that the project ships: `python -m studio.presets.build_backgrounds`.

A tool for maintainers, never imported by the site. Each picture is drawn by a function of its own, from a
fixed seed, and written to backgrounds/SLUG.webp; backgrounds.json lists them together with the backgrounds
that need no picture.
"""

import io
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from rendering.pipeline.background import dithered
from studio.presets import scenery

HERE = Path(__file__).parent
MOST_BYTES = 150_000
QUALITIES = range(90, 40, -4)


@dataclass(frozen=True)
class Picture:
    """A drawn background. alt: what a person who cannot see it should know."""

    slug: str
    name: str
    alt: str
    draw: Callable[[scenery.Random], scenery.Canvas]


PICTURES = (
    Picture("studio-light", "Light studio", "Light grey studio wall and floor", scenery.light_studio),
    Picture("studio-dark", "Dark studio", "Dark studio with a soft spot of light", scenery.dark_studio),
    Picture("studio-warm", "Warm studio", "Sand-coloured studio wall and floor", scenery.warm_studio),
    Picture(
        "navy-triangles", "Navy triangles", "Dark blue with overlapping triangles", scenery.navy_triangles
    ),
    Picture("sky-triangles", "Sky triangles", "Pale blue with overlapping triangles", scenery.sky_triangles),
    Picture("office", "Office", "Bright office with large windows, out of focus", scenery.office),
    Picture("library", "Library", "Wall of books, out of focus", scenery.library),
    Picture("window-light", "Window light", "Warm wall with the light of a window", scenery.window_light),
    Picture("city-night", "City at night", "Lights of a city at night, out of focus", scenery.city_night),
    Picture("golden-bokeh", "Golden lights", "Warm golden lights, out of focus", scenery.golden_bokeh),
    Picture("forest", "Green light", "Sunlight through leaves, out of focus", scenery.forest),
    Picture("aurora", "Aurora", "Blue, violet and turquoise flowing into each other", scenery.aurora),
    Picture("chalkboard", "Chalkboard", "Dark green chalkboard with traces of chalk", scenery.chalkboard),
    Picture("paper", "Paper", "Off-white paper", scenery.paper),
    Picture("curtain", "Curtain", "Deep blue curtain", scenery.curtain),
)

PLAIN: tuple[dict[str, object], ...] = (
    {"slug": "keep", "name": "Original", "kind": "keep", "alt": "The picture's own background"},
    {"slug": "blur", "name": "Blurred", "kind": "blur", "alt": "The picture's own background, blurred"},
    {"slug": "transparent", "name": "Transparent", "kind": "transparent", "alt": "No background"},
    {"slug": "white", "name": "White", "kind": "colour", "colours": ["#ffffff"], "alt": "White"},
    {"slug": "mist", "name": "Mist", "kind": "colour", "colours": ["#e8edf4"], "alt": "Light grey"},
    {"slug": "navy", "name": "Navy", "kind": "colour", "colours": ["#0b1b3a"], "alt": "Dark blue"},
    {
        "slug": "green",
        "name": "Green screen",
        "kind": "colour",
        "colours": ["#00b140"],
        "alt": "Chroma green",
    },
    {
        "slug": "deep-blue",
        "name": "Deep blue",
        "kind": "gradient",
        "colours": ["#0b1b3a", "#2f6bff"],
        "angle": 135,
        "alt": "Dark blue to bright blue",
    },
    {
        "slug": "morning",
        "name": "Morning",
        "kind": "gradient",
        "colours": ["#ffffff", "#7cc4ff"],
        "angle": 160,
        "alt": "White to light blue",
    },
    {
        "slug": "sunrise",
        "name": "Sunrise",
        "kind": "gradient",
        "colours": ["#ffe3a3", "#ff9d76"],
        "angle": 150,
        "alt": "Pale yellow to peach",
    },
    {
        "slug": "slate",
        "name": "Slate",
        "kind": "gradient",
        "colours": ["#64748b", "#1e293b"],
        "angle": 180,
        "alt": "Grey to dark grey",
    },
)


def main() -> None:
    """Draw every picture and write the list."""
    entries = list(PLAIN[:3])
    for picture in PICTURES:
        generator = np.random.default_rng(zlib.crc32(picture.slug.encode()))
        content = encode(dithered(picture.draw(generator) * 255))
        (HERE / "backgrounds" / f"{picture.slug}.webp").write_bytes(content)
        print(f"{picture.slug}: {len(content) // 1024} KiB")
        entries.append(
            {
                "slug": picture.slug,
                "name": picture.name,
                "kind": "image",
                "file": f"backgrounds/{picture.slug}.webp",
                "alt": picture.alt,
            }
        )
    entries += PLAIN[3:]
    (HERE / "backgrounds.json").write_text(json.dumps(entries, indent=2) + "\n")


def encode(picture: NDArray[np.uint8]) -> bytes:
    """WebP of the best quality that stays below MOST_BYTES. Raises ValueError when none does."""
    for quality in QUALITIES:
        buffer = io.BytesIO()
        Pillow.fromarray(picture).save(buffer, "WEBP", quality=quality, method=6)
        if buffer.tell() <= MOST_BYTES:
            return buffer.getvalue()
    raise ValueError(f"larger than {MOST_BYTES} bytes at quality {QUALITIES[-1]}")


if __name__ == "__main__":
    cv2.setNumThreads(1)
    main()
