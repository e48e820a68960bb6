"""Wav2Lip's checkpoint in the form in which it was released, in full size: the network has no other."""

from pathlib import Path

import torch
from torch import Tensor

from rendering.bench.engines import formula
from rendering.engines.talking_head.wav2lip.network import Wav2Lip
from rendering.engines.weights.manifest import ARTIFACTS


def network() -> Wav2Lip:
    """With weights by formula: it paints patterns, no mouths."""
    generator = Wav2Lip()
    formula.fill(generator)
    return generator


def write(models: Path, generator: Wav2Lip) -> None:
    """The file that the engine needs, into a models folder."""
    save(models, {f"module.{name}": tensor for name, tensor in generator.state_dict().items()})


def save(models: Path, tensors: dict[str, Tensor]) -> None:
    """A checkpoint of these tensors, with what its training left beside them."""
    optimizer = {"state": {0: {"step": 5, "exp_avg": torch.zeros(3)}}, "param_groups": [{"lr": 1e-4}]}
    checkpoint = {"state_dict": tensors, "optimizer": optimizer, "global_step": 5, "global_epoch": 1}
    torch.save(checkpoint, models / ARTIFACTS["wav2lip-gan"].filename)
