"""Checksums of files for which nobody published one: trust on first use, the same file ever after.

They are kept in `pins.json` in the models folder. A checksum in the manifest always comes before a pin.
"""

import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rendering.engines.errors import ModelCorruptError
from rendering.engines.weights.artifact import Artifact
from rendering.engines.weights.folder import folder, locked, read_table, write_table

PINS = "pins.json"
_LOCK = ".pins.lock"
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Pin:
    """What a file must be. sha256: lower-case hex; size: bytes, 0 where only the checksum is known; origin:
    where the file that was trusted came from, in words or as an address."""

    sha256: str
    size: int
    origin: str


def is_sha256(text: str) -> bool:
    """Whether `text` is a SHA-256 sum in lower-case hexadecimal digits."""
    return _SHA256.fullmatch(text) is not None


def pins() -> dict[str, Pin]:
    """All pins by name of the artifact. Raises ModelCorruptError when the file is damaged: without it any
    other file would be trusted anew."""
    path = folder() / PINS
    return {name: _pin(name, fields, path) for name, fields in read_table(path).items()}


def expected(model: Artifact) -> Pin | None:
    """What the file of an artifact must be; None when no file of it has been trusted yet."""
    if model.sha256:
        return Pin(model.sha256, model.size, "the manifest")
    return pins().get(model.name)


def record(added: dict[str, Pin]) -> None:
    """Keep pins, in place of older ones of the same names. Raises OSError in a read-only folder."""
    home = folder()
    home.mkdir(parents=True, exist_ok=True)
    with locked(home, _LOCK):
        kept = {**pins(), **added}
        write_table(home / PINS, {name: asdict(pin) for name, pin in kept.items()})


def forget(name: str) -> bool:
    """Trust the next file of an artifact, whatever it is. False if there was no pin."""
    home = folder()
    if name not in pins():
        return False
    with locked(home, _LOCK):
        kept = pins()
        found = kept.pop(name, None) is not None
        write_table(home / PINS, {name: asdict(pin) for name, pin in kept.items()})
    return found


def _pin(name: str, fields: Any, path: Path) -> Pin:
    match fields:
        case {"sha256": str(sha256), "size": int(size), "origin": str(origin)} if is_sha256(sha256):
            return Pin(sha256, size, origin)
    raise ModelCorruptError(
        f"{path} says something about {name} that is no pin. Correct the entry, or delete it to trust the "
        "file anew."
    )
