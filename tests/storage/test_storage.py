"""What both stores promise."""

import hashlib
import os
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile, File

LARGE = os.urandom(3 * 255 * 1024 + 17)
"""Several chunks and a rest."""


class CutOff(File):
    """A writer that dies in the middle of its file."""

    def chunks(self, chunk_size=None):
        yield b"x" * 600_000
        raise RuntimeError("cut off")


def test_what_was_saved_is_read_back(store):
    name = store.save("7/render/a.mp4", ContentFile(LARGE))
    assert name == "7/render/a.mp4"
    with store.open(name) as file:
        assert file.read() == LARGE


def test_an_empty_file_is_a_file(store):
    name = store.save("7/a.bin", ContentFile(b""))
    assert store.exists(name)
    assert store.size(name) == 0
    assert store.open(name).read() == b""


def test_size_is_that_of_the_content(store):
    assert store.size(store.save("7/a.bin", ContentFile(LARGE))) == len(LARGE)
    with store.open("7/a.bin") as file:
        assert file.size == len(LARGE)


@pytest.mark.parametrize("start", [0, 1, 255 * 1024 - 1, 255 * 1024, 700_000, len(LARGE) - 1, len(LARGE)])
def test_a_range_is_read_after_a_seek(store, start):
    store.save("7/a.bin", ContentFile(LARGE))
    with store.open("7/a.bin") as file:
        file.seek(start)
        assert file.read(1000) == LARGE[start : start + 1000]


def test_a_file_is_read_in_blocks(store):
    store.save("7/a.bin", ContentFile(LARGE))
    with store.open("7/a.bin") as file:
        assert b"".join(file.chunks(100_000)) == LARGE


def test_the_content_hash_is_known(store):
    store.save("7/a.bin", ContentFile(LARGE))
    assert store.sha256("7/a.bin") == hashlib.sha256(LARGE).hexdigest()


def test_a_second_file_of_a_name_gets_another_name(store):
    first = store.save("7/a.bin", ContentFile(b"first"))
    second = store.save("7/a.bin", ContentFile(b"second"))
    assert first != second
    assert store.open(first).read() == b"first"
    assert store.open(second).read() == b"second"


def test_writers_of_one_name_at_once_all_keep_their_bytes(store):
    names: dict[bytes, str] = {}
    started = threading.Barrier(4)

    def write(content: bytes) -> None:
        started.wait()
        names[content] = store._save("7/a.bin", ContentFile(content))

    contents = [bytes([letter]) * 300_000 for letter in b"abcd"]
    threads = [threading.Thread(target=write, args=(content,)) for content in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(names.values())) == 4
    for content, name in names.items():
        assert store.open(name).read() == content


def test_a_cut_in_the_middle_of_a_write_leaves_nothing_to_see(store):
    with pytest.raises(RuntimeError, match="cut off"):
        store.save("7/a.bin", CutOff(None))
    assert not store.exists("7/a.bin")
    assert store.listdir("7") == ([], [])
    assert store.clear_abandoned(older_than=timedelta(0)) == 0


def test_a_file_is_not_visible_before_it_is_whole(store):
    class Watched(ContentFile):
        def chunks(self, chunk_size=None):
            yield b"x" * 600_000
            assert not store.exists("7/a.bin")
            assert store.listdir("7") == ([], [])
            yield b"y"

    store.save("7/a.bin", Watched(b""))
    assert store.size("7/a.bin") == 600_001


def test_a_deleted_file_is_gone(store):
    name = store.save("7/render/a.bin", ContentFile(LARGE))
    store.delete(name)
    assert not store.exists(name)
    assert store.listdir("") == ([], [])
    with pytest.raises(FileNotFoundError):
        store.open(name)


def test_deleting_what_is_not_there_does_nothing(store):
    store.save("7/b.bin", ContentFile(b"b"))
    store.delete("7/a.bin")
    assert store.listdir("7") == ([], ["b.bin"])


@pytest.mark.parametrize("question", ["open", "size", "sha256", "get_modified_time"])
def test_asking_about_a_missing_file_says_so(store, question):
    with pytest.raises(FileNotFoundError):
        getattr(store, question)("7/none.bin")


def test_folders_and_files_are_listed(store):
    for name in ("7/a.bin", "7/render/b.bin", "7/render/c.bin", "8/d.bin", "77/e.bin"):
        store.save(name, ContentFile(b"x"))
    assert sorted(store.listdir("")[0]) == ["7", "77", "8"]
    folders, files = store.listdir("7")
    assert (folders, files) == (["render"], ["a.bin"])
    assert sorted(store.listdir("7/render")[1]) == ["b.bin", "c.bin"]


def test_a_folder_knows_its_files_and_their_sizes(store):
    for name, size in (("7/a.bin", 1), ("7/render/b/c.bin", 700_000), ("77/e.bin", 3), ("8/7/f.bin", 4)):
        store.save(name, ContentFile(b"x" * size))
    assert dict(store.files_under("7")) == {"7/a.bin": 1, "7/render/b/c.bin": 700_000}
    assert list(store.files_under("9")) == []


def test_the_time_of_writing_is_kept(store):
    store.save("7/a.bin", ContentFile(b"x"))
    assert abs(store.get_modified_time("7/a.bin") - datetime.now(UTC)) < timedelta(seconds=10)


@pytest.mark.parametrize("name", ["../a.bin", "7/../../a.bin", "/etc/a.bin"])
def test_a_name_outside_the_store_is_refused(store, name):
    with pytest.raises(SuspiciousFileOperation):
        store.save(name, ContentFile(b"x"))


def test_files_have_no_address_of_their_own(store):
    with pytest.raises(NotImplementedError):
        store.url("7/a.bin")
