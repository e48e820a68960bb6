"""Where client media lives: the file system by default, MongoDB (avatarlab.gridfs) when MONGODB_URL is set.

Both keep the same promises: a file is there whole or not at all, no two files share a name, and what a writer
that was cut off leaves behind is invisible and cleared later.
"""

import errno
import hashlib
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage

from avatarlab.errors import UserError

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
INCOMING = ".incoming"
"""Folder of files that are being written: on the file system of the rest, as a link makes them visible."""


class StorageFull(UserError):  # noqa: N818 - the state of the storage, as the other user errors are named
    """A file could not be kept for want of room."""

    status = 507

    def __init__(self) -> None:
        super().__init__(
            "The server's disk is full, so the file could not be kept. "
            "Delete videos you no longer need, or ask the administrator for more room; then try again."
        )


class FileStorage(FileSystemStorage):
    """Media under the data folder. Served by the media view only, never by a static URL."""

    def _save(self, name: str, content: File) -> str:
        temporary = self._write_aside(content)
        try:
            while True:
                path = Path(self.path(name))
                path.parent.mkdir(parents=True, exist_ok=True)
                try:
                    os.link(temporary, path)
                except FileExistsError:
                    name = self.get_available_name(name)
                except FileNotFoundError:
                    continue  # the folder was empty and a delete took it away just now
                else:
                    break
            _sync_folder(path.parent)
        except OSError as error:
            self._remove_empty_folders(path.parent)
            raise _storage_full(error) or error from error
        finally:
            temporary.unlink()
        return path.relative_to(self.location).as_posix()

    def _write_aside(self, content: File) -> Path:
        incoming = Path(self.location) / INCOMING
        try:
            incoming.mkdir(parents=True, exist_ok=True)
            descriptor, temporary = tempfile.mkstemp(dir=incoming)
        except OSError as error:
            raise _storage_full(error) or error from error
        try:
            with os.fdopen(descriptor, "wb") as file:
                for chunk in content.chunks():
                    file.write(chunk)
                file.flush()
                os.fchmod(file.fileno(), self.file_permissions_mode or 0o644)
                os.fsync(file.fileno())
        except BaseException as error:
            os.unlink(temporary)
            if isinstance(error, OSError) and (full := _storage_full(error)):
                raise full from error
            raise
        return Path(temporary)

    def delete(self, name: str) -> None:
        """Remove a file, and the folders it leaves empty. Nothing happens when it is not there."""
        path = Path(self.path(name))
        if path == Path(self.location):
            raise ValueError("The storage itself is not a file.")
        path.unlink(missing_ok=True)
        self._remove_empty_folders(path.parent)

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        """Folders and files under a folder; both empty when it does not exist, as in GridFS."""
        try:
            folders, files = super().listdir(path)
        except FileNotFoundError:
            return [], []
        return [folder for folder in folders if folder != INCOMING], files

    def url(self, name: str | None) -> str:
        """Files have no address; rows have (avatarlab.media.url_for)."""
        raise NotImplementedError("Media is served by row: use avatarlab.media.url_for.")

    def files_under(self, folder: str) -> Iterator[tuple[str, int]]:
        """Name and bytes of every file in a folder and below it. What is deleted meanwhile is left out."""
        root = Path(self.location)
        for path in (root / folder).rglob("*"):
            with suppress(FileNotFoundError):
                if path.is_file():
                    yield path.relative_to(root).as_posix(), path.stat().st_size

    def sha256(self, name: str) -> str:
        """Hex digest of the content. Raises FileNotFoundError."""
        with open(self.path(name), "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def clear_abandoned(self, *, older_than: timedelta) -> int:
        """Remove what writers that were cut off left behind. Returns how many files that were."""
        limit, cleared = time.time() - older_than.total_seconds(), 0
        for path in (Path(self.location) / INCOMING).glob("*"):
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < limit:
                    path.unlink()
                    cleared += 1
        return cleared

    def _remove_empty_folders(self, folder: Path) -> None:
        while folder != Path(self.location) and folder.is_relative_to(self.location):
            try:
                folder.rmdir()
            except OSError:
                return
            folder = folder.parent


def _storage_full(error: OSError) -> StorageFull | None:
    return StorageFull() if error.errno in NO_ROOM else None


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
