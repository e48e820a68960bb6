"""Engines that several test modules speak through, loaded once."""

import pytest

from rendering.engines.speech.alignment import Aligner
from rendering.engines.speech.base import SpeechEngine
from rendering.engines.speech.registry import engine


@pytest.fixture(scope="session")
def aligner() -> Aligner:
    return Aligner()


@pytest.fixture(scope="session")
def hibari() -> SpeechEngine:
    return engine("hibari", threads=1)


@pytest.fixture(scope="session")
def kokoro() -> SpeechEngine:
    return engine("kokoro", threads=1)


@pytest.fixture(autouse=True)
def no_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no database here: `manage.py models` finds no rows to bring up to date."""
    monkeypatch.setattr("rendering.engine_rows.refresh_if_set_up", lambda: False)
