"""Lean copies of big checkpoints: where they lie, which are right. `neural.lean` makes them.

A copy holds only the tensors that its engine uses, as safetensors. Its name carries the checksum of the file
that it was made from, so a changed original is never served by an old copy.
"""

import re
from pathlib import Path

from rendering.engines.errors import ModelCorruptError
from rendering.engines.weights import stamps
from rendering.engines.weights.folder import folder, read_table, write_table

LEAN = "lean"
_SUMS = "sums.json"
_DIGITS = 12
"""Hexadecimal digits of the original's checksum in the name of a copy."""
_VARIANT = re.compile(r"[A-Za-z0-9._]+")


def path_of(name: str, sha256: str, variant: str) -> Path:
    """Where the copy of an artifact's file lies or would lie. sha256: of the original; variant: which
    selection of its tensors, letters, digits, dots and underscores."""
    if not _VARIANT.fullmatch(variant):
        raise ValueError(f"{variant!r} cannot name a variant of {name}.")
    return folder() / LEAN / f"{name}-{sha256[:_DIGITS]}-{variant}.safetensors"


def copies_of(name: str) -> tuple[Path, ...]:
    """Every copy of an artifact, of whatever version of its file."""
    pattern = re.compile(rf"{re.escape(name)}-[0-9a-f]{{{_DIGITS}}}-{_VARIANT.pattern}\.safetensors")
    return tuple(
        path for path in sorted((folder() / LEAN).glob("*.safetensors")) if pattern.fullmatch(path.name)
    )


def is_right(copy: Path, *, thorough: bool = False) -> bool:
    """Whether a copy is there and is what was written. thorough: read it even if nobody touched it."""
    if not copy.is_file():
        return False
    sha256 = stamps.sha256_of(copy) if thorough else stamps.checked_sha256(copy, f"{LEAN}/{copy.name}")
    return _sums(copy.parent).get(copy.name) == sha256


def register(copy: Path) -> None:
    """Remember what was written. Raises OSError."""
    sha256 = stamps.checked_sha256(copy, f"{LEAN}/{copy.name}")
    sums = {name: known for name, known in _sums(copy.parent).items() if (copy.parent / name).is_file()}
    write_table(copy.parent / _SUMS, {**sums, copy.name: sha256})


def remove(name: str) -> int:
    """Delete the copies of an artifact; returns how many there were."""
    copies = copies_of(name)
    for copy in copies:
        copy.unlink(missing_ok=True)
    return len(copies)


def _sums(home: Path) -> dict[str, str]:
    try:
        return read_table(home / _SUMS)
    except ModelCorruptError:
        return {}  # the copies are made anew


def verify() -> tuple[Path, ...]:
    """Read every copy; those that are not what was written are removed, and returned."""
    wrong = tuple(
        path for path in sorted((folder() / LEAN).glob("*.safetensors")) if not is_right(path, thorough=True)
    )
    for path in wrong:
        path.unlink(missing_ok=True)
    return wrong
