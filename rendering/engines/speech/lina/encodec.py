"""EnCodec at 24 kHz (Défossez and others 2022, arXiv 2210.13438), the codec of Small-E."""

import torch
from torch import Tensor
from transformers import EncodecModel

from rendering.engines.neural import pretrained
from rendering.engines.neural.runtime import Runtime
from rendering.engines.weights import locate

ARTIFACTS = ("encodec-24khz", "encodec-24khz-config")


def load(runtime: Runtime) -> "EnCodec":
    """Raises ModelMissingError, ModelCorruptError and CheckpointError."""
    weights, _ = (locate(name) for name in ARTIFACTS)
    return EnCodec(pretrained.load(EncodecModel, weights).to(runtime.device))


class EnCodec:
    """codes: how many a codebook has. Decodes in float32."""

    def __init__(self, network: EncodecModel) -> None:
        self._network = network
        self.codes: int = network.config.codebook_size

    def decode(self, codes: Tensor) -> Tensor:
        """codes: int64 [codebooks, frames]. Samples float32 [1, 320 frames], 24 kHz."""
        with torch.inference_mode():
            sound = self._network.decode(codes[None, None].to(self._network.device), [None]).audio_values
            return sound[:, 0]
