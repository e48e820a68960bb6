"""The codec in use: codes to samples and back."""

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rendering.engines.errors import MediaError
from rendering.engines.neural import lean
from rendering.engines.neural.runtime import Runtime
from rendering.engines.speech.base import SAMPLE_RATE, Samples
from rendering.engines.speech.wavtokenizer import released, windows
from rendering.engines.speech.wavtokenizer.network import WavTokenizer

ARTIFACT = "wavtokenizer"
_FADE = 0.03
"""Seconds at either end of a clip, where the codec now and then makes a sound of its own."""


def load(runtime: Runtime) -> "Codec":
    """The codec of this machine. Raises ModelMissingError, ModelCorruptError or CheckpointError."""
    return Codec(released.network(lean.state(ARTIFACT, released.state_of), source=ARTIFACT), runtime)


class Codec:
    """codes: how many there are; hop: samples per code, at SAMPLE_RATE."""

    def __init__(self, network: WavTokenizer, runtime: Runtime) -> None:
        self._network = network.to(runtime.device)
        self._runtime = runtime
        self.codes = network.sizes.codes
        self.hop = network.sizes.hop

    def decode(self, codes: Tensor) -> Tensor:
        """codes: int64 [B, T], T at least 1, clips of one length. Samples float32 [B, hop T], faded at both
        ends, on the runtime's device. Raises ValueError for codes that do not exist."""
        if codes.ndim != 2 or not codes.numel():
            raise ValueError(f"codes are [B, T], not {list(codes.shape)}")
        if int(codes.min()) < 0 or int(codes.max()) >= self.codes:
            raise ValueError(f"codes are between 0 and {self.codes - 1}")
        with torch.inference_mode():
            samples = windows.decode(codes.to(self._runtime.device), self._decode_window, self.hop)
            return samples * _fades(samples.shape[1], samples.device)

    def encode(self, samples: Samples) -> NDArray[np.int64]:
        """samples: float32 [n] at SAMPLE_RATE, of up to some 30 s. Codes int64 [ceil(n / hop)]. In full
        precision always, for a recording's codes are kept. Raises MediaError when there is less than one
        reflected edge of sound."""
        shortest = self._network.encoder.shortest
        if len(samples) < shortest:
            raise MediaError(
                f"The recording lasts {len(samples) / SAMPLE_RATE:.2f} s. It takes at least "
                f"{math.ceil(100 * shortest / SAMPLE_RATE) / 100:.2f} s."
            )
        sound = torch.from_numpy(np.ascontiguousarray(samples, np.float32)).to(self._runtime.device)
        with torch.inference_mode():
            latents = self._network.encoder(sound[None, None])
            codes: NDArray[np.int64] = self._network.codebook.nearest(latents)[0].cpu().numpy()
        return codes

    def _decode_window(self, codes: Tensor) -> Tensor:
        half = self._runtime.half and self._runtime.on_cuda
        with torch.autocast(self._runtime.device.type, torch.float16, enabled=half):
            features = self._network.backbone(self._network.codebook.latents(codes))
        return self._network.head(features)


def _fades(length: int, device: torch.device) -> Tensor:
    """float32 [length]: 1, but for raised cosines at both ends."""
    reach = min(round(_FADE * SAMPLE_RATE), length // 2)
    rise = (1 - torch.cos(torch.linspace(0, math.pi, reach, device=device))) / 2
    return torch.cat([rise, torch.ones(length - 2 * reach, device=device), rise.flip(0)])
