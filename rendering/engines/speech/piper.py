"""Piper (https://github.com/OHF-Voice/piper1-gpl): small voices of the VITS family (Kim et al. 2021).

The runtime is GPL-3.0, so it is installed only on demand; its one voice here, Joe, is in the public domain.
"""

import json
import re

import numpy as np
import onnxruntime
from piper import PiperVoice, SynthesisConfig
from piper.config import PiperConfig
from scipy.signal import resample_poly

from rendering.engines.catalogue.speech import PIPER
from rendering.engines.errors import ScriptError
from rendering.engines.speech.base import SAMPLE_RATE, Synthesis, Utterance, VoiceInfo
from rendering.engines.speech.phonemes import spoken_words
from rendering.engines.speech.voices import PIPER_VOICES
from rendering.engines.weights import locate

_SEED = 1
"""Of the noise that varies rhythm and sound; a fixed one makes equal text give equal samples."""
_LATIN = re.compile("[A-Za-zÀ-ɏ]")


class PiperEngine:
    """The `piper` engine. threads: of ONNX Runtime, for one sentence. Raises ModelMissingError at once."""

    name = "piper"
    version = PIPER.version

    def __init__(self, *, threads: int = 2) -> None:
        self._threads = threads
        self._model = str(locate("piper-joe"))
        config = PiperConfig.from_dict(json.loads(locate("piper-joe-config").read_text(encoding="utf-8")))
        self._voice = PiperVoice(session=self._seeded(), config=config)

    def voices(self) -> tuple[VoiceInfo, ...]:
        return PIPER_VOICES

    def synthesize(self, utterance: Utterance, voice: str, *, speed: float = 1.0) -> Synthesis:
        """See SpeechEngine. There is one voice; `voice` must be its key."""
        if voice not in {info.key for info in PIPER_VOICES}:
            raise ValueError(f"Piper has no voice {voice!r}")
        text = utterance.spoken
        if not _LATIN.search(text):
            raise ScriptError(f"An English voice cannot read “{text[:60]}”. Choose a voice of its language.")
        self._voice.session = self._seeded()
        config = self._voice.config
        chunks = self._voice.synthesize(text, SynthesisConfig(length_scale=config.length_scale / speed))
        waveform = np.concatenate([chunk.audio_float_array for chunk in chunks])
        samples = resample_poly(waveform, SAMPLE_RATE, config.sample_rate).astype(np.float32)
        return Synthesis(np.clip(samples, -1, 1), self._pronunciations(text))

    def _seeded(self) -> onnxruntime.InferenceSession:
        """The graph draws noise inside, from a generator that is seeded when a session begins and goes on
        from sentence to sentence; so each sentence has a session of its own. Unoptimised, it opens faster
        than an optimised one by more than the sentence then takes longer."""
        onnxruntime.set_seed(_SEED)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.inter_op_num_threads = 1
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        return onnxruntime.InferenceSession(self._model, options, providers=["CPUExecutionProvider"])

    def _pronunciations(self, text: str) -> dict[str, str]:
        words = spoken_words(text)
        sounds = spoken_words(self._ipa(text))
        # espeak runs some words together ("of the"); those are asked for one by one.
        if len(sounds) != len(words):
            sounds = tuple(self._ipa(word) for word in words)
        return dict(zip(words, sounds, strict=True))

    def _ipa(self, text: str) -> str:
        return " ".join("".join(phonemes) for phonemes in self._voice.phonemize(text))
