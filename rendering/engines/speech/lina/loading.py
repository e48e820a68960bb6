"""The language model out of a released file."""

from typing import Any

import torch

from rendering.engines.neural import checkpoints, lean
from rendering.engines.neural.checkpoints import State
from rendering.engines.speech.lina.config import infer
from rendering.engines.speech.lina.model import LinaModel

ARTIFACT = "lina-169m"


def load(device: torch.device, artifact: str = ARTIFACT) -> LinaModel:
    """The model of an artifact, float32. Raises ModelMissingError, ModelCorruptError and CheckpointError."""
    return build(lean.state(artifact, extract), source=artifact).to(device)


def extract(checkpoint: Any, source: str) -> State:
    """The model's tensors: below "state_dict" with the prefix "model." (Lightning), below "model", or bare.

    What else there is, the optimizer's state and pickled objects, is left out. Raises CheckpointError for
    tensors of another model.
    """
    state = checkpoints.state_of(
        checkpoint, source=source, below=("state_dict", "model"), prefixes=("model.",)
    )
    build(state, source=source)
    return state


def build(state: State, *, source: str) -> LinaModel:
    """Raises CheckpointError, naming what is missing, unexpected or misshapen."""
    config = infer({name: tuple(tensor.shape) for name, tensor in state.items()}, source=source)
    with torch.device("meta"):
        model = LinaModel(config)
    checkpoints.fill(model, state, source=source)
    return model.float()
