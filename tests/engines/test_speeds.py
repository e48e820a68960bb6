"""What the benchmark keeps of an engine's speed on this machine."""

import json
from pathlib import Path

import pytest

from rendering.engines.catalogue import speeds
from rendering.engines.catalogue.speeds import Speed

FAST = Speed(what="one sentence", factor=0.5, machine="2 cores", date="2026-11-26")


@pytest.fixture(autouse=True)
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AVATARLAB_MODELS", str(tmp_path / "models"))
    return tmp_path / "models"


def test_what_was_never_measured_is_not_there() -> None:
    assert speeds.read() == {}


def test_a_measurement_is_kept_beside_those_of_other_engines() -> None:
    slow = Speed(what="a frame", factor=None, machine="2 cores", date="2026-11-26")
    speeds.write("kokoro", FAST)
    speeds.write("diffdub", slow)
    assert speeds.read() == {"kokoro": FAST, "diffdub": slow}


def test_a_newer_measurement_takes_the_place_of_the_older() -> None:
    speeds.write("kokoro", FAST)
    newer = Speed(what="one sentence", factor=0.25, machine="2 cores", date="2026-11-27")
    speeds.write("kokoro", newer)
    assert speeds.read() == {"kokoro": newer}


@pytest.mark.parametrize("content", [b"", b"[1]", b"\xff", b'{"kokoro": 1}', b'{"kokoro": {"factor": "1"}}'])
def test_a_file_that_makes_no_sense_tells_nothing(models: Path, content: bytes) -> None:
    models.mkdir()
    (models / speeds.FILE).write_bytes(content)
    assert speeds.read() == {}


@pytest.mark.parametrize("factor", ["NaN", "-1", "0", '"0.5"', "true"])
def test_a_factor_that_is_none_is_left_out(models: Path, factor: str) -> None:
    models.mkdir()
    entry = json.dumps({"what": "x", "factor": None, "machine": "y", "date": "z"}).replace("null", factor)
    (models / speeds.FILE).write_text(f'{{"kokoro": {entry}}}')
    assert speeds.read() == {}
