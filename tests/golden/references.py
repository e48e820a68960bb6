"""Reading the references and comparing with them."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

FOLDER = Path(__file__).parent
ONE_PASS = 2e-4
"""Largest difference after one pass through a network."""
SEVERAL_STEPS = 2e-3
"""The same after several steps of diffusion, and for values stored as float16."""


def load(name: str) -> dict[str, NDArray[Any]]:
    """The arrays of data/NAME.npz."""
    with np.load(FOLDER / "data" / f"{name}.npz") as stored:
        return dict(stored)


def keys(name: str) -> dict[str, tuple[int, ...]]:
    """Tensor names and shapes of keys/NAME.json."""
    listed = json.loads((FOLDER / "keys" / f"{name}.json").read_text())
    return {key: tuple(shape) for key, shape in listed["keys"].items()}


def shapes(module: nn.Module, prefix: str = "") -> dict[str, tuple[int, ...]]:
    """Tensor names and shapes of a module, for comparison with `keys`."""
    return {prefix + key: tuple(value.shape) for key, value in module.state_dict().items()}


def difference(result: Tensor, reference: NDArray[Any]) -> float:
    """The largest difference. Shapes must be equal."""
    expected = torch.from_numpy(np.asarray(reference, np.float64))
    assert tuple(result.shape) == tuple(expected.shape)
    return float((result.detach().cpu().double() - expected).abs().max())
