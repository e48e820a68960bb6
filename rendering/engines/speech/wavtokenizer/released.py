"""The authors' file: what of it the codec needs, its weight norm folded."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from rendering.engines.neural import checkpoints
from rendering.engines.neural.checkpoints import State
from rendering.engines.speech.wavtokenizer import sizes
from rendering.engines.speech.wavtokenizer.network import WavTokenizer

_KEPT = ("feature_extractor.", "backbone.", "head.")
_UNUSED = (
    "feature_extractor.encodec.decoder.",
    *(f"{sizes.CODEBOOK}{statistic}" for statistic in ("inited", "cluster_size", "embed_avg")),
)
"""EnCodec's own decoder, which this codec replaces, and the training statistics of the codebook."""


def state_of(checkpoint: Any, source: str) -> State:
    """The tensors of the codec by name, from a training checkpoint (with discriminators and optimizer) or
    from a copy that holds only these. source: the file's name, for messages.

    Raises CheckpointError when there are none.
    """
    state = checkpoints.state_of(checkpoint, source=source, below=("state_dict",))
    return fold_weight_norm(
        {
            name: tensor
            for name, tensor in state.items()
            if name.startswith(_KEPT) and not name.startswith(_UNUSED)
        }
    )


def fold_weight_norm(state: Mapping[str, Tensor]) -> State:
    """Weight norm as plain weights (Salimans and Kingma 2016): every pair `weight_g`, `weight_v` becomes
    `weight` = g v / ||v||, the norm over all dimensions but the first."""
    folded: State = {}
    for name, tensor in state.items():
        stem = name.removesuffix("_v")
        gain = state.get(f"{stem}_g")
        if name.endswith(".weight_v") and gain is not None:
            norm = tensor.flatten(1).norm(dim=1).view(gain.shape)
            folded[stem] = gain * tensor / norm
        elif not (name.endswith(".weight_g") and f"{name.removesuffix('_g')}_v" in state):
            folded[name] = tensor
    return folded


def network(state: State, *, source: str) -> WavTokenizer:
    """The codec with these tensors, on the CPU. Raises CheckpointError naming what is wrong with them."""
    with torch.device("meta"):
        built = WavTokenizer(sizes.of(state, source=source))
    checkpoints.fill(built, state, source=source)
    return built
