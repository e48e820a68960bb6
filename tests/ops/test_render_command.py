"""`manage.py render` from a bare database to a file: upload, check, queue, worker, video."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from rendering.pipeline.probe import probe
from tests import pictures

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = """
import sys, django; django.setup()
from django.core.management import call_command, execute_from_command_line
from studio.models import Background, Voice
call_command("migrate", verbosity=0)
Voice.objects.get_or_create(slug="heart", name="Heart", engine="hibari", key="heart", gender="female")
Background.objects.get_or_create(slug="keep", name="As in the picture", kind="keep")
execute_from_command_line(["manage.py", "render", *sys.argv[1:]])
"""


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An instance without any service running, on SQLite and an embedded Redis."""
    ours = {name: value for name, value in os.environ.items() if name not in ("REDIS_URL", "DATABASE_URL")}
    folder = str(tmp_path_factory.mktemp("instance"))
    return {**ours, "AVATARLAB_DATA": folder, "AVATARLAB_THREADS": "2", "PYTHONPATH": str(ROOT)}


@pytest.fixture(scope="module")
def portrait(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pictures.save(pictures.astronaut(1024), tmp_path_factory.mktemp("pictures") / "astronaut.png")


def render(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", SCRIPT, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=180,
    )


def test_a_picture_and_a_sentence_become_a_video(environment, portrait, tmp_path):
    output = tmp_path / "out" / "hello.mp4"
    look = ["--avatar", str(portrait), "--voice", "heart", "--background", "navy", "--height", "480"]
    look += ["--expression", "friendly", "--intensity", "1.2", "--head", "portrait"]
    done = render(environment, "Hello there.", *look, "-o", str(output))
    assert done.returncode == 0, done.stderr
    assert "The face is small: it is " in done.stderr  # what the portrait could be better at is told
    found = probe(output)
    assert (found.width, found.height, found.video_codec, found.audio_codec) == (854, 480, "h264", "aac")
    assert 0.5 < found.duration < 5
    assert not found.silent


def test_a_picture_without_a_face_is_refused_in_plain_words(environment, tmp_path):
    cat = ROOT / "tests" / "data" / "chelsea.webp"
    done = render(environment, "Meow.", "--avatar", str(cat), "-o", str(tmp_path / "cat.mp4"))
    assert done.returncode == 1
    assert "CommandError: " in done.stderr
    assert "face" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["Hello.", "-o", "/dev/null/hello.mp4"], "/dev/null"),
        (["Hello.", "-o", "hello.webm"], "Name the output .mp4."),
        (["Hello.", "--voice", "hart", "-o", "hello.mp4"], "Did you mean Heart?"),
        (["-o", "hello.mp4"], "Say what the avatar should say"),
        (["--text-file", "/nowhere.txt", "-o", "hello.mp4"], "/nowhere.txt cannot be read as text"),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_rendered(environment, portrait, tmp_path, arguments, said):
    done = render(environment, "--avatar", str(portrait), *arguments)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_an_intensity_out_of_range_is_a_mistake_of_usage(environment, tmp_path):
    done = render(environment, "Hello.", "--intensity", "3", "-o", str(tmp_path / "hello.mp4"))
    assert done.returncode == 2
    assert "argument --intensity: 3 is not a number from 0 to 2" in done.stderr
