"""What of the models is on this machine, and whether it is right.

A file is put into the models folder only when it is whole and its checksum right; `locate` notices when it
has been touched since. Of files without a published checksum the first one is trusted and pinned (see
`pins`), and no other is accepted afterwards.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rendering.engines.errors import ModelCorruptError, ModelMissingError
from rendering.engines.weights import lean_copies, pins, stamps
from rendering.engines.weights.artifact import Artifact
from rendering.engines.weights.folder import folder
from rendering.engines.weights.manifest import ARTIFACTS
from rendering.engines.weights.pins import Pin

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
        raise ModelMissingError(f"The model {name} is not on this machine. {remedy(model)}")
    wanted = pins.expected(model)
    if wanted is None:
        found = stamps.checked_sha256(path, name)
        _pin(model, Pin(found, path.stat().st_size, "found in the models folder"))
        return Located(path, found)
    if not _is_right(path, name, wanted):
        raise ModelCorruptError(
            f"The model file {path} ({name}) is damaged or was altered. {remedy(model)}{about_pin(model)}"
        )
    return Located(path, wanted.sha256)


def remedy(model: Artifact) -> str:
    """What to do about a file that is missing or wrong, in a sentence or two."""
    if model.sources:
        return f"Run: python manage.py models pull {model.name}"
    return (
        f"It has no public address. {model.note} Then run: python manage.py models import {model.name} FILE"
    )


def about_pin(model: Artifact) -> str:
    """What to do when it is the pin that is wrong; nothing where there is none."""
    if model.sha256 or model.name not in pins.pins():
        return ""
    return (
        f" Nobody published a checksum of it; the first file that came is trusted. {model.note} If its "
        f"authors have put up another since, run: python manage.py models pin {model.name} --forget"
    )


def _pin(model: Artifact, pin: Pin) -> None:
    logger.warning("%s", announcement(model, pin))
    try:
        pins.record({model.name: pin})
    except OSError as error:
        logger.warning("It could not be pinned: %s", error)


def announcement(model: Artifact, pin: Pin) -> str:
    """What a person should know who has just come to trust a file that nobody vouches for."""
    return (
        f"Nobody published a checksum of {model.name}. Trusted from now on is the file of {pin.size} bytes "
        f"with sha256 {pin.sha256} ({pin.origin}). {model.note} Compare the sum with that of somebody who "
        f"has the file, too; if it differs, run: python manage.py models pin {model.name} THEIR_SHA256"
    )


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
    try:
        wanted = pins.expected(model)
    except ModelCorruptError:
        return Status(model, path, "corrupt")  # using it tells why
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
