"""What a HuBERT hears in speech: every hidden state, 50 times a second.

W.-N. Hsu et al., "HuBERT: self-supervised speech representation learning by masked prediction of hidden
units" (2021, arXiv:2106.07447), as transformers implements it.
"""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from transformers import HubertConfig, HubertModel

from rendering.engines.errors import CheckpointError
from rendering.engines.neural import checkpoints
from rendering.engines.speech.base import Samples
from rendering.engines.speech.levels import resampled

RATE = 16_000
"""Hz."""
WINDOW, OVERLAP = 1000, 100
"""Moments that are heard at once (20 s), and how many of them at either side only as context."""
STEADY = 1e-7
"""Added to the variance, as the model's own preparation of audio does."""
RELEASE = "chinese-hubert-large"
OLD_NAMES = {
    "encoder.pos_conv_embed.conv.weight_g": "encoder.pos_conv_embed.conv.parametrizations.weight.original0",
    "encoder.pos_conv_embed.conv.weight_v": "encoder.pos_conv_embed.conv.parametrizations.weight.original1",
}
"""How weight normalisation was named when the model was released."""
MASK = "masked_spec_embed"
"""Of its training."""


class Hearing:
    """A warm HuBERT. states: hidden states it gives, the input of its layers among them; size: of each."""

    def __init__(self, network: HubertModel, device: torch.device) -> None:
        self._network = network.to(device)
        self._device = device
        config = network.config
        self.states, self.size = config.num_hidden_layers + 1, config.hidden_size
        self._stride = math.prod(config.conv_stride)
        self._field = _receptive_field(config.conv_kernel, config.conv_stride)

    def hear(self, samples: Samples) -> Tensor:
        """float32 [hidden states, moments, size] on the device; the last moment is repeated once.

        samples: float32 [n] at 24 kHz. Long speech is heard in overlapping windows, so memory stays bounded.
        """
        wave = _prepared(samples, self._field)
        moments = (len(wave) - self._field) // self._stride + 1
        core = moments if moments <= WINDOW else WINDOW - 2 * OVERLAP
        heard = [
            self._window(wave, start, min(start + core, moments), moments)
            for start in range(0, moments, core)
        ]
        return torch.cat((*heard, heard[-1][:, -1:]), dim=1)

    def _window(self, wave: Samples, start: int, end: int, moments: int) -> Tensor:
        """Moments start..end-1, heard with some before and after."""
        first, last = max(0, start - OVERLAP), min(moments, end + OVERLAP)
        part = wave[first * self._stride : (last - 1) * self._stride + self._field]
        with torch.inference_mode():
            states = self._network(
                torch.from_numpy(part)[None].to(self._device), output_hidden_states=True
            ).hidden_states
        return torch.cat([state[:, start - first : end - first] for state in states])


def build(config: Path, checkpoint: object, *, source: str, states: int, size: int) -> HubertModel:
    """The HuBERT in a checkpoint of transformers. source: the checkpoint's name, for messages; states, size:
    hidden states and their size, which what listens to it was trained with. Raises CheckpointError."""
    described = _description(config)
    _check(described, config, states, size)
    # Nothing is masked in use, so the network needs no vector to mask with.
    described |= {"mask_time_prob": 0.0, "mask_feature_prob": 0.0, "apply_spec_augment": False}
    with torch.device("meta"):
        network = HubertModel(HubertConfig.from_dict(described))
    state = checkpoints.state_of(checkpoint, source=source, prefixes=("hubert.",))
    state = {OLD_NAMES.get(name, name): value.float() for name, value in state.items()}
    checkpoints.fill(network, state, source=source, unused=lambda name: name == MASK)
    return network


def _description(config: Path) -> dict[str, Any]:
    try:
        described = json.loads(config.read_text())
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{config.name} cannot be read: {error}. Fetch it again.") from error
    if not isinstance(described, dict) or described.get("model_type") != "hubert":
        raise CheckpointError(f"{config.name} does not describe a HuBERT. Fetch it again.")
    return described


def _check(described: dict[str, Any], config: Path, states: int, size: int) -> None:
    """Another HuBERT of the same size would run, and move the lips wrongly."""
    name = str(described.get("_name_or_path") or "").rstrip("/").rsplit("/", 1)[-1]
    layers, width = described.get("num_hidden_layers"), described.get("hidden_size")
    if layers == states - 1 and width == size and ("hubert" not in name or name == RELEASE):
        return
    raise CheckpointError(
        f"{config.name} describes another HuBERT ({name or 'without a name'}, {layers} layers of {width}). "
        f"DiffDub hears with {RELEASE} only, {states - 1} layers of {size}. "
        "Run: python manage.py models pull hubert-chinese-large hubert-chinese-large-config"
    )


def _prepared(samples: Samples, least: int) -> Samples:
    """At 16 kHz, zero mean, unit variance; silence follows speech too short to be heard."""
    wave = resampled(samples, RATE).astype(np.float64)
    if len(wave):
        wave = (wave - wave.mean()) / np.sqrt(wave.var() + STEADY)
    return np.asarray(np.pad(wave, (0, max(0, least - len(wave)))), np.float32)


def _receptive_field(kernels: list[int], strides: list[int]) -> int:
    """Samples that one moment is heard from."""
    field = 1
    for kernel, stride in zip(reversed(kernels), reversed(strides), strict=True):
        field = (field - 1) * stride + kernel
    return field
