"""The voices of a worker: speech engines and the aligner, loaded once and kept."""

from pathlib import Path

import numpy as np

from rendering.engines.speech import registry
from rendering.engines.speech.alignment import Aligner
from rendering.engines.speech.base import SAMPLE_RATE, Speech, SpeechEngine, SpokenWord, Utterance
from rendering.engines.speech.recording import cut, listen, read_recording
from rendering.engines.speech.speak import speak, speak_many
from rendering.engines.text.script import parse_script
from rendering.pipeline.audio import wav_bytes
from rendering.pipeline.spec import VoiceSpec

WARM_UP = Utterance("Hello.", (SpokenWord("Hello.", "hello."),))


class Narrator:
    """Speaks utterances with any voice; not thread-safe."""

    def __init__(self, *, threads: int) -> None:
        self._threads = threads
        self._engines: dict[str, SpeechEngine] = {}
        self._aligner: Aligner | None = None
        self._heard: tuple[tuple[str, tuple[SpokenWord, ...]], Speech] | None = None
        """The last recording, aligned as a whole: its parts are rendered one after another."""

    def warm_up(self, name: str) -> None:
        """Load an engine and the aligner, and speak a word with its first voice. Raises ModelMissingError."""
        engine = self._engine(name)
        first = engine.voices()[0]
        self.say(WARM_UP, VoiceSpec(name, first.key, first.language))

    def say(self, utterance: Utterance, voice: VoiceSpec, reference: Path | None = None) -> Speech:
        """One sentence. reference: the file of a cloned voice. Raises ModelMissingError, ScriptError, and
        MediaError for a bad file."""
        return speak(
            self._engine(voice.engine),
            utterance,
            voice.key,
            speed=voice.speed,
            pitch=voice.pitch,
            reference=reference,
            aligner=self._alignment(),
        )

    def quote(self, recording: Path, sha256: str, span: tuple[float, float], utterance: Utterance) -> Speech:
        """A part of a recording. utterance: its whole transcript, without words where there is none.

        Raises MediaError.
        """
        heard = (sha256, utterance.words)
        if self._heard is None or self._heard[0] != heard:
            samples = read_recording(recording)
            transcript = (utterance,) if utterance.words else None
            self._heard = heard, listen(samples, transcript, self._alignment())
        first, last = (round(second * SAMPLE_RATE) for second in span)
        return cut(self._heard[1], first, last)

    def preview(
        self, text: str, voice: VoiceSpec, lexicon: dict[str, str], reference: Path | None = None
    ) -> bytes:
        """A WAV file of the text. Raises as `say` does."""
        sentences = parse_script(text, language=voice.language, lexicon=lexicon)
        speeches = speak_many(
            self._engine(voice.engine),
            sentences,
            voice.key,
            speed=voice.speed,
            pitch=voice.pitch,
            reference=reference,
            aligner=self._alignment(),
        )
        return wav_bytes(np.concatenate([speech.samples for speech in speeches]), SAMPLE_RATE)

    def _engine(self, name: str) -> SpeechEngine:
        if name not in self._engines:
            self._engines[name] = registry.engine(name, threads=self._threads)
        return self._engines[name]

    def _alignment(self) -> Aligner:
        if self._aligner is None:
            self._aligner = Aligner()
        return self._aligner
