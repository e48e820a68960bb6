"""The files that an atlas ships as."""

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image as Pillow

from rendering.engines.talking_head.portrait.atlas import FORMAT, Entry, Light

QUALITY = 88
LARGEST = 400_000
"""Bytes of both files."""
DECIMALS = 4


def write(folder: Path, name: str, entries: Sequence[Entry], light: Light, facts: dict[str, Any]) -> int:
    """NAME.webp and NAME.json; facts: what else the JSON says. Returns their bytes. Raises ValueError when
    they are too large."""
    sheet = np.concatenate([entry.texture for entry in entries])
    buffer = io.BytesIO()
    Pillow.fromarray(sheet).save(buffer, "WEBP", quality=QUALITY, method=6)
    text = json.dumps(
        {
            "format": FORMAT,
            **facts,
            "light": {"skin": light.skin, "yaw": round(light.yaw, 2), "pitch": round(light.pitch, 2)},
            "entries": [
                {
                    "name": entry.name,
                    "gap": np.round(entry.gap.astype(float), DECIMALS).tolist(),
                    "teeth": round(entry.teeth, DECIMALS),
                    "rounding": round(entry.rounding, DECIMALS),
                    "jaw": round(entry.jaw, DECIMALS),
                }
                for entry in entries
            ],
        },
        indent=1,
    )
    size = buffer.tell() + len(text)
    if size > LARGEST:
        raise ValueError(f"{name} takes {size} bytes, at most {LARGEST} are wanted")
    (folder / f"{name}.webp").write_bytes(buffer.getvalue())
    (folder / f"{name}.json").write_text(text + "\n")
    return size
