"""The speech engines by name. Importing this loads no model and no ML library."""

from __future__ import annotations

from typing import cast

from rendering.engines import catalogue
from rendering.engines.speech.base import SpeechEngine, VoiceInfo
from rendering.engines.speech.voices import (
    BARK_VOICES,
    GOOGLE_VOICES,
    HIBARI_VOICES,
    KOKORO_VOICES,
    LINA_VOICES,
    PIPER_VOICES,
)


def engine(name: str, *, threads: int = 2) -> SpeechEngine:
    """A fresh engine with its model loaded (the small ones in 0.3-0.5 s); keep it. threads: for one sentence.

    Raises ModelMissingError, EngineUnavailableError, and EngineError for a name that is not an engine.
    """
    return cast(SpeechEngine, catalogue.build(catalogue.card(name, "speech"), threads=threads))


def version(name: str) -> str:
    """The version of an engine, without loading its model. Raises EngineError."""
    return catalogue.card(name, "speech").version


def all_voices() -> tuple[VoiceInfo, ...]:
    """Every voice of every engine in the catalogue, whether its model is here or not."""
    voices = HIBARI_VOICES + KOKORO_VOICES + PIPER_VOICES + LINA_VOICES + BARK_VOICES + GOOGLE_VOICES
    return tuple(voice for voice in voices if voice.engine in catalogue.CARDS)


def availability(voice: VoiceInfo) -> str | None:
    """None when the voice can speak, else what is lacking and what brings it, in sentences."""
    engine = catalogue.card(voice.engine, "speech")
    return " ".join(catalogue.lacking(engine, also=voice.artifacts)) or None
