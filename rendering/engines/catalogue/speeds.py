"""How fast engines were on this machine: kept beside the model files, written by the benchmark."""

import dataclasses
import json
import math
import os
from dataclasses import dataclass
from typing import Any

from rendering.engines.weights import store

FILE = "speeds.json"


@dataclass(frozen=True)
class Speed:
    """what: the work that was timed, in words; factor: wall seconds per second of output, None where that has
    no meaning; machine: what it ran on, in words; date: ISO 8601."""

    what: str
    factor: float | None
    machine: str
    date: str


def read() -> dict[str, Speed]:
    """By engine name. What cannot be read is as if it had never been measured."""
    try:
        kept = json.loads((store.folder() / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    entries = kept.items() if isinstance(kept, dict) else ()
    return {name: speed for name, value in entries if (speed := _speed(value)) is not None}


def write(engine: str, speed: Speed) -> None:
    """Keep the newest measurement of an engine. Raises OSError when the models folder cannot be written."""
    home = store.folder()
    home.mkdir(parents=True, exist_ok=True)
    entries = {name: dataclasses.asdict(each) for name, each in {**read(), engine: speed}.items()}
    draft = home / f"{FILE}.{os.getpid()}"
    draft.write_text(json.dumps(entries, indent=1, sort_keys=True), encoding="utf-8")
    os.replace(draft, home / FILE)


def _speed(value: Any) -> Speed | None:
    if not isinstance(value, dict) or set(value) != {field.name for field in dataclasses.fields(Speed)}:
        return None
    factor = value.pop("factor")
    number = isinstance(factor, int | float) and not isinstance(factor, bool)
    if factor is not None and not (number and math.isfinite(factor) and factor > 0):
        return None
    if not all(isinstance(text, str) for text in value.values()):
        return None
    return Speed(factor=factor, **value)
