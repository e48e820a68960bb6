"""An instance with every engine: one worker in a process of its own makes all the videos here."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen

import pytest

import studio.presets
from rendering import engine_rows
from rendering.engines.weights.manifest import ARTIFACTS
from studio.models import Avatar
from studio.seeding.voices import seed_voices
from tests import factories, recordings
from tests.end_to_end import models_folder
from tests.end_to_end.visitor import Visitor
from tests.engines import google_server
from tests.engines.google_server import GoogleServer
from tests.rendering.processes import worker

PORTRAIT = Path(studio.presets.__path__[0]) / "avatars" / "amara.webp"
KNOW_TOKENIZER = """
from dataclasses import replace
from rendering.engines.weights.manifest import ARTIFACTS
ARTIFACTS["lina-bpe"] = replace(ARTIFACTS["lina-bpe"], size={size}, sha256={sha256!r})
"""


@dataclass(frozen=True)
class Instance:
    """google: what stands in for Google's service; worker: its process."""

    google: GoogleServer
    worker: Popen


@pytest.fixture(scope="package")
def instance(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None) -> Iterator[Instance]:
    folder = tmp_path_factory.mktemp("models")
    tokenizer = models_folder.write(folder)
    key = google_server.write_key(tmp_path_factory.mktemp("google") / "key.json")
    with (
        google_server.serve(lambda text: recordings.murmur(0.6)) as google,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setitem(ARTIFACTS, tokenizer.name, tokenizer)
        for name, value in {
            "AVATARLAB_MODELS": folder,
            "AVATARLAB_DEVICE": "cpu",
            "AVATARLAB_MATTING": "rvm-torch",
            "AVATARLAB_GOOGLE_TTS_ENDPOINT": google.url,
            "GOOGLE_APPLICATION_CREDENTIALS": key,
        }.items():
            patch.setenv(name, str(value))
        prepare = KNOW_TOKENIZER.format(size=tokenizer.size, sha256=tokenizer.sha256)
        with worker(real=True, prepare=prepare) as process:
            yield Instance(google, process)


@pytest.fixture
def visitor(transactional_db: None, instance: Instance) -> Visitor:
    """Somebody who has just signed in, to a studio that knows its engines and voices."""
    seed_voices(lambda line: None)
    engine_rows.refresh()
    return Visitor(factories.user())


@pytest.fixture(scope="package")
def uploads() -> list[Avatar]:
    """Rows of portraits that were uploaded and checked; their files stay."""
    return []


@pytest.fixture
def avatar(visitor: Visitor, uploads: list[Avatar]) -> str:
    """The id of a portrait that the visitor uploaded. The check takes seconds: it is made for the first test,
    the others find its row again."""
    if uploads:
        [row] = uploads
        row.owner = visitor.user
        row.save(force_insert=True)
    else:
        checked = visitor.upload_avatar(PORTRAIT.read_bytes(), PORTRAIT.name)
        assert checked["state"] == "ready", checked["problem"]
        uploads.append(Avatar.objects.get(pk=checked["id"]))
    return str(uploads[0].pk)
