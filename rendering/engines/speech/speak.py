"""From an utterance to Speech: the engine's voice, trimmed, levelled, timed, followed by its pause."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np

from rendering.engines import catalogue
from rendering.engines.errors import EngineUnavailableError, ScriptError
from rendering.engines.speech import levels
from rendering.engines.speech.alignment import Aligner
from rendering.engines.speech.base import (
    SAMPLE_RATE,
    BatchEngine,
    CloningEngine,
    Phone,
    Speech,
    SpeechEngine,
    Synthesis,
    Utterance,
)
from rendering.engines.speech.timing import time_words

SPEEDS = (0.5, 2.0)
PITCHES = (-6.0, 6.0)
"""Semitones."""


def speak(
    engine: SpeechEngine,
    utterance: Utterance,
    voice: str,
    *,
    speed: float = 1.0,
    pitch: float = 0.0,
    reference: Path | None = None,
    aligner: Aligner,
) -> Speech:
    """Speak one sentence.

    speed: 0.5-2.0; pitch: semitones, -6..6, at unchanged pace; reference: a voice file, see `CloningEngine`.
    The result begins with LEAD_IN of silence and ends with the utterance's pause. Equal arguments give equal
    samples. Raises ScriptError when the voice cannot read the text, ModelMissingError, EngineUnavailableError
    when it cannot clone, MediaError for a bad voice file, and ValueError for a speed or pitch outside its
    range.
    """
    (speech,) = speak_many(
        engine,
        [utterance],
        voice,
        speed=speed,
        pitch=pitch,
        reference=reference,
        aligner=aligner,
    )
    return speech


def speak_many(
    engine: SpeechEngine,
    utterances: Sequence[Utterance],
    voice: str,
    *,
    speed: float = 1.0,
    pitch: float = 0.0,
    reference: Path | None = None,
    aligner: Aligner,
) -> tuple[Speech, ...]:
    """Speak several sentences, all at once where the engine can. See `speak`."""
    if not SPEEDS[0] <= speed <= SPEEDS[1]:
        raise ValueError(f"speed {speed} is outside {SPEEDS[0]}-{SPEEDS[1]}")
    if not PITCHES[0] <= pitch <= PITCHES[1]:
        raise ValueError(f"pitch {pitch} is outside {PITCHES[0]}-{PITCHES[1]} semitones")
    for utterance in utterances:
        if not utterance.spoken:
            raise ScriptError(f"There is nothing to say in “{utterance.text[:60]}”.")
    ratio = levels.pitch_ratio(pitch)
    syntheses = _syntheses(engine, utterances, voice, speed / ratio, reference)
    return tuple(
        _followed_by_silence(_timed(synthesis, utterance, ratio, aligner), utterance.pause_after)
        for synthesis, utterance in zip(syntheses, utterances, strict=True)
    )


def _syntheses(
    engine: SpeechEngine, utterances: Sequence[Utterance], voice: str, speed: float, reference: Path | None
) -> Iterable[Synthesis]:
    if reference is not None and not (card := catalogue.card(engine.name, "speech")).clones:
        raise EngineUnavailableError(f"{card.title} has voices of its own only. Choose one of them.")
    if len(utterances) > 1 and isinstance(engine, BatchEngine):
        return engine.synthesize_many(utterances, voice, speed=speed, reference=reference)
    if reference is None:
        return (engine.synthesize(utterance, voice, speed=speed) for utterance in utterances)
    cloning = cast(CloningEngine, engine)
    return (
        cloning.synthesize(utterance, voice, speed=speed, reference=reference) for utterance in utterances
    )


def _timed(synthesis: Synthesis, utterance: Utterance, ratio: float, aligner: Aligner) -> Speech:
    """ratio: by which its pitch is to be raised."""
    raised = levels.raise_pitch(synthesis.samples, ratio)
    earlier = levels.trimmed_seconds(raised)
    return time_words(
        levels.level(levels.trim(raised)),
        utterance.words,
        language=utterance.language,
        pronunciations=synthesis.pronunciations,
        known=[
            span and (max(0.0, span[0] / ratio - earlier), max(0.0, span[1] / ratio - earlier))
            for span in synthesis.words
        ],
        aligner=aligner,
    )


def _followed_by_silence(speech: Speech, seconds: float) -> Speech:
    samples = np.concatenate([speech.samples, levels.silence(seconds)])
    end = len(samples) / SAMPLE_RATE
    phones = list(speech.phones)
    if phones and phones[-1].label == "SIL":
        phones[-1] = Phone("SIL", phones[-1].start, end)
    elif end > speech.duration:
        phones.append(Phone("SIL", speech.duration, end))
    return replace(speech, samples=samples, phones=tuple(phones))
