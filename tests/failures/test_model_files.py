"""A model file that was cut or altered: refused, named with the command that helps, and fetched again."""

import dataclasses
import functools
import http.server
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from rendering.engines import weights
from rendering.engines.errors import DownloadError, ModelCorruptError
from rendering.engines.face.detector import FaceDetector
from rendering.engines.weights.manifest import ARTIFACTS

NAME = "blazeface-short"


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of a small model in a models folder of its own."""
    copy = tmp_path / "models" / ARTIFACTS[NAME].filename
    copy.parent.mkdir()
    shutil.copy(weights.locate(NAME), copy)
    monkeypatch.setenv("AVATARLAB_MODELS", str(copy.parent))
    return copy


@pytest.fixture
def source(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the model is fetched from: a server with the right file."""
    folder = tmp_path / "source"
    folder.mkdir()
    file = Path(shutil.copy(model, folder))
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/{file.name}"
    monkeypatch.setitem(ARTIFACTS, NAME, dataclasses.replace(ARTIFACTS[NAME], sources=(address,)))
    yield file
    server.shutdown()
    server.server_close()


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1000])


def alter(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("damage", [truncate, alter])
def test_a_damaged_model_is_refused_and_named_with_the_remedy(model, damage):
    damage(model)
    with pytest.raises(ModelCorruptError) as refused:
        FaceDetector()
    assert str(model) in str(refused.value)
    assert f"manage.py models pull {NAME}" in str(refused.value)


@pytest.mark.parametrize("damage", [truncate, alter])
def test_a_damaged_model_is_fetched_again(model, source, damage):
    damage(model)
    assert weights.fetch([NAME]) == (NAME,)
    assert model.read_bytes() == source.read_bytes()
    FaceDetector()


def test_a_whole_model_is_not_fetched_again(model, source):
    source.unlink()
    assert weights.fetch([NAME]) == ()


def test_a_source_with_other_bytes_is_refused_and_leaves_nothing(model, source):
    model.unlink()
    alter(source)
    with pytest.raises(DownloadError, match="wrong checksum"):
        weights.fetch([NAME])
    assert weights.missing([NAME]) == (NAME,)
    assert not list(model.parent.glob("*.part"))


@pytest.mark.django_db
def test_models_verify_names_the_damaged_file(model, capsys):
    alter(model)
    with pytest.raises(CommandError, match=f"models pull {NAME}"):
        call_command("models", "verify")
    assert NAME in capsys.readouterr().err
