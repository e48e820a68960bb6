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
