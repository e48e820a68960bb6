"""The models folder: what is there is right, what is wrong is refused, named and fetched again."""

import hashlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rendering.engines.errors import DownloadError, ModelCorruptError, ModelMissingError
from rendering.engines.weights import STANDARD, fetch, locate, missing, stamps, store
from rendering.engines.weights.manifest import ARTIFACTS, PACKAGE_SIZES, Artifact
from rendering.engines.weights.sources import package_of
from tests.engines.model_server import ModelServer, serve

CONTENT = b"weights " * 50_000


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    """An empty models folder, and one model "tiny" whose only source is the server."""
    monkeypatch.setenv("AVATARLAB_MODELS", str(tmp_path / "models"))
    with serve({"/tiny.onnx": CONTENT}) as running:
        tiny = Artifact(
            name="tiny",
            filename="tiny.onnx",
            size=len(CONTENT),
            sha256=hashlib.sha256(CONTENT).hexdigest(),
            licence="MIT",
            sources=(f"{running.url}/tiny.onnx",),
        )
        monkeypatch.setitem(ARTIFACTS, "tiny", tiny)
        yield running


def test_a_missing_model_names_itself_and_the_command(server: ModelServer) -> None:
    with pytest.raises(ModelMissingError, match=r"tiny is not on this machine.*manage\.py models pull tiny"):
        locate("tiny")


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(ModelMissingError, match="No model is called nonsense"):
        locate("nonsense")


def test_a_fetched_model_can_be_located(server: ModelServer) -> None:
    assert fetch(["tiny"]) == ("tiny",)
    assert locate("tiny").read_bytes() == CONTENT


def test_nothing_is_fetched_twice(server: ModelServer) -> None:
    fetch(["tiny"])
    assert fetch(["tiny"]) == ()
    assert len(server.ranges) == 1


def test_a_truncated_model_is_refused_named_and_fetched_again(server: ModelServer) -> None:
    fetch(["tiny"])
    path = locate("tiny")
    path.write_bytes(CONTENT[:1000])
    with pytest.raises(ModelCorruptError, match=r"tiny\.onnx.*models pull tiny"):
        locate("tiny")
    assert fetch(["tiny"]) == ("tiny",)
    assert locate("tiny").read_bytes() == CONTENT


def test_an_altered_model_of_the_same_size_is_refused(server: ModelServer) -> None:
    fetch(["tiny"])
    path = locate("tiny")
    stat = path.stat()
    path.write_bytes(b"!" + CONTENT[1:])
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    with pytest.raises(ModelCorruptError):
        locate("tiny")


def test_the_checksum_is_not_computed_again_for_an_untouched_file(
    server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch(["tiny"])

    def read(path: Path) -> str:
        raise AssertionError(f"{path} was read again")

    monkeypatch.setattr(stamps, "sha256_of", read)
    locate("tiny")


def test_a_download_with_the_wrong_checksum_is_not_kept(server: ModelServer) -> None:
    server.files["/tiny.onnx"] = b"something else"
    with pytest.raises(DownloadError, match=r"tiny could not be fetched.*wrong checksum"):
        fetch(["tiny"])
    assert missing(["tiny"]) == ("tiny",)
    assert not list(store.folder().glob("tiny*"))


def test_the_next_source_is_tried_when_one_fails(
    server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny = ARTIFACTS["tiny"]
    monkeypatch.setitem(ARTIFACTS, "tiny", replace(tiny, sources=(f"{server.url}/gone", *tiny.sources)))
    fetch(["tiny"])
    assert locate("tiny").read_bytes() == CONTENT


def test_an_interrupted_fetch_is_continued(server: ModelServer) -> None:
    server.cut_after = 200_000
    with pytest.raises(DownloadError):
        fetch(["tiny"])
    fetch(["tiny"])
    assert locate("tiny").read_bytes() == CONTENT
    assert server.ranges[1] is not None


def test_a_leftover_of_another_version_does_not_spoil_the_fetch(server: ModelServer) -> None:
    store.folder().mkdir()
    (store.folder() / "tiny.onnx.part").write_bytes(b"older weights")
    fetch(["tiny"])
    assert locate("tiny").read_bytes() == CONTENT


def test_two_fetches_at_once_download_once(server: ModelServer) -> None:
    threads = [threading.Thread(target=fetch, args=(["tiny"],)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert locate("tiny").read_bytes() == CONTENT
    assert len(server.ranges) == 1


def test_a_full_disk_is_noticed_before_the_download(
    server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ARTIFACTS, "tiny", replace(ARTIFACTS["tiny"], size=1 << 60))
    with pytest.raises(DownloadError, match=r"Not enough disk space.*AVATARLAB_MODELS"):
        fetch(["tiny"])
    assert server.ranges == []


def test_progress_may_stop_a_fetch(server: ModelServer) -> None:
    def stop(transfer: store.Transfer) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(["tiny"], progress=stop)
    assert missing(["tiny"]) == ("tiny",)


def test_the_standard_models_are_here() -> None:
    assert missing(STANDARD) == (), "run python manage.py models pull"


def test_every_package_of_the_manifest_has_a_size() -> None:
    packages = {package_of(source) for model in ARTIFACTS.values() for source in model.sources} - {None}
    assert packages <= set(PACKAGE_SIZES)


def test_locating_models_loads_no_ml_library() -> None:
    program = (
        "import sys, rendering.engines.weights; print({'onnxruntime', 'numpy', 'cv2'} & set(sys.modules))"
    )
    output = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert output.stdout.strip() == "set()"
