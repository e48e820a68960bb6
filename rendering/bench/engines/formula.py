"""Weights and inputs from a formula: the same numbers on every machine, without a file that holds them.

Element i of a tensor follows from the SHA-256 of the tensor's name and from i by SplitMix64 (Steele, Lea and
Flood 2014); the references in tests/golden were computed with weights made this way.
"""

import hashlib
import math
from collections.abc import Collection

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn


def uniform(key: str, count: int) -> NDArray[np.float64]:
    """`count` numbers in [-1, 1) that belong to `key`."""
    seed = np.uint64(int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "little"))
    with np.errstate(over="ignore"):
        z = seed + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(11)).astype(np.float64) * 2.0**-53 * 2 - 1


def weight(key: str, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """The tensor of that name: of matrices and kernels with unit gain, of norms close to doing nothing."""
    values = uniform(key, math.prod(shape)).reshape(shape)
    last = key.rsplit(".", 1)[-1]
    if last == "running_var":
        values = 1 + 0.2 * values
    elif last == "running_mean":
        values = 0.05 * values
    elif len(shape) <= 1:
        values = 1 + 0.1 * values if last == "weight" else 0.05 * values
    else:
        values = values * math.sqrt(3 / math.prod(shape[1:]))
    return np.asarray(values, np.float32)


@torch.no_grad()
def fill(module: nn.Module, *, keep: Collection[str] = (), prefix: str = "") -> None:
    """Give every tensor of the module, but those in `keep`, its formula's values; integers become 0.

    prefix: stands before the names in the formula, not in the module.
    """
    for name, tensor in module.state_dict().items():
        if name in keep:
            continue
        if torch.is_floating_point(tensor):
            tensor.copy_(torch.from_numpy(weight(prefix + name, tuple(tensor.shape))).to(tensor.dtype))
        else:
            tensor.zero_()
    module.requires_grad_(False)
    module.eval()


def array(name: str, shape: tuple[int, ...], low: float = -1.0, high: float = 1.0) -> Tensor:
    """An input, float32, between low and high."""
    values = uniform("input:" + name, math.prod(shape)).reshape(shape)
    return torch.from_numpy(((values + 1) / 2 * (high - low) + low).astype(np.float32))
