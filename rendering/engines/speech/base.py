"""What every speech engine gives and what the rest of the pipeline may rely on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

SAMPLE_RATE = 24_000
"""Hz. Every engine's output is resampled to this rate before anything else sees it."""

Timing = Literal["aligned", "estimated"]
"""`aligned`: forced alignment of words and phones; `estimated`: from energy and spectrum."""


@dataclass(frozen=True)
class Word:
    """A word as the user wrote it ("$5", "Dr."), and when it is heard. Seconds."""

    text: str
    start: float
    end: float


@dataclass(frozen=True)
class Phone:
    """One phone: ARPAbet without stress ("AA", "M") or "SIL". Seconds."""

    label: str
    start: float
    end: float


@dataclass(frozen=True)
class Speech:
    """A spoken utterance.

    samples: float32 [n], mono, -1..1, at `SAMPLE_RATE`
    words, phones: in time order; phones cover the whole duration, pauses as "SIL"
    timing: how words and phones were found
    """

    samples: Samples
    words: tuple[Word, ...]
    phones: tuple[Phone, ...]
    timing: Timing

    @property
    def duration(self) -> float:
        """Seconds."""
        return len(self.samples) / SAMPLE_RATE


@dataclass(frozen=True)
class SpokenWord:
    """What a written word becomes in the mouth.

    written: as in the script; spoken: the normalised words it expands to ("five dollars"), maybe empty.
    """

    written: str
    spoken: str


@dataclass(frozen=True)
class Utterance:
    """One sentence of a script, ready to be spoken.

    text: as written (captions); words: written to spoken, in order; pause_after: silence in seconds that
    follows the sentence; language: BCP 47 primary tag plus region ("en-us").
    """

    text: str
    words: tuple[SpokenWord, ...]
    language: str = "en-us"
    pause_after: float = 0.35

    @property
    def spoken(self) -> str:
        """The normalised sentence given to the engine."""
        return " ".join(word.spoken for word in self.words if word.spoken)


@dataclass(frozen=True)
class VoiceInfo:
    """One voice of an engine. `key` is what `synthesize` takes."""

    engine: str
    key: str
    name: str
    language: str
    gender: Literal["female", "male"]
    licence: str
    artifacts: tuple[str, ...] = ()
    """Names in the weights manifest that must be on this machine."""
    note: str = ""
    """What a user should know before choosing it; usually empty."""


@dataclass(frozen=True)
class Synthesis:
    """Raw output of an engine.

    samples: at SAMPLE_RATE; pronunciations: the IPA it spoke for each word of `phonemes.spoken_words`, where
    it knows, so that names outside any dictionary can be aligned; words: start and end in seconds of each of
    the same words, None for one that it did not say, where it knows when it said them."""

    samples: Samples
    pronunciations: Mapping[str, str] = field(default_factory=dict)
    words: tuple[tuple[float, float] | None, ...] = ()


class SpeechEngine(Protocol):
    """Turns an utterance into samples. Instances keep their model warm; they are not thread-safe."""

    name: str
    version: str

    def voices(self) -> tuple[VoiceInfo, ...]:
        """Every voice this engine knows, fetched or not."""
        ...

    def synthesize(self, utterance: Utterance, voice: str, *, speed: float = 1.0) -> Synthesis:
        """Speak. speed: 0.5-2.0, 1 is the voice's own pace. Raises ModelMissingError, ScriptError."""
        ...


class CloningEngine(SpeechEngine, Protocol):
    """An engine that speaks like somebody. Its card says `clones`."""

    def synthesize(
        self, utterance: Utterance, voice: str, *, speed: float = 1.0, reference: Path | None = None
    ) -> Synthesis:
        """See SpeechEngine. reference: a file of the voice that the engine is to speak with, in place of the
        one that `voice` names. Raises MediaError when it is none."""
        ...


@runtime_checkable
class BatchEngine(Protocol):
    """An engine that speaks several sentences at once faster than one by one."""

    def synthesize_many(
        self,
        utterances: Sequence[Utterance],
        voice: str,
        *,
        speed: float = 1.0,
        reference: Path | None = None,
    ) -> tuple[Synthesis, ...]:
        """In order, each as `CloningEngine.synthesize` gives it."""
        ...
