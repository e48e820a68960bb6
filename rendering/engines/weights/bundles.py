"""Models carried to a machine without a connection: one tar file with an index, checked before it is used.

The archive is not compressed (weights do not shrink). It begins with `index.json`; each model lies in
`files/NAME`. Pins travel along, so both machines trust the same files.
"""

import io
import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from rendering.engines.errors import DownloadError, ModelCorruptError, ModelMissingError
from rendering.engines.weights import pins, stamps
from rendering.engines.weights.folder import folder, locked
from rendering.engines.weights.manifest import ARTIFACTS
from rendering.engines.weights.pins import Pin
from rendering.engines.weights.presence import identify
from rendering.engines.weights.transfer import DISK_MARGIN, not_enough

_INDEX = "index.json"
_FILES = "files/"
_FORMAT = "avatarlab models 1"
_LONGEST_INDEX = 1 << 20
"""Bytes; a thousand models take a third of it."""
_CHUNK = 1 << 20

Say = Callable[[str], None]
"""Hears the name of each model before it is copied."""


@dataclass(frozen=True)
class _Entry:
    """A model in a bundle. origin: of its pin, "" where its checksum is published."""

    sha256: str
    size: int
    origin: str


def export(names: Iterable[str], target: Path, say: Say) -> None:
    """Write the models into one file.

    Raises ModelMissingError, ModelCorruptError, and OSError when there is no room; nothing is left then.
    """
    located = {name: identify(name) for name in dict.fromkeys(names)}
    known = pins.pins()
    entries = {
        name: _Entry(
            found.sha256, found.path.stat().st_size, "" if ARTIFACTS[name].sha256 else known[name].origin
        )
        for name, found in located.items()
    }
    index = {"format": _FORMAT, "models": {name: asdict(entry) for name, entry in entries.items()}}
    draft = target.with_name(f"{target.name}.part")
    try:
        with tarfile.open(draft, "w", format=tarfile.PAX_FORMAT) as archive:
            content = json.dumps(index, indent=1).encode()
            _add(archive, _INDEX, len(content), io.BytesIO(content))
            for name, found in located.items():
                say(name)
                with found.path.open("rb") as file:
                    _add(archive, f"{_FILES}{name}", entries[name].size, file)
        os.replace(draft, target)
    finally:
        draft.unlink(missing_ok=True)


def _add(archive: tarfile.TarFile, name: str, size: int, content: IO[bytes]) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o644
    archive.addfile(entry, content)


def unpack(source: Path, say: Say) -> tuple[str, ...]:
    """Put the models of a bundle into the models folder; returns their names.

    Nothing is put in place before everything was read and every checksum was right. Raises ModelMissingError
    for a file that is not there, and ModelCorruptError with the reason for one that is no bundle or holds
    anything else: a model that is unknown here, or other bytes than are published or pinned. Raises
    DownloadError when the disk is too full.
    """
    home = folder()
    home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bundle-", dir=home) as scratch:
        try:
            with tarfile.open(source, "r:") as archive:
                entries = _read_index(archive)
                _check_disk(home, entries)
                drafts = _read_files(archive, entries, Path(scratch), say)
        except FileNotFoundError as error:
            raise ModelMissingError(f"There is no file {source}.") from error
        except (tarfile.TarError, EOFError, OSError, _RefusedError) as error:
            raise ModelCorruptError(
                f"{source} cannot be taken: {error}. Nothing was put in place."
            ) from error
        with locked(home):
            for name, draft in drafts.items():
                path = home / ARTIFACTS[name].filename
                path.parent.mkdir(parents=True, exist_ok=True)
                draft.replace(path)
                stamps.stamp(path, name, entries[name].sha256)
    pins.record(
        {
            name: Pin(entry.sha256, entry.size, f"{entry.origin}, by a bundle")
            for name, entry in entries.items()
            if pins.expected(ARTIFACTS[name]) is None
        }
    )
    return tuple(entries)


class _RefusedError(Exception):
    """Why a bundle is not taken."""


def _read_index(archive: tarfile.TarFile) -> dict[str, _Entry]:
    first = archive.next()
    if first is None or first.name != _INDEX or not first.isreg() or first.size > _LONGEST_INDEX:
        raise _RefusedError("it is not a bundle of models")
    try:
        index = json.loads(_content(archive, first).read())
    except ValueError:
        index = None
    match index:
        case {"format": str(found), "models": dict(models)} if found == _FORMAT:
            return {name: _entry(name, fields) for name, fields in models.items()}
    raise _RefusedError("its index is not one of a bundle of models")


def _entry(name: str, fields: Any) -> _Entry:
    model = ARTIFACTS.get(name)
    if model is None:
        raise _RefusedError(f"no model is called {name!r} here")
    match fields:
        case {"sha256": str(sha256), "size": int(size), "origin": str(origin)} if pins.is_sha256(sha256):
            wanted = pins.expected(model)
            if wanted and wanted.sha256 != sha256:
                raise _RefusedError(f"its {name} has another checksum than the one that is right here")
            return _Entry(sha256, size, origin)
    raise _RefusedError(f"its index is wrong about {name}")


def _read_files(
    archive: tarfile.TarFile, entries: Mapping[str, _Entry], scratch: Path, say: Say
) -> dict[str, Path]:
    """The files by name of the model, in `scratch` under names of our own."""
    drafts: dict[str, Path] = {}
    while member := archive.next():
        name = member.name.removeprefix(_FILES)
        entry = entries.get(name)
        if not member.name.startswith(_FILES) or entry is None or name in drafts:
            raise _RefusedError(f"it holds {member.name!r}, which its index does not name")
        if not member.isreg() or member.issparse() or member.size != entry.size:
            raise _RefusedError(f"{member.name} is not a plain file of {entry.size} bytes")
        say(name)
        drafts[name] = scratch / str(len(drafts))
        with drafts[name].open("wb") as draft:
            shutil.copyfileobj(_content(archive, member), draft, _CHUNK)
        if stamps.sha256_of(drafts[name]) != entry.sha256:
            raise _RefusedError(f"the checksum of {name} is wrong")
    if absent := entries.keys() - drafts.keys():
        raise _RefusedError(f"it lacks {', '.join(sorted(absent))}")
    return drafts


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    content = archive.extractfile(member)
    if content is None:
        raise _RefusedError(f"{member.name} is not a plain file")
    return content


def _check_disk(home: Path, entries: Mapping[str, _Entry]) -> None:
    needed = sum(entry.size for entry in entries.values()) + DISK_MARGIN
    free = shutil.disk_usage(home).free
    if free < needed:
        raise DownloadError(not_enough(home, free, needed))
