"""Files for which nobody published a checksum: the first one is trusted, loudly, and no other afterwards."""

import hashlib
import io
import json
import logging
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rendering.engines.errors import DownloadError, ModelCorruptError, ModelMissingError
from rendering.engines.weights import downloads, fetch, locate, missing, pins, store
from rendering.engines.weights.manifest import ARTIFACTS, Artifact
from tests.engines.model_server import ModelServer, serve


def checkpoint(content: bytes) -> bytes:
    """A zip archive, as checkpoints are."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("last/data.pkl", content)
    return buffer.getvalue()


FIRST = checkpoint(b"weights " * 10_000)
OTHER = checkpoint(b"babble! " * 10_000)
SUM = hashlib.sha256(FIRST).hexdigest()


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    """An empty models folder, and a model "codec" without a checksum, from the server."""
    monkeypatch.setenv("AVATARLAB_MODELS", str(tmp_path / "models"))
    with serve({"/codec.ckpt": FIRST}) as running:
        codec = Artifact(
            name="codec",
            filename="codec/medium.ckpt",
            size=100_000,
            sha256="",
            licence="MIT",
            sources=(f"{running.url}/codec.ckpt",),
            note="Not the file ending in _v2.",
        )
        monkeypatch.setitem(ARTIFACTS, "codec", codec)
        yield running


def place(content: bytes) -> Path:
    """Copied into the folder by hand."""
    path = store.folder() / "codec" / "medium.ckpt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def pinned() -> dict[str, dict[str, object]]:
    return json.loads((store.folder() / "pins.json").read_text())


def test_the_first_file_that_is_fetched_is_pinned(server: ModelServer) -> None:
    fetch(["codec"])
    assert pinned() == {"codec": {"sha256": SUM, "size": len(FIRST), "origin": f"{server.url}/codec.ckpt"}}
    assert locate("codec").read_bytes() == FIRST


def test_pinning_is_said_loudly(server: ModelServer, caplog: pytest.LogCaptureFixture) -> None:
    fetch(["codec"])
    (record,) = [record for record in caplog.records if "Nobody published a checksum" in record.message]
    assert record.levelno == logging.WARNING
    assert SUM in record.message
    assert "models pin codec" in record.message


def test_who_fetches_can_say_it_instead(server: ModelServer, caplog: pytest.LogCaptureFixture) -> None:
    heard: list[store.Fetched] = []
    fetch(["codec"], done=heard.append)
    assert [(one.artifact.name, one.pinned and one.pinned.sha256) for one in heard] == [("codec", SUM)]
    assert "Nobody published" not in caplog.text


def test_another_file_is_refused_afterwards(server: ModelServer) -> None:
    fetch(["codec"])
    place(OTHER)
    with pytest.raises(ModelCorruptError, match=r"medium\.ckpt.*_v2.*models pin codec --forget"):
        locate("codec")
    assert missing(["codec"]) == ("codec",)


def test_so_it_is_when_a_source_gives_it(server: ModelServer) -> None:
    fetch(["codec"])
    store.remove("codec")
    server.files["/codec.ckpt"] = OTHER
    with pytest.raises(DownloadError, match=r"wrong checksum.*_v2.*models pin codec --forget"):
        fetch(["codec"])
    assert missing(["codec"]) == ("codec",)


def test_a_forgotten_pin_lets_the_next_file_in(server: ModelServer) -> None:
    fetch(["codec"])
    server.files["/codec.ckpt"] = OTHER
    assert pins.forget("codec")
    store.remove("codec")
    fetch(["codec"])
    assert locate("codec").read_bytes() == OTHER


def test_a_file_copied_by_hand_is_pinned_when_it_is_first_used(
    server: ModelServer, caplog: pytest.LogCaptureFixture
) -> None:
    place(FIRST)
    assert store.statuses(["codec"])[0].state == "unpinned"
    assert missing(["codec"]) == ()
    locate("codec")
    assert pinned()["codec"]["sha256"] == SUM
    assert "Nobody published a checksum of codec" in caplog.text
    assert store.statuses(["codec"])[0].state == "present"


def test_in_a_folder_that_cannot_be_written_a_file_works_without_a_pin(
    server: ModelServer, caplog: pytest.LogCaptureFixture
) -> None:
    path = place(FIRST)
    # A folder where the pins' lock would be: permissions do not stop root.
    (store.folder() / ".pins.lock").mkdir()
    assert locate("codec") == path
    assert "could not be pinned" in caplog.text


def test_a_pin_set_by_hand_decides_before_the_first_file(server: ModelServer) -> None:
    pins.record({"codec": pins.Pin(hashlib.sha256(OTHER).hexdigest(), 0, "set by hand")})
    with pytest.raises(DownloadError, match="wrong checksum"):
        fetch(["codec"])
    server.files["/codec.ckpt"] = OTHER
    fetch(["codec"])
    assert locate("codec").read_bytes() == OTHER


def test_a_published_checksum_comes_before_a_pin(
    server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch(["codec"])
    published = replace(ARTIFACTS["codec"], sha256=hashlib.sha256(OTHER).hexdigest(), size=len(OTHER))
    monkeypatch.setitem(ARTIFACTS, "codec", published)
    assert missing(["codec"]) == ("codec",)


@pytest.mark.parametrize(
    "page", [b"<!doctype html><title>Sign in</title>", b"version https://git-lfs.github.com/spec/v1\n", b""]
)
def test_a_page_of_apology_is_not_pinned(page: bytes, server: ModelServer) -> None:
    server.files["/codec.ckpt"] = page
    with pytest.raises(DownloadError, match=r"codec\.ckpt: the file is (no \.ckpt file|empty)"):
        fetch(["codec"])
    assert not (store.folder() / "pins.json").exists()


def test_a_file_without_checksum_is_continued_after_a_cut(server: ModelServer) -> None:
    server.cut_after = 40_000
    with pytest.raises(DownloadError):
        fetch(["codec"])
    fetch(["codec"])
    assert locate("codec").read_bytes() == FIRST
    assert server.ranges[1] is not None


def test_a_checksum_that_the_hub_names_is_compared_before_anything_is_trusted(
    server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloads, "TOKEN_ORIGINS", {server.origin})
    server.named["/codec.ckpt"] = hashlib.sha256(OTHER).hexdigest()
    with pytest.raises(DownloadError, match="wrong checksum"):
        fetch(["codec"])
    server.named["/codec.ckpt"] = SUM
    fetch(["codec"])
    assert pinned()["codec"]["sha256"] == SUM


def test_pins_made_at_once_are_all_kept(server: ModelServer) -> None:
    threads = [
        threading.Thread(target=pins.record, args=({f"model-{number}": pins.Pin(SUM, 1, "test")},))
        for number in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(pinned()) == 20


@pytest.mark.parametrize(
    "damage", ["{", "[]", '{"codec": {"sha256": "abc", "size": 1, "origin": ""}}', '{"codec": "abc"}']
)
def test_damaged_pins_are_named_and_do_not_let_other_files_in(damage: str, server: ModelServer) -> None:
    fetch(["codec"])
    (store.folder() / "pins.json").write_text(damage)
    place(OTHER)
    assert missing(["codec"]) == ("codec",)
    for use in (locate, lambda name: fetch([name])):
        with pytest.raises(ModelCorruptError, match=r"pins\.json"):
            use("codec")


def test_a_file_fetched_by_hand_is_taken_and_pinned(server: ModelServer, tmp_path: Path) -> None:
    (tmp_path / "downloaded.ckpt").write_bytes(FIRST)
    brought = store.bring_in("codec", tmp_path / "downloaded.ckpt")
    assert brought.pinned
    assert brought.pinned.sha256 == SUM
    assert locate("codec").read_bytes() == FIRST
    assert (tmp_path / "downloaded.ckpt").exists()


def test_a_file_by_hand_must_be_the_pinned_one(server: ModelServer, tmp_path: Path) -> None:
    fetch(["codec"])
    (tmp_path / "medium_v2.ckpt").write_bytes(OTHER)
    with pytest.raises(ModelCorruptError, match=r"medium_v2\.ckpt is not codec: its sha256 is .*_v2"):
        store.bring_in("codec", tmp_path / "medium_v2.ckpt")
    assert locate("codec").read_bytes() == FIRST


def test_a_file_by_hand_must_be_of_its_kind(server: ModelServer, tmp_path: Path) -> None:
    (tmp_path / "page.ckpt").write_bytes(b"<html>")
    with pytest.raises(ModelCorruptError, match=r"page\.ckpt is not codec: the file is no \.ckpt file"):
        store.bring_in("codec", tmp_path / "page.ckpt")
    assert missing(["codec"]) == ("codec",)


def test_a_file_by_hand_must_be_there(server: ModelServer, tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError, match=r"gone\.ckpt cannot be copied: No such file"):
        store.bring_in("codec", tmp_path / "gone.ckpt")


def test_a_model_without_address_tells_how_it_comes(
    server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ARTIFACTS, "codec", replace(ARTIFACTS["codec"], sources=()))
    for attempt, error in ((locate, ModelMissingError), (lambda name: fetch([name]), DownloadError)):
        with pytest.raises(error, match=r"no public address.*models import codec FILE"):
            attempt("codec")


def test_a_mirror_is_asked_first(server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with serve({"/models/codec/medium.ckpt": FIRST}) as mirror:
        monkeypatch.setenv("AVATARLAB_MODELS_MIRROR", f"{mirror.url}/models/")
        fetch(["codec"])
    assert server.ranges == []
    assert pinned()["codec"]["origin"] == f"{mirror.url}/models/codec/medium.ckpt"


def test_what_a_mirror_lacks_comes_from_the_source(
    server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serve({}) as mirror:
        monkeypatch.setenv("AVATARLAB_MODELS_MIRROR", mirror.url)
        fetch(["codec"])
    assert len(mirror.ranges) == 1
    assert locate("codec").read_bytes() == FIRST


@pytest.mark.parametrize("mirror", ["/srv/models", "ftp://host/models", "https://me:secret@host/models"])
def test_a_mirror_that_is_no_address_is_refused(
    mirror: str, server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AVATARLAB_MODELS_MIRROR", mirror)
    with pytest.raises(DownloadError, match="AVATARLAB_MODELS_MIRROR must be an address") as refused:
        fetch(["codec"])
    assert "secret" not in str(refused.value)
