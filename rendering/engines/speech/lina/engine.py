"""The `lina` engine: sentences to sound, with a voice that was cloned, tuned, or made up by the model."""

import logging
import os
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import cast, get_args

import numpy as np
from torch import Tensor

from rendering.engines.catalogue.speech import LINA
from rendering.engines.errors import EngineError, ScriptError
from rendering.engines.neural import runtime as devices
from rendering.engines.neural.runtime import Runtime
from rendering.engines.speech.base import Samples, Synthesis, Utterance, VoiceInfo
from rendering.engines.speech.lina import loading, speakers, takes, voice
from rendering.engines.speech.lina.generation import Request, Take, generate, seed_of
from rendering.engines.speech.lina.projections import Precision, usual
from rendering.engines.speech.lina.speakers import Speaker
from rendering.engines.speech.lina.steps import LONGEST
from rendering.engines.speech.lina.text import Text, TextReader
from rendering.engines.speech.lina.voice import ClonedVoice, Voice
from rendering.engines.speech.lina.word_times import FRAMES_PER_SECOND, word_times
from rendering.engines.speech.tempo import change_tempo
from rendering.engines.speech.voices import LINA_VOICES
from rendering.engines.weights import locate

logger = logging.getLogger(__name__)

_SETTING = "AVATARLAB_LINA_PRECISION"
_MOST_ROWS = {"cpu": 16, "cuda": 64}
"""Takes that are decoded at once: memory, and on a processor time that grows with them."""
_TAKES = {"cpu": 2, "cuda": 4}
"""Of each sentence, the best of which is kept. They cost little beside the first."""
_SECONDS_PER_LETTER = 0.12
_SECONDS_MORE = 1.5
"""The longest that a sentence may take: twice as long as it usually does."""
_LONGEST = LONGEST - 8
"""Frames; a few steps more are needed where codebooks are late."""
_INTRODUCTION = "i am glad that you are here, and i would like to tell you a few things today."
"""What a voice that the model makes up says first. The sentence is then its reference for all others."""


class LinaEngine:
    """Sentences are decoded together where several are given at once. threads: of PyTorch, on a processor.

    precision: of the language model's weights, None for what AVATARLAB_LINA_PRECISION says (auto, full, half,
    int8). Raises ModelMissingError, ModelCorruptError, CheckpointError, and EngineUnavailableError for a
    precision that this machine has no kernels for.
    """

    name = "lina"
    version = LINA.version

    def __init__(self, *, threads: int = 2, precision: Precision | None = None) -> None:
        self._runtime = devices.choose(threads=threads)
        self._precision = precision or _precision(self._runtime)
        self._reader = TextReader(locate("lina-bpe"))
        self._speaker = lru_cache(maxsize=None)(self._load)
        self._made_up = lru_cache(maxsize=None)(self._make_up)
        self._speaker(loading.ARTIFACT)

    def voices(self) -> tuple[VoiceInfo, ...]:
        return LINA_VOICES

    def synthesize(
        self, utterance: Utterance, voice: str, *, speed: float = 1.0, reference: Path | None = None
    ) -> Synthesis:
        """See CloningEngine."""
        return self.synthesize_many([utterance], voice, speed=speed, reference=reference)[0]

    def synthesize_many(
        self,
        utterances: Sequence[Utterance],
        voice: str,
        *,
        speed: float = 1.0,
        reference: Path | None = None,
    ) -> tuple[Synthesis, ...]:
        """Speak several sentences, in order, in a fraction of the time they take one by one. See
        CloningEngine for the rest."""
        speaker = self._speaker(speakers.SMALL_E if voice == speakers.SMALL_E else loading.ARTIFACT)
        spoken = self._voice(speaker, voice, reference)
        before = spoken.transcript if isinstance(spoken, ClonedVoice) else ""
        texts = [self._reader.read(utterance.spoken, before) for utterance in utterances]
        chosen = self._decode(speaker, list(zip(utterances, texts, strict=True)), voice, spoken)
        return tuple(
            _sound(speaker, utterance, text, take, speed)
            for utterance, text, take in zip(utterances, texts, chosen, strict=True)
        )

    def _load(self, artifact: str) -> Speaker:
        return speakers.load(artifact, self._runtime, self._precision)

    def _voice(self, speaker: Speaker, key: str, reference: Path | None) -> Voice:
        if reference is not None:
            return voice.read(reference, speaker.model.config)
        if key not in {info.key for info in LINA_VOICES}:
            raise ValueError(f"Lina-Speech has no voice {key!r}")
        return self._made_up(speaker, key)

    def _make_up(self, speaker: Speaker, key: str) -> Voice:
        text = self._reader.read(_INTRODUCTION)
        seeds = tuple(seed_of(key, str(number)) for number in range(max(_TAKES.values())))
        request = Request(text.tokens, _limit(_INTRODUCTION), seeds)
        (made,) = generate(speaker.model, speaker.steps, [request])
        return ClonedVoice(made[takes.best(made)].codes, _INTRODUCTION)

    def _decode(
        self, speaker: Speaker, texts: list[tuple[Utterance, Text]], key: str, spoken: Voice
    ) -> Iterator[Take]:
        device = self._runtime.device.type
        number = _TAKES.get(device, 2)
        longest = speaker.model.config.longest_text
        requests = []
        for utterance, text in texts:
            if longest is not None and len(text.tokens) > longest:
                raise ScriptError(f"“{utterance.text[:60]}” is too long. Split it into shorter sentences.")
            seeds = tuple(seed_of(utterance.spoken, key, str(take)) for take in range(number))
            requests.append(Request(text.tokens, _limit(utterance.spoken), seeds, spoken))
        together = max(1, _MOST_ROWS.get(device, 16) // number)
        for first in range(0, len(requests), together):
            for made in generate(speaker.model, speaker.steps, requests[first : first + together]):
                yield made[takes.best(made)]


def _sound(speaker: Speaker, utterance: Utterance, text: Text, take: Take, speed: float) -> Synthesis:
    if not take.codes.shape[1]:
        raise ScriptError(
            f"Lina-Speech said nothing for “{utterance.text[:60]}”. Change the sentence a little."
        )
    if not take.stopped:
        logger.warning("Lina-Speech found no end for “%s”; it was cut.", utterance.text[:60])
    samples = _on_processor(speaker.codec.decode(take.codes))
    spans = word_times(take.attention.numpy(), text)
    words = tuple(span and (span[0] / speed, span[1] / speed) for span in spans)
    return Synthesis(change_tempo(samples, speed), words=words)


def _on_processor(decoded: Tensor) -> Samples:
    return cast(Samples, decoded[0].float().cpu().numpy().astype(np.float32, copy=False))


def _limit(spoken: str) -> int:
    """Frames."""
    seconds = _SECONDS_MORE + _SECONDS_PER_LETTER * len(spoken)
    return min(_LONGEST, round(seconds * FRAMES_PER_SECOND))


def _precision(runtime: Runtime) -> Precision:
    value = os.environ.get(_SETTING, "auto").strip().lower() or "auto"
    if value == "auto":
        return usual(runtime.device, half=runtime.half)
    if value not in get_args(Precision):
        raise EngineError(f"{_SETTING} is {value}. Choose one of auto, {', '.join(get_args(Precision))}.")
    return cast(Precision, value)
