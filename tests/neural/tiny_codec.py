"""A codec like the released one in everything but size: a hundred thousand weights by formula."""

from pathlib import Path

import torch
from torch import Tensor, nn

from rendering.bench.engines import formula
from rendering.engines.speech.wavtokenizer.network import WavTokenizer
from rendering.engines.speech.wavtokenizer.sizes import Sizes

TINY = Sizes(
    strides=(2, 4, 5, 8),
    channels=2,
    latent=16,
    codes=64,
    lstm_layers=2,
    width=64,
    inner=96,
    blocks=1,
    conditions=4,
    fft=1280,
)


def network(sizes: Sizes = TINY) -> WavTokenizer:
    built = WavTokenizer(sizes)
    formula.fill(built, keep=("head.istft.window",))
    return built


def released(built: WavTokenizer) -> dict[str, Tensor]:
    """Its tensors as a training run leaves them: weight norm unfolded, with EnCodec's decoder, the statistics
    of the codebook and a discriminator."""
    state: dict[str, Tensor] = {}
    for name, tensor in built.state_dict().items():
        if name.endswith(".conv.conv.weight"):
            state[f"{name}_g"] = tensor.flatten(1).norm(dim=1).view(-1, 1, 1)
            state[f"{name}_v"] = 3 * tensor
        else:
            state[name] = tensor
    codebook = "feature_extractor.encodec.quantizer.vq.layers.0._codebook."
    state |= {
        f"{codebook}inited": torch.ones(1),
        f"{codebook}cluster_size": torch.ones(built.sizes.codes),
        f"{codebook}embed_avg": state[f"{codebook}embed"].clone(),
        "feature_extractor.encodec.decoder.model.0.conv.conv.bias": torch.zeros(3),
        "multiperioddisc.discriminators.0.convs.0.weight_v": torch.zeros(2, 1, 5, 1),
    }
    return state


class Trainer(nn.Module):
    """Of a class that no reader has: checkpoints of training frameworks hold such objects."""


def save(path: Path, sizes: Sizes = TINY) -> Path:
    """The released file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save(
        {
            "epoch": 1,
            "state_dict": released(network(sizes)),
            "optimizer_states": [{"state": {0: {"exp_avg": torch.zeros(4)}}}],
            "hyper_parameters": {"trainer": Trainer()},
        },
        path,
    )
    return path
