"""Both stores, so that every test of this folder runs on each."""

import os
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from pymongo import MongoClient
from pymongo.errors import ConnectionFailure

from avatarlab.gridfs import GridFSStorage
from avatarlab.storage import FileStorage


@pytest.fixture(scope="session")
def mongodb_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a MongoDB: the one of MONGODB_URL, else nx-27017 on a port of its own."""
    if os.environ.get("MONGODB_URL"):
        yield os.environ["MONGODB_URL"].rsplit("/", 1)[0]
        return
    folder = tmp_path_factory.mktemp("mongodb")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [Path(sys.executable).with_name("nx-27017"), "--data-dir", folder / "data", "-p", str(port)]
    command += ["--pid-file", folder / "pid", "--log-file", folder / "log"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        address = f"mongodb://127.0.0.1:{port}"
        wait_for_mongodb(address)
        yield address
        server.kill()


def wait_for_mongodb(address: str) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            with MongoClient(address, serverSelectionTimeoutMS=500) as client:
                client.admin.command("ping")
            return
        except ConnectionFailure:
            if time.monotonic() > deadline:
                raise


@pytest.fixture
def gridfs(mongodb_server: str) -> GridFSStorage:
    return GridFSStorage(url=f"{mongodb_server}/test_{uuid.uuid4().hex[:12]}")


@pytest.fixture(params=["files", "gridfs"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> FileStorage | GridFSStorage:
    if request.param == "files":
        return FileStorage(location=tmp_path / "media")
    return request.getfixturevalue("gridfs")
