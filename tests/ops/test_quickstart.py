"""The whole of `manage.py quickstart` as a stranger runs it, in a fresh data folder.

Only the presets are left out: they take a while, and tests/studio is about them.
"""

import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from tests.conftest import free_port

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = """
import django; django.setup()
from django.core.management import execute_from_command_line
from avatarlab.quickstart import setup
setup.seed = lambda say: None
import sys; execute_from_command_line(["manage.py", "quickstart", "--no-models", *sys.argv[1:]])
"""


@dataclass
class Quickstart:
    process: subprocess.Popen[str]
    port: int
    environment: dict[str, str]
    said: list[str]


def start(environment: dict[str, str], port: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, "--port", str(port)],
        cwd=ROOT,
        env={**environment, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


@pytest.fixture(scope="module")
def quickstart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Quickstart]:
    environment = {
        key: value for key, value in os.environ.items() if key not in ("REDIS_URL", "DATABASE_URL")
    }
    environment["AVATARLAB_DATA"] = str(tmp_path_factory.mktemp("instance"))
    port = free_port()
    process = start(environment, port)
    said = []
    for line in process.stdout:
        said.append(line)
        if "Avatar Lab is ready" in line:
            break
    yield Quickstart(process, port, environment, said)
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def test_it_prints_an_address_that_answers(quickstart):
    address = f"http://127.0.0.1:{quickstart.port}/"
    assert address in quickstart.said[-1], "".join(quickstart.said)
    with urllib.request.urlopen(address, timeout=20) as page:
        assert page.status == 200
        assert b"Avatar Lab" in page.read()


def test_static_files_are_served_hashed_and_compressed(quickstart):
    with urllib.request.urlopen(f"http://127.0.0.1:{quickstart.port}/", timeout=20) as page:
        html = page.read().decode()
    path = next(part for part in html.split('"') if part.startswith("/static/") and part.endswith(".css"))
    request = urllib.request.Request(
        f"http://127.0.0.1:{quickstart.port}{path}", headers={"Accept-Encoding": "gzip"}
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert "immutable" in answer.headers["Cache-Control"]


def test_a_second_start_is_told_that_it_runs(quickstart):
    second = start(quickstart.environment, free_port())
    said, _ = second.communicate(timeout=30)
    assert second.returncode == 1
    assert f"already running for this data folder (process {quickstart.process.pid}, quickstart)" in said


def test_another_instance_is_told_that_the_port_is_busy(quickstart, tmp_path):
    other = start({**quickstart.environment, "AVATARLAB_DATA": str(tmp_path)}, quickstart.port)
    said, _ = other.communicate(timeout=30)
    assert other.returncode == 1
    assert f"Port {quickstart.port} is used by another program" in said


def test_ctrl_c_leaves_no_process_behind(quickstart):
    family = psutil.Process(quickstart.process.pid).children(recursive=True)
    assert len(family) == 3, family
    quickstart.process.send_signal(signal.SIGINT)
    said, _ = quickstart.process.communicate(timeout=30)
    assert quickstart.process.returncode == 0, said
    assert "Stopping." in said
    assert not [child for child in family if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]


def test_a_data_folder_that_cannot_be_made_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    said = _refused({**os.environ, "AVATARLAB_DATA": str(tmp_path / "file" / "data")})
    assert said == (
        f"The data folder {tmp_path}/file/data cannot be written: Not a directory. "
        "Make room or give yourself the right to write there, or set AVATARLAB_DATA to another folder.\n"
    )


def test_a_data_folder_that_cannot_be_written_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "instance.lock").mkdir()
    said = _refused({**os.environ, "AVATARLAB_DATA": str(tmp_path)})
    assert said == f"CommandError: {tmp_path}/instance.lock cannot be written: Is a directory.\n"


def _refused(environment: dict[str, str]) -> str:
    command = [sys.executable, "manage.py", "quickstart", "--no-models"]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    return ended.stderr
