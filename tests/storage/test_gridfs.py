"""The MongoDB store alone."""

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from bson import ObjectId
from django.core.files.base import ContentFile

from avatarlab import gridfs as gridfs_module
from avatarlab.gridfs import GridFSStorage, StorageAway

WRITER = """
import os
from django.conf import settings
settings.configure(USE_TZ=True)
from django.core.files.base import File
from avatarlab.gridfs import GridFSStorage

class Killed(File):
    def chunks(self, chunk_size=None):
        for _ in range(100):
            yield b"x" * 300_000
        os.kill(os.getpid(), 9)

GridFSStorage(url={url!r}).save("7/a.bin", Killed(None))
"""


def test_the_owner_is_in_the_metadata(gridfs):
    gridfs.save("7/a.bin", ContentFile(b"x"))
    gridfs.save("presets/a.bin", ContentFile(b"x"))
    assert gridfs.owner("7/a.bin") == "7"
    assert gridfs.owner("presets/a.bin") == "presets"


def test_a_range_is_read_without_the_chunks_before_it(gridfs):
    gridfs.save("7/a.bin", ContentFile(b"a" * (255 * 1024) + b"b" * 100))
    gridfs._chunks.delete_many({"n": 0})
    with gridfs.open("7/a.bin") as file:
        file.seek(255 * 1024 + 10)
        assert file.read(20) == b"b" * 20


def test_a_writer_killed_in_the_middle_leaves_no_file_and_its_chunks_are_cleared(gridfs):
    writer = subprocess.run([sys.executable, "-c", WRITER.format(url=gridfs._url)], check=False, timeout=60)
    assert writer.returncode == -9
    assert not gridfs.exists("7/a.bin")
    half_written = ObjectId(gridfs._names.find_one({"_id": "7/a.bin"})["file"])
    assert gridfs._chunks.find_one({"files_id": half_written}) is not None
    assert gridfs.clear_abandoned(older_than=timedelta(hours=1)) == 0
    assert gridfs.clear_abandoned(older_than=timedelta(seconds=-1)) == 1
    assert gridfs._chunks.find_one({"files_id": half_written}) is None
    assert gridfs.save("7/a.bin", ContentFile(b"x")) == "7/a.bin"


def test_a_forked_process_makes_its_own_connection(gridfs):
    gridfs.save("7/a.bin", ContentFile(b"hello"))
    child = os.fork()
    if child == 0:
        right = gridfs.open("7/a.bin").read() == b"hello"
        os._exit(0 if right else 1)
    assert os.waitpid(child, 0)[1] == 0


def test_files_have_no_path(gridfs):
    with pytest.raises(NotImplementedError):
        gridfs.path("7/a.bin")


@pytest.mark.parametrize("ask", ["open", "exists", "size", "delete", "listdir"])
def test_a_server_that_does_not_answer_is_named_in_a_sentence(ask, monkeypatch):
    monkeypatch.setattr(gridfs_module, "CONNECT_TIMEOUT_MS", 50)
    away = GridFSStorage(url="mongodb://127.0.0.1:1/none")
    with pytest.raises(StorageAway, match="does not answer") as raised:
        getattr(away, ask)("7/a.bin")
    assert raised.value.status == 503


def test_a_server_that_goes_away_while_files_are_counted_is_named_too(monkeypatch):
    monkeypatch.setattr(gridfs_module, "CONNECT_TIMEOUT_MS", 50)
    away = GridFSStorage(url="mongodb://127.0.0.1:1/none")
    with pytest.raises(StorageAway):
        list(away.files_under("7"))
