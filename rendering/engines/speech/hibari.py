"""hibari: a small English voice (Kokoro's af_heart, distilled) that comes with its Python package.

Thirty times faster than real time on one core, so it serves previews and machines without model files.
"""

import numpy as np
from hibari import Hibari

from rendering.engines.catalogue.speech import HIBARI
from rendering.engines.speech.base import Samples, Synthesis, Utterance, VoiceInfo
from rendering.engines.speech.english import EnglishReader
from rendering.engines.speech.voices import HIBARI_VOICES

_SEED = 1
"""The voice adds breath noise; a fixed seed makes equal text give equal samples."""


class HibariEngine:
    """The `hibari` engine. threads: of ONNX Runtime."""

    name = "hibari"
    version = HIBARI.version

    def __init__(self, *, threads: int = 1) -> None:
        self._model = Hibari(threads=threads)
        self._reader = EnglishReader(british=False)

    def voices(self) -> tuple[VoiceInfo, ...]:
        return HIBARI_VOICES

    def synthesize(self, utterance: Utterance, voice: str, *, speed: float = 1.0) -> Synthesis:
        """See SpeechEngine. There is one voice; `voice` must be its key."""
        if voice not in {info.key for info in HIBARI_VOICES}:
            raise ValueError(f"hibari has no voice {voice!r}")
        reading = self._reader.read(utterance.spoken)
        parts = [self._model.from_phonemes(part, speed=speed, seed=_SEED) for part in reading.parts]
        return Synthesis(_joined(parts), reading.pronunciations)


def _joined(parts: list[Samples]) -> Samples:
    return np.concatenate(parts).astype(np.float32, copy=False)
