"""This machine's copies of stored media, by content: how the pipeline gets at files wherever they are."""

import hashlib
import logging
import os
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.files.storage import default_storage

from rendering.engines.errors import MediaError

if TYPE_CHECKING:
    from rendering.pipeline.spec import MediaRef

log = logging.getLogger(__name__)

LIMIT_BYTES = 4 * 1024**3
SPARED_S = 3600.0
"""What was asked for within the last hour may be open in a pipeline and is never removed."""
BLOCK = 1024 * 1024


class MediaCache:
    """A MediaSource over the default storage. Files are verified when they are copied, and never changed.

    folder: may be shared by workers of one machine. limit: bytes; the files longest unused go first.
    """

    def __init__(self, folder: Path | None = None, *, limit: int = LIMIT_BYTES) -> None:
        self._folder = folder or settings.DATA_DIR / "cache" / "media"
        self._limit = limit

    def local_path(self, ref: "MediaRef") -> Path:
        """A local file with the bytes of `ref`. Raises MediaError when it is gone or is not what it was."""
        path = self._folder / ref.sha256[:2] / f"{ref.sha256}{Path(ref.name).suffix}"
        try:
            os.utime(path)  # what is used now is kept longest
        except FileNotFoundError:
            self._copy(ref, path)
            self._make_room()
        return path

    def _copy(self, ref: "MediaRef", path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".copy-")
        try:
            digest = hashlib.sha256()
            with os.fdopen(descriptor, "wb") as target, default_storage.open(ref.name, "rb") as source:
                while block := source.read(BLOCK):
                    digest.update(block)
                    target.write(block)
            if digest.hexdigest() != ref.sha256:
                raise MediaError(
                    "A stored picture, video or recording of this project was altered or damaged. "
                    "Upload it again and generate once more."
                )
            os.replace(temporary, path)
        except FileNotFoundError as error:
            raise MediaError(
                "A picture, video or recording of this project was deleted. "
                "Choose another and generate again."
            ) from error
        finally:
            with suppress(FileNotFoundError):
                os.unlink(temporary)

    def _make_room(self) -> None:
        found = []
        for path in self._folder.glob("??/*"):
            with suppress(FileNotFoundError):
                facts = path.stat()
                found.append((facts.st_mtime, facts.st_size, path))
        total = sum(size for _, size, _ in found)
        spared = time.time() - SPARED_S
        for used, size, path in sorted(found):
            if total <= self._limit or used > spared:
                return
            path.unlink(missing_ok=True)
            total -= size
