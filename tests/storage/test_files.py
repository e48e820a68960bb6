"""The file system store alone."""

import os
import resource
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile

from avatarlab.storage import INCOMING, FileStorage, StorageFull


@pytest.fixture
def files(tmp_path: Path) -> FileStorage:
    return FileStorage(location=tmp_path / "media")


@pytest.fixture
def little_room() -> Iterator[None]:
    """No file may grow beyond 100 kB: the kernel refuses to write, as it does on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_disk_full_while_writing_is_said_plainly_and_leaves_nothing(files, little_room):
    with pytest.raises(StorageFull, match="disk is full"):
        files.save("7/render/a.bin", ContentFile(b"x" * 300_000))
    left = [path for path in Path(files.location).rglob("*") if path.is_file()]
    assert left == []
    assert files.listdir("") == ([], [])


def test_deleting_the_last_file_of_a_folder_removes_the_folder(files):
    files.save("7/render/a.bin", ContentFile(b"x"))
    files.save("7/b.bin", ContentFile(b"x"))
    files.delete("7/render/a.bin")
    assert sorted(os.listdir(Path(files.location) / "7")) == ["b.bin"]


def test_what_a_killed_writer_left_is_cleared(files):
    files.save("7/a.bin", ContentFile(b"x"))
    left = Path(files.location) / INCOMING / "tmp123"
    left.write_bytes(b"half")
    assert files.clear_abandoned(older_than=timedelta(hours=1)) == 0
    assert files.clear_abandoned(older_than=timedelta(seconds=-1)) == 1
    assert not left.exists()
    assert files.exists("7/a.bin")
