"""Bark (https://github.com/suno-ai/bark): speech as a language model makes it, through transformers.

Text becomes semantic tokens, those become the codes of EnCodec, and those sound. A speaker's prompt, the
tokens of a few seconds of speech, goes before every sentence, so that all are said by the same voice.
"""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor
from transformers import BarkModel

from rendering.engines.catalogue.speech import BARK
from rendering.engines.errors import CheckpointError, ScriptError
from rendering.engines.neural import pretrained
from rendering.engines.neural.runtime import choose
from rendering.engines.speech.base import SAMPLE_RATE, Samples, Synthesis, Utterance, VoiceInfo
from rendering.engines.speech.tempo import change_tempo
from rendering.engines.speech.voices import BARK_VOICES
from rendering.engines.text.split import at_most
from rendering.engines.weights import locate
from rendering.engines.weights.bark import speaker_artifact

TEXT_TOKENS = 256
"""Taken by the network at once."""
LONGEST = 160
"""Characters said at once: about 11 s of speech, while the network says 13 s at most."""
LONGEST_DENSE = 50
"""The same of Chinese, Japanese and Korean."""
_DENSE = ("ja", "ko", "zh")
_SEED = 1
"""Of the sampling; a fixed one makes equal text give equal samples on one machine."""
_FEWEST_TOKENS = 10
"""Semantic ones, 0.2 s: the network may want to say nothing, which the next one cannot continue."""
_PROMPTS = {"semantic_prompt": (1, 10_000), "coarse_prompt": (2, 1024), "fine_prompt": (2, 1024)}
"""Of each array of a speaker's prompt, how many dimensions it has, and below what its tokens are."""


class BarkEngine:
    """The `bark` engine. threads: of PyTorch on a processor. Raises ModelMissingError and CheckpointError."""

    name = "bark"
    version = BARK.version

    def __init__(self, *, threads: int = 2) -> None:
        self._runtime = choose(threads=threads)
        weights, *_ = (locate(name) for name in BARK.artifacts)
        half = self._runtime.half and self._runtime.on_cuda
        self._model = _load(weights, torch.float16 if half else torch.float32).to(self._runtime.device)
        self._tokenizer = Tokenizer.from_file(str(locate("bark-small-tokenizer")))

    def voices(self) -> tuple[VoiceInfo, ...]:
        return BARK_VOICES

    def synthesize(self, utterance: Utterance, voice: str, *, speed: float = 1.0) -> Synthesis:
        """See SpeechEngine. The network hears the language in the text and the voice; `speed` changes the
        tempo of what it said."""
        info = next((each for each in BARK_VOICES if each.key == voice), None)
        if info is None:
            raise ValueError(f"Bark has no voice {voice!r}")
        text = utterance.spoken
        if not any(character.isalnum() for character in text):
            raise ScriptError(f"There is nothing to say in “{text[:60]}”.")
        prompt = self._prompt(locate(speaker_artifact(voice)))
        longest = LONGEST_DENSE if info.language in _DENSE else LONGEST
        samples = np.concatenate([self._speak(part, prompt) for part in at_most(text, longest)])
        return Synthesis(change_tempo(samples, speed))

    def _speak(self, text: str, prompt: dict[str, Tensor]) -> Samples:
        ids = self._tokenizer.encode(text, add_special_tokens=False).ids[:TEXT_TOKENS]
        padding = [0] * (TEXT_TOKENS - len(ids))
        devices = [self._runtime.device] if self._runtime.on_cuda else []
        with torch.random.fork_rng(devices=devices):
            torch.manual_seed(_SEED)
            sound = self._model.generate(
                self._tensor([ids + padding]),
                history_prompt=prompt,
                attention_mask=self._tensor([[1] * len(ids) + padding]),
                semantic_min_new_tokens=_FEWEST_TOKENS,
            )
        return np.clip(sound[0].float().cpu().numpy(), -1, 1)

    def _prompt(self, path: Path) -> dict[str, Tensor]:
        return {name: self._tensor(array) for name, array in _read_prompt(path).items()}

    def _tensor(self, values: Any) -> Tensor:
        return torch.as_tensor(values, dtype=torch.int64, device=self._runtime.device)


def _load(weights: Path, precision: torch.dtype) -> Any:
    model = pretrained.load(BarkModel, weights, precision=precision)
    rate = model.config.codec_config.sampling_rate
    if rate != SAMPLE_RATE:
        raise CheckpointError(
            f"Bark's config.json says {rate} Hz instead of {SAMPLE_RATE}. Check that it is the right file."
        )
    return model


def _read_prompt(path: Path) -> dict[str, Any]:
    """A speaker's tokens: semantic [n], coarse [2, m], fine [8, m]."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            prompt = {name: stored[name] for name in _PROMPTS}
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise CheckpointError(
            f"{path.name} is no speaker's prompt of Bark: {error}. Fetch it again."
        ) from error
    for name, (dimensions, tokens) in _PROMPTS.items():
        array = prompt[name]
        if (
            array.ndim != dimensions
            or array.dtype.kind not in "iu"
            or not ((array >= 0) & (array < tokens)).all()
        ):
            raise CheckpointError(
                f"{path.name} is no speaker's prompt of Bark: its {name} is not one. Fetch it again."
            )
    return prompt
