"""Which files were found right, and when: so that gigabytes are not read again at every start.

A stamp holds as long as nobody touches the file. In a read-only folder it lasts as long as the process.
"""

import contextlib
import hashlib
from pathlib import Path

from rendering.engines.errors import ModelCorruptError
from rendering.engines.weights.folder import folder, read_table, write_table

_STAMPS = "verified.json"

_in_this_process: dict[Path, str] = {}


def sha256_of(path: Path) -> str:
    """The file's SHA-256 sum, lower-case hex; reads every byte."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def known_sha256(path: Path, name: str) -> str | None:
    """The sum of an untouched file that was read before, without reading it."""
    for mark in (_in_this_process.get(path), _stamps().get(name)):
        if isinstance(mark, str):
            sha256 = mark.partition(" ")[0]
            if mark == _mark(path, sha256):
                return sha256
    return None


def stamp(path: Path, name: str, sha256: str) -> None:
    """Remember the sum of a file that was just read."""
    mark = _mark(path, sha256)
    _in_this_process[path] = mark
    with contextlib.suppress(OSError):
        write_table(folder() / _STAMPS, {**_stamps(), name: mark})


def checked_sha256(path: Path, name: str) -> str:
    """The file's sum: from its stamp while it is untouched, else by reading it, and stamped."""
    sha256 = known_sha256(path, name)
    if sha256 is None:
        sha256 = sha256_of(path)
        stamp(path, name, sha256)
    return sha256


def _mark(path: Path, sha256: str) -> str:
    """What changes when anyone touches the file after its sum was computed."""
    stat = path.stat()
    return f"{sha256} {stat.st_size} {stat.st_mtime_ns} {stat.st_ctime_ns}"


def _stamps() -> dict[str, str]:
    try:
        return read_table(folder() / _STAMPS)
    except ModelCorruptError:
        return {}  # stamps only save time
