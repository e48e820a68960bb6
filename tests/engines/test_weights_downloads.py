"""One model file over HTTP, from servers on good days and bad ones."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from rendering.engines.errors import DownloadError
from rendering.engines.weights import downloads
from tests.engines.model_server import ModelServer, serve

CONTENT = bytes(range(256)) * 2000


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with serve({"/model.onnx": CONTENT}) as running:
        yield running


@pytest.fixture
def hub(server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> ModelServer:
    """The server, as if it were the Hugging Face hub."""
    monkeypatch.setattr(downloads, "TOKEN_ORIGINS", {server.origin})
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    return server


def ignore(done: int, total: int) -> None:
    pass


def download(url: str, target: Path, *, checked_later: bool = True, limit: int = 1 << 30) -> str | None:
    return downloads.download(url, target, ignore, checked_later=checked_later, limit=limit)


def test_an_address_is_downloaded_with_progress(server: ModelServer, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    url = f"{server.url}/model.onnx"
    downloads.download(url, tmp_path / "part", lambda *moment: seen.append(moment), checked_later=True)
    assert (tmp_path / "part").read_bytes() == CONTENT
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert [path.name for path in tmp_path.iterdir()] == ["part"]


@pytest.mark.parametrize("checked_later", [True, False])
def test_a_cut_download_says_so_and_goes_on_where_it_stopped(
    checked_later: bool, server: ModelServer, tmp_path: Path
) -> None:
    server.cut_after = 300_000
    with pytest.raises(DownloadError, match=r"model\.onnx: the connection broke"):
        download(f"{server.url}/model.onnx", tmp_path / "part", checked_later=checked_later)
    kept = (tmp_path / "part").stat().st_size
    download(f"{server.url}/model.onnx", tmp_path / "part", checked_later=checked_later)
    assert (tmp_path / "part").read_bytes() == CONTENT
    assert 0 < kept <= 300_000
    assert server.ranges == [None, f"bytes={kept}-"]


def test_a_file_that_changed_after_the_cut_is_begun_anew(server: ModelServer, tmp_path: Path) -> None:
    server.cut_after = 300_000
    with pytest.raises(DownloadError):
        download(f"{server.url}/model.onnx", tmp_path / "part", checked_later=False)
    server.files["/model.onnx"] = CONTENT[::-1]
    download(f"{server.url}/model.onnx", tmp_path / "part", checked_later=False)
    assert (tmp_path / "part").read_bytes() == CONTENT[::-1]


def test_without_a_checksum_and_an_entity_tag_nothing_is_continued(
    server: ModelServer, tmp_path: Path
) -> None:
    server.tags = False
    server.cut_after = 300_000
    with pytest.raises(DownloadError):
        download(f"{server.url}/model.onnx", tmp_path / "part", checked_later=False)
    download(f"{server.url}/model.onnx", tmp_path / "part", checked_later=False)
    assert (tmp_path / "part").read_bytes() == CONTENT
    assert server.ranges == [None, None]


def test_a_part_that_is_whole_is_not_downloaded_again(server: ModelServer, tmp_path: Path) -> None:
    (tmp_path / "part").write_bytes(CONTENT)
    download(f"{server.url}/model.onnx", tmp_path / "part")
    assert (tmp_path / "part").read_bytes() == CONTENT
    assert server.ranges == [f"bytes={len(CONTENT)}-"]


def test_a_part_that_is_longer_than_the_file_is_begun_anew(server: ModelServer, tmp_path: Path) -> None:
    (tmp_path / "part").write_bytes(CONTENT + b"more")
    download(f"{server.url}/model.onnx", tmp_path / "part")
    assert (tmp_path / "part").read_bytes() == CONTENT


def test_another_part_than_asked_for_is_not_appended(server: ModelServer, tmp_path: Path) -> None:
    (tmp_path / "part").write_bytes(CONTENT[:1000])
    server.shift = 500
    with pytest.raises(DownloadError, match="another part of the file than asked for"):
        download(f"{server.url}/model.onnx", tmp_path / "part")
    assert not list(tmp_path.iterdir())


def test_a_missing_file_names_address_and_status(server: ModelServer, tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match=r"/gone\.onnx: the server answered 404 Not Found$"):
        download(f"{server.url}/gone.onnx", tmp_path / "part")


def test_an_unreachable_server_is_named(tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match="cannot be reached"):
        download("http://127.0.0.1:9/model.onnx", tmp_path / "part")


def in_a_second() -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=1), usegmt=True)


@pytest.mark.parametrize("status", [429, 502, 503])
def test_a_busy_server_is_asked_again(status: int, server: ModelServer, tmp_path: Path) -> None:
    server.busy = [(status, "0"), (status, in_a_second())]
    download(f"{server.url}/model.onnx", tmp_path / "part")
    assert (tmp_path / "part").read_bytes() == CONTENT
    assert len(server.ranges) == 3


def test_a_server_that_stays_busy_is_given_up(server: ModelServer, tmp_path: Path) -> None:
    server.busy = [(503, "0")] * 10
    with pytest.raises(DownloadError, match="the server answered 503"):
        download(f"{server.url}/model.onnx", tmp_path / "part")
    assert len(server.ranges) == 4


def test_a_server_that_asks_for_an_hour_is_not_waited_for(server: ModelServer, tmp_path: Path) -> None:
    server.busy = [(503, "3600")]
    with pytest.raises(DownloadError, match=r"the server answered 503 .*come back in 3600 s"):
        download(f"{server.url}/model.onnx", tmp_path / "part")


def test_waiting_can_be_stopped(server: ModelServer, tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    server.busy = [(503, "30")]
    with pytest.raises(KeyboardInterrupt):
        downloads.download(f"{server.url}/model.onnx", tmp_path / "part", stop, checked_later=True)


def test_a_server_that_falls_silent_is_left(
    server: ModelServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloads, "_TIMEOUT", (1, 0.05))
    server.trickle = 1000
    with pytest.raises(DownloadError, match=r"model\.onnx: the server sent nothing for"):
        download(f"{server.url}/model.onnx", tmp_path / "part")


def test_a_server_that_trickles_is_left(
    server: ModelServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloads, "_TIMEOUT", (1, 0.5))
    server.trickle = 10
    with pytest.raises(DownloadError, match=r"model\.onnx: it stalled, \d+ bytes came in \d+ s"):
        download(f"{server.url}/model.onnx", tmp_path / "part")


def test_a_slow_server_that_goes_on_is_borne_with(
    server: ModelServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloads, "_TIMEOUT", (1, 0.5))
    server.trickle = len(CONTENT) // 10
    download(f"{server.url}/model.onnx", tmp_path / "part")
    assert (tmp_path / "part").read_bytes() == CONTENT


def test_a_file_that_does_not_end_is_given_up(server: ModelServer, tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match=r"longer than the file can be \(100000 bytes\)"):
        download(f"{server.url}/model.onnx", tmp_path / "part", limit=100_000)
    assert not list(tmp_path.iterdir())


def test_the_hub_is_shown_the_token(hub: ModelServer, tmp_path: Path) -> None:
    download(f"{hub.url}/model.onnx", tmp_path / "part")
    assert hub.tokens == ["Bearer hf_secret"]


def test_nobody_else_is_shown_the_token(
    server: ModelServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    download(f"{server.url}/model.onnx", tmp_path / "part")
    assert server.tokens == [None]


def test_a_host_that_the_hub_redirects_to_is_not_shown_the_token(hub: ModelServer, tmp_path: Path) -> None:
    with serve({"/model.onnx": CONTENT}) as storage:
        hub.redirects["/model.onnx"] = f"{storage.url}/model.onnx"
        download(f"{hub.url}/model.onnx", tmp_path / "part")
    assert (tmp_path / "part").read_bytes() == CONTENT
    assert hub.tokens == ["Bearer hf_secret"]
    assert storage.tokens == [None]


def test_a_refusal_of_the_hub_tells_of_the_token(hub: ModelServer, tmp_path: Path) -> None:
    hub.busy = [(401, None)]
    with pytest.raises(DownloadError, match=r"answered 401 .*set HF_TOKEN"):
        download(f"{hub.url}/model.onnx", tmp_path / "part")


def test_the_checksum_that_the_hub_names_is_returned(hub: ModelServer, tmp_path: Path) -> None:
    named = hashlib.sha256(CONTENT).hexdigest()
    with serve({"/model.onnx": CONTENT}) as storage:
        hub.redirects["/model.onnx"] = f"{storage.url}/model.onnx"
        hub.named["/model.onnx"] = named
        assert download(f"{hub.url}/model.onnx", tmp_path / "part") == named


def test_others_can_name_what_they_want(server: ModelServer, tmp_path: Path) -> None:
    server.named["/model.onnx"] = "0" * 64
    assert download(f"{server.url}/model.onnx", tmp_path / "part") is None
