"""The speech engines by name. Importing this loads no model and no ML library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rendering.engines.errors import EngineError, ModelCorruptError, ModelMissingError
from rendering.engines.speech.base import SpeechEngine, VoiceInfo
from rendering.engines.speech.voices import HIBARI_VOICES, KOKORO_VOICES
from rendering.engines.weights import locate

if TYPE_CHECKING:
    from rendering.engines.speech.hibari import HibariEngine
    from rendering.engines.speech.kokoro import KokoroEngine


def engine(name: str, *, threads: int = 2) -> SpeechEngine:
    """A fresh engine with its model loaded (0.3-0.5 s); keep it. threads: for one sentence.

    Raises ModelMissingError, and EngineError for a name that is not an engine.
    """
    return _engine_class(name)(threads=threads)


def version(name: str) -> str:
    """The version of an engine, without loading its model. Raises EngineError."""
    return _engine_class(name).version


def _engine_class(name: str) -> type[HibariEngine] | type[KokoroEngine]:
    """Importing an engine imports its ML library, hence as late as this."""
    if name == "hibari":
        from rendering.engines.speech.hibari import HibariEngine

        return HibariEngine
    if name == "kokoro":
        from rendering.engines.speech.kokoro import KokoroEngine

        return KokoroEngine
    raise EngineError(f"There is no speech engine called {name}. Choose hibari or kokoro.")


def all_voices() -> tuple[VoiceInfo, ...]:
    """Every voice of every engine, whether its model is here or not."""
    return HIBARI_VOICES + KOKORO_VOICES


def availability(voice: VoiceInfo) -> str | None:
    """None when the voice can speak, else what it lacks and the command that brings it."""
    lacking = []
    for name in voice.artifacts:
        try:
            locate(name)
        except (ModelMissingError, ModelCorruptError):
            lacking.append(name)
    if not lacking:
        return None
    names = " ".join(lacking)
    return f"needs {' and '.join(lacking)}: run python manage.py models pull {names}"
