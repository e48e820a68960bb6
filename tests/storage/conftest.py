"""Both stores, so that every test of this folder runs on each."""

import uuid
from pathlib import Path

import pytest

from avatarlab.gridfs import GridFSStorage
from avatarlab.storage import FileStorage


@pytest.fixture
def gridfs(mongodb_url: str) -> GridFSStorage:
    """In a database of its own."""
    return GridFSStorage(url=f"{mongodb_url.rpartition('/')[0]}/test_{uuid.uuid4().hex[:12]}")


@pytest.fixture(params=["files", "gridfs"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> FileStorage | GridFSStorage:
    if request.param == "files":
        return FileStorage(location=tmp_path / "media")
    return request.getfixturevalue("gridfs")
