"""Files that are there whole or not at all."""

import errno
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rendering.engines.errors import EngineError


class DiskFullError(EngineError):
    """There was no room to write a result."""


@contextmanager
def scratch(folder: Path) -> Iterator[Path]:
    """A directory whose files move into `folder` when the block ends, and vanish when it fails.

    Raises DiskFullError in place of the error of whichever library met the full disk.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=".partial-", dir=folder))
        try:
            yield work
            for file in work.iterdir():
                file.replace(folder / file.name)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    except Exception as error:
        if getattr(error, "errno", None) == errno.ENOSPC:
            raise DiskFullError(
                "The disk is full, so the video could not be written. Free some space and press Retry."
            ) from error
        raise
