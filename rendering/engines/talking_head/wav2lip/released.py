"""Wav2Lip's released weights: a training's checkpoint each, of which the networks' tensors are wanted."""

from typing import Any, TypeVar

import torch
from torch import nn

from rendering.engines.neural import checkpoints, lean
from rendering.engines.neural.checkpoints import State

Network = TypeVar("Network", bound=nn.Module)


def load(kind: type[Network], artifact: str) -> Network:
    """The network with the weights of an artifact, on the CPU. Raises ModelMissingError, ModelCorruptError,
    CheckpointError."""
    with torch.device("meta"):
        network = kind()
    checkpoints.fill(network, lean.state(artifact, network_state), source=artifact)
    return network


def network_state(checkpoint: Any, source: str) -> State:
    """The network's tensors: below `state_dict`, beside the optimizer's; where the training ran on several
    GPUs, every name has the prefix of its wrapper. Raises CheckpointError."""
    return checkpoints.state_of(checkpoint, source=source, below=("state_dict",), prefixes=("module.",))
