"""Kokoro-82M (https://huggingface.co/hexgrad/Kokoro-82M) with 8-bit weights in ONNX Runtime: 54 voices.

The graph takes phoneme ids, a style vector that depends on the voice and the number of phonemes, and a speed.
"""

from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
import onnxruntime
from kokoro_onnx.tokenizer import Tokenizer
from numpy.typing import NDArray

from rendering.engines.catalogue.speech import KOKORO
from rendering.engines.errors import ScriptError
from rendering.engines.speech.base import Samples, Synthesis, Utterance, VoiceInfo
from rendering.engines.speech.english import EnglishReader, Reading, split_phonemes
from rendering.engines.speech.phonemes import spoken_words
from rendering.engines.speech.voices import KOKORO_VOICES
from rendering.engines.weights import locate

_ESPEAK_LANGUAGES = {"zh": "cmn"}
# espeak writes affricates and diphthongs as two letters, Kokoro was trained on one (misaki, espeak.py).
_SHORTHAND = {
    "tʃ": "ʧ",
    "dʒ": "ʤ",
    "ts": "ʦ",
    "dz": "ʣ",
    "tɕ": "ʨ",
    "dʑ": "ʥ",
    "aɪ": "I",
    "aʊ": "W",
    "eɪ": "A",
    "oʊ": "O",
    "ɔɪ": "Y",
}
_VOICES = {info.key: info for info in KOKORO_VOICES}


class KokoroEngine:
    """The `kokoro` engine. threads: of ONNX Runtime, for one sentence. Raises ModelMissingError at once."""

    name = "kokoro"
    version = KOKORO.version

    def __init__(self, *, threads: int = 2) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # Threads that spin while they wait take the processor from the encoder and the talking head beside
        # them: on a busy machine a sentence takes a third longer with spinning.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(
            str(locate("kokoro-int8")), options, providers=["CPUExecutionProvider"]
        )
        self._readers: dict[bool, EnglishReader] = {}

    def voices(self) -> tuple[VoiceInfo, ...]:
        return KOKORO_VOICES

    def synthesize(self, utterance: Utterance, voice: str, *, speed: float = 1.0) -> Synthesis:
        """See SpeechEngine. The language is the voice's own, whatever the utterance says."""
        if voice not in _VOICES:
            raise ValueError(f"Kokoro has no voice {voice!r}")
        style = _style(str(locate(f"kokoro-voice-{voice}")))
        reading = self._read(utterance.spoken, _VOICES[voice].language)
        parts = [self._speak(part, style, speed) for part in reading.parts]
        return Synthesis(np.concatenate(parts), reading.pronunciations)

    def _speak(self, phonemes: str, style: NDArray[np.float32], speed: float) -> Samples:
        ids = self._tokenizer.tokenize(phonemes)
        inputs = {
            "input_ids": np.array([[0, *ids, 0]], dtype=np.int64),
            "style": style[min(len(ids), len(style)) - 1],
            "speed": np.array([speed], dtype=np.float32),
        }
        (waveform,) = self._session.run(None, inputs)
        return np.asarray(waveform, dtype=np.float32).ravel()

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        return Tokenizer()

    def _read(self, text: str, language: str) -> Reading:
        if language.startswith("en"):
            british = language == "en-gb"
            if british not in self._readers:
                self._readers[british] = EnglishReader(british=british)
            return self._readers[british].read(text)
        return self._read_foreign(text, language)

    def _read_foreign(self, text: str, language: str) -> Reading:
        """Through espeak-ng, the phonemes Kokoro learned for all but English, Japanese and Chinese."""
        if language == "ja" and (kanji := [letter for letter in text if "\u4e00" <= letter <= "\u9fff"]):
            raise ScriptError(
                f"This voice reads hiragana and katakana only, not “{kanji[0]}”. Write the script in kana."
            )
        phonemes = self._phonemize(text, language)
        words = spoken_words(text)
        spoken = spoken_words(phonemes)
        if not spoken:
            raise ScriptError(
                f"This voice ({language}) cannot read “{text[:60]}”. Choose a voice of its language."
            )
        # espeak runs some words together ("tout le monde"); those are asked for one by one.
        alone = spoken if len(spoken) == len(words) else [self._phonemize(word, language) for word in words]
        return Reading(split_phonemes(phonemes), dict(zip(words, alone, strict=True)))

    def _phonemize(self, text: str, language: str) -> str:
        phonemes: str = self._tokenizer.phonemize(text, _ESPEAK_LANGUAGES.get(language, language))
        for letters, shorthand in _SHORTHAND.items():
            phonemes = phonemes.replace(letters, shorthand)
        return phonemes


@lru_cache(maxsize=8)
def _style(path: str) -> NDArray[np.float32]:
    """float32 [510, 1, 256]: one style vector per number of phonemes."""
    return np.frombuffer(Path(path).read_bytes(), dtype="<f4").reshape(-1, 1, 256)
