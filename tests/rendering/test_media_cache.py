"""The worker's copies of stored media."""

import hashlib
import os
import time

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from rendering.engines.errors import MediaError
from rendering.media_cache import SPARED_S, MediaCache
from rendering.pipeline.spec import MediaRef


def stored(content: bytes, name: str = "1/avatar/face.png") -> MediaRef:
    return MediaRef(hashlib.sha256(content).hexdigest(), default_storage.save(name, ContentFile(content)))


def test_a_stored_file_becomes_a_local_one(tmp_path):
    path = MediaCache(tmp_path).local_path(stored(b"face"))
    assert path.read_bytes() == b"face"
    assert path.suffix == ".png"


def test_a_file_is_copied_once(tmp_path):
    ref, cache = stored(b"face"), MediaCache(tmp_path)
    path = cache.local_path(ref)
    default_storage.delete(ref.name)
    assert cache.local_path(ref) == path


def test_an_altered_file_is_refused_and_not_kept(tmp_path):
    ref = MediaRef(hashlib.sha256(b"face").hexdigest(), stored(b"another face").name)
    with pytest.raises(MediaError, match="altered"):
        MediaCache(tmp_path).local_path(ref)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_deleted_file_is_said_to_be_deleted(tmp_path):
    with pytest.raises(MediaError, match="deleted"):
        MediaCache(tmp_path).local_path(MediaRef("0" * 64, "1/avatar/none.png"))


def test_what_is_longest_unused_goes_first_and_what_is_in_use_stays(tmp_path):
    cache = MediaCache(tmp_path, limit=2500)
    paths = [cache.local_path(stored(bytes([number]) * 1000)) for number in range(3)]
    assert all(path.exists() for path in paths), "used just now"
    old = time.time() - SPARED_S - 100
    os.utime(paths[0], (old, old))
    os.utime(paths[1], (old + 50, old + 50))
    cache.local_path(stored(b"n" * 400))
    assert [path.exists() for path in paths] == [False, True, True]
