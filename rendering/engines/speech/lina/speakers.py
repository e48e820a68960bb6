"""A language model with its codec: the released one, or the beta of the Small-E paper."""

from dataclasses import dataclass
from typing import Protocol

from torch import Tensor

from rendering.engines.errors import CheckpointError
from rendering.engines.neural.runtime import Runtime
from rendering.engines.speech.lina import encodec, loading
from rendering.engines.speech.lina.fused import fuse
from rendering.engines.speech.lina.model import LinaModel
from rendering.engines.speech.lina.projections import Precision
from rendering.engines.speech.lina.steps import Steps
from rendering.engines.speech.wavtokenizer import codec as wavtokenizer

SMALL_E = "small-e"
"""The artifact of the beta, which has to be put in place by hand."""


class Decoder(Protocol):
    """What turns codes into sound. codes: how many a codebook has."""

    codes: int

    def decode(self, codes: Tensor) -> Tensor:
        """codes: int64 [codebooks, frames]. Samples float32 [1, 320 frames], 24 kHz."""
        ...


@dataclass(frozen=True)
class Speaker:
    """steps: of the model."""

    model: LinaModel
    steps: Steps
    codec: Decoder


def load(artifact: str, runtime: Runtime, precision: Precision) -> Speaker:
    """artifact: of the language model; its number of codebooks tells the codec it speaks for. Raises
    ModelMissingError, ModelCorruptError and CheckpointError."""
    model = loading.load(runtime.device, artifact)
    codec: Decoder = (wavtokenizer if model.config.codebooks == 1 else encodec).load(runtime)
    if codec.codes != model.config.codes:
        raise CheckpointError(
            f"{artifact} speaks in {model.config.codes} codes, its codec in {codec.codes}. One of the files "
            "is not the right one."
        )
    return Speaker(model, Steps(fuse(model, precision)), codec)
