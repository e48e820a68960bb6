"""One instance per data folder: two would run two Redis servers and two databases on the same files."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

FILE = "instance.lock"


@dataclass(frozen=True)
class Holder:
    """Who holds the lock. purpose: "quickstart", or the command that runs services for a while."""

    process: int
    purpose: str


class AlreadyRunningError(RuntimeError):
    """Another process holds the lock."""

    def __init__(self, folder: Path, holder: Holder | None) -> None:
        self.holder = holder
        who = f"process {holder.process}, {holder.purpose}" if holder else "another process"
        super().__init__(
            f"Avatar Lab is already running for this data folder ({who}): {folder}. "
            "Use that one, stop it, or set AVATARLAB_DATA to another folder."
        )


@contextmanager
def instance_lock(folder: Path, purpose: str) -> Iterator[Holder | None]:
    """Hold the folder's lock. Yields who held it before and did not finish, or None.

    The kernel drops the lock with its process, so a killed one leaves nothing to clean up but its name.
    Raises AlreadyRunningError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / FILE).open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunningError(folder, holder(folder)) from None
        unfinished = holder(folder)
        _write(file.fileno(), json.dumps({"process": os.getpid(), "purpose": purpose}))
        try:
            yield unfinished
        finally:
            _write(file.fileno(), "")


def holder(folder: Path) -> Holder | None:
    """Who wrote the lock file last without finishing: the holder if the lock is held."""
    try:
        return Holder(**json.loads((folder / FILE).read_text()))
    except (OSError, ValueError, TypeError):
        return None


def _write(descriptor: int, text: str) -> None:
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, text.encode(), 0)
