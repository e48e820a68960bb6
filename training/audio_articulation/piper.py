"""A Piper voice through ONNX Runtime: a synthesiser that shares nothing with Kokoro, to measure with.

Input of the graph after https://github.com/rhasspy/piper: ids of espeak's phonemes with a blank between.
"""

import json
import unicodedata
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnxruntime
from kokoro_onnx.tokenizer import Tokenizer
from scipy.signal import resample_poly

from rendering.engines.speech.base import SAMPLE_RATE, Synthesis, Utterance, VoiceInfo
from rendering.engines.speech.phonemes import spoken_words

_PEAK = 0.9


class PiperVoice:
    """One voice as a `SpeechEngine`. model: its .onnx file, beside which the .onnx.json lies."""

    name = "piper"
    version = "1"

    def __init__(self, model: Path) -> None:
        self._settings = json.loads(model.with_suffix(".onnx.json").read_text())
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        self._tokenizer = Tokenizer()

    def voices(self) -> tuple[VoiceInfo, ...]:
        return (VoiceInfo("piper", "joe", "Joe", "en-us", "male", "CC0-1.0"),)

    def synthesize(
        self,
        utterance: Utterance,
        voice: str,
        *,
        speed: float = 1.0,
        lexicon: Mapping[str, str] | None = None,
    ) -> Synthesis:
        """See SpeechEngine. Pronunciations are left to the aligner's dictionary. `lexicon` is not used."""
        phonemes = unicodedata.normalize("NFD", self._tokenizer.phonemize(utterance.spoken, "en-us"))
        table: dict[str, list[int]] = self._settings["phoneme_id_map"]
        ids = list(table["^"])
        for phoneme in phonemes:
            ids += [*table["_"], *table.get(phoneme, [])]
        ids += [*table["_"], *table["$"]]
        noise, length, duration_noise = (
            self._settings["inference"][name] for name in ("noise_scale", "length_scale", "noise_w")
        )
        (waveform,) = self._session.run(
            None,
            {
                "input": np.array([ids], dtype=np.int64),
                "input_lengths": np.array([len(ids)], dtype=np.int64),
                "scales": np.array([noise, length / speed, duration_noise], dtype=np.float32),
            },
        )
        waveform = waveform.ravel() * (_PEAK / np.abs(waveform).max())
        rate = self._settings["audio"]["sample_rate"]
        samples = resample_poly(waveform, SAMPLE_RATE, rate).astype(np.float32)
        words = spoken_words(utterance.spoken)
        return Synthesis(samples, dict.fromkeys(words, ""))
