"""Client media in MongoDB GridFS, behind Django's storage interface.

Contents are GridFS files (`media.files`, `media.chunks`) under ids of their own, and `media_names` says which
name stands for which id. A writer takes the name, writes the content, and one update at the end makes the
file visible. A writer that is cut off leaves a taken name that nobody sees; `clear_abandoned` undoes it.
"""

import hashlib
import os
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from bson import ObjectId
from django.core.files.base import File
from django.core.files.storage import Storage
from gridfs import GridFSBucket
from gridfs.errors import NoFile
from gridfs.grid_file import GridOut
from pymongo import ASCENDING, MongoClient
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import ConnectionFailure, DuplicateKeyError, OperationFailure

from avatarlab.errors import ServiceUnavailable
from avatarlab.storage import StorageFull

DATABASE = "avatarlab"
"""Used when the URL names no database."""
BUCKET = "media"
CHUNK = 255 * 1024
"""Bytes per chunk document, MongoDB's default."""
CONNECT_TIMEOUT_MS = 5000
OUT_OF_DISK_SPACE = 14031
"""MongoDB's error code of the same name."""

P = ParamSpec("P")
R = TypeVar("R")


class StorageAway(ServiceUnavailable):
    """MongoDB does not answer."""

    def __init__(self) -> None:
        super().__init__("The media store does not answer. Nothing is lost: try again in a minute.")


def _answered(method: Callable[P, R]) -> Callable[P, R]:
    """Raise StorageAway where the driver finds no server."""

    @wraps(method)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return method(*args, **kwargs)
        except ConnectionFailure as error:
            raise StorageAway from error

    return call


class GridFSFile(File):
    """A stored file, read chunk by chunk; `seek` fetches nothing."""

    def __init__(self, stream: GridOut, name: str) -> None:
        super().__init__(stream, name)
        self._size = stream.length

    @property
    def size(self) -> int:
        """Bytes."""
        return self._size


class GridFSStorage(Storage):
    """Files by name in GridFS, with the owner and the SHA-256 of the content in their metadata.

    url: a MongoDB connection string. The connection is made on first use and again after a fork.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._connections: dict[int, Database] = {}

    @property
    def _database(self) -> Database:
        process = os.getpid()
        if process not in self._connections:
            client: MongoClient = MongoClient(
                self._url, serverSelectionTimeoutMS=CONNECT_TIMEOUT_MS, tz_aware=True
            )
            database = client.get_default_database(DATABASE)
            # The index that the GridFS specification asks of whoever writes chunks.
            database[BUCKET].chunks.create_index([("files_id", ASCENDING), ("n", ASCENDING)], unique=True)
            # The connections of the process this one was forked from are not ours to use or to close.
            self._connections = {process: database}
        return self._connections[process]

    @property
    def _names(self) -> Collection:
        return self._database[f"{BUCKET}_names"]

    @property
    def _chunks(self) -> Collection:
        return self._database[BUCKET].chunks

    @property
    def _bucket(self) -> GridFSBucket:
        return GridFSBucket(self._database, BUCKET)

    def _stored(self, name: str) -> dict[str, Any]:
        found = self._names.find_one({"_id": name, "visible": True})
        if found is None:
            raise FileNotFoundError(f"There is no stored file {name!r}.")
        return found

    @_answered
    def _open(self, name: str, mode: str = "rb") -> GridFSFile:
        if mode != "rb":
            raise ValueError("Stored files are read here and written by save().")
        try:
            return GridFSFile(self._bucket.open_download_stream(ObjectId(self._stored(name)["file"])), name)
        except NoFile as error:
            raise FileNotFoundError(f"There is no stored file {name!r}.") from error

    @_answered
    def _save(self, name: str, content: File) -> str:
        file_id = ObjectId()
        name = self._take_name(name, file_id)
        try:
            facts = self._write(file_id, name, content)
            self._names.update_one({"_id": name}, {"$set": {**facts, "visible": True}})
        except BaseException as error:
            self._discard(name, file_id)
            if isinstance(error, OperationFailure) and error.code == OUT_OF_DISK_SPACE:
                raise StorageFull from error
            raise
        return name

    def _take_name(self, name: str, file_id: ObjectId) -> str:
        """A name that no other file has or is about to get."""
        while True:
            try:
                self._names.insert_one({"_id": name, "file": str(file_id), "visible": False})
            except DuplicateKeyError:
                root, suffix = os.path.splitext(name)
                name = self.get_alternative_name(root, suffix)
            else:
                return name

    def _write(self, file_id: ObjectId, name: str, content: File) -> dict[str, Any]:
        """Write chunk by chunk (the driver's own stream would gather up to 48 MB), then the file document."""
        digest, length = hashlib.sha256(), 0
        for number, block in enumerate(_blocks(content)):
            self._chunks.insert_one({"files_id": file_id, "n": number, "data": block})
            digest.update(block)
            length += len(block)
        facts = {"owner": name.partition("/")[0], "sha256": digest.hexdigest()}
        self._database[BUCKET].files.insert_one(
            {
                "_id": file_id,
                "filename": name,
                "length": length,
                "chunkSize": CHUNK,
                "uploadDate": datetime.now(UTC),
                "metadata": facts,
            }
        )
        return {**facts, "length": length}

    def _discard(self, name: str, file_id: ObjectId) -> None:
        if self._chunks.find_one({"files_id": file_id}) is not None:
            with suppress(NoFile):  # its chunks are deleted all the same
                self._bucket.delete(file_id)
        self._names.delete_one({"_id": name, "file": str(file_id)})

    @_answered
    def delete(self, name: str) -> None:
        """Remove a file. Nothing happens when it is not there."""
        found = self._names.find_one({"_id": name, "visible": True})
        if found is None:
            return
        # Invisible first: a cut between the two leaves what `clear_abandoned` finds.
        self._names.update_one({"_id": name, "file": found["file"]}, {"$set": {"visible": False}})
        with suppress(NoFile):
            self._bucket.delete(ObjectId(found["file"]))
        self._names.delete_one({"_id": name, "file": found["file"]})

    @_answered
    def exists(self, name: str) -> bool:
        return self._names.find_one({"_id": name, "visible": True}) is not None

    @_answered
    def size(self, name: str) -> int:
        """Bytes. Raises FileNotFoundError."""
        return self._stored(name)["length"]

    @_answered
    def sha256(self, name: str) -> str:
        """Hex digest of the content, computed while it was written. Raises FileNotFoundError."""
        return self._stored(name)["sha256"]

    @_answered
    def owner(self, name: str) -> str:
        """Whose the file is: the user's id, or "presets". Raises FileNotFoundError."""
        return self._stored(name)["owner"]

    @_answered
    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        """Folders and files under a folder; names are paths, folders exist as far as files are in them."""
        prefix = f"{path.strip('/')}/" if path.strip("/.") else ""
        folders: set[str] = set()
        files: set[str] = set()
        for found in self._names.find({"_id": {"$regex": f"^{re.escape(prefix)}"}, "visible": True}):
            first, slash, _ = found["_id"].removeprefix(prefix).partition("/")
            (folders if slash else files).add(first)
        return sorted(folders), sorted(files)

    def files_under(self, folder: str) -> Iterator[tuple[str, int]]:
        """Name and bytes of every file in a folder and below it, in one query."""
        inside = {"_id": {"$regex": f"^{re.escape(folder)}/"}, "visible": True}
        try:
            for found in self._names.find(inside, {"length": 1}):
                yield found["_id"], found["length"]
        except ConnectionFailure as error:  # not by the decorator, under which a generator only begins
            raise StorageAway from error

    @_answered
    def get_modified_time(self, name: str) -> datetime:
        """When the file was written (files are never changed), in UTC. Raises FileNotFoundError."""
        written: datetime = ObjectId(self._stored(name)["file"]).generation_time
        return written.astimezone(UTC)

    get_created_time = get_modified_time

    @_answered
    def clear_abandoned(self, *, older_than: timedelta) -> int:
        """Remove what writers that were cut off left behind. Returns how many files that were."""
        limit, cleared = datetime.now(UTC) - older_than, 0
        for left in list(self._names.find({"visible": False})):
            file_id = ObjectId(left["file"])
            if file_id.generation_time < limit:
                self._discard(left["_id"], file_id)
                cleared += 1
        return cleared


def _blocks(content: File) -> Iterator[bytes]:
    """The content in blocks of CHUNK bytes; only the last may be shorter."""
    rest = bytearray()
    for part in content.chunks(CHUNK):
        rest += part
        while len(rest) >= CHUNK:
            yield bytes(rest[:CHUNK])
            del rest[:CHUNK]
    if rest:
        yield bytes(rest)
