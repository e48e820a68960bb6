"""The network in PyTorch, as it learns. `export` writes what `portrait.heard_articulation` reads."""

import json
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from rendering.engines.talking_head.portrait.heard_articulation import EVENTS
from rendering.engines.talking_head.portrait.log_mel import FEATURES
from rendering.engines.talking_head.portrait.visemes import Viseme

WIDTH = 64
TAPS = 3
DILATIONS = (1, 2, 4, 6, 2)
"""Frames; with TAPS each they reach 16 frames (0.32 s) to either side: about two syllables."""
OUTPUTS = len(Viseme._fields) + len(EVENTS)


class ArticulationNetwork(nn.Module):
    """[batch, FEATURES, frames] to [batch, OUTPUTS, frames]: channels, then logits of events."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv1d(FEATURES, WIDTH, TAPS, padding=TAPS // 2)
        self.wide = nn.ModuleList(
            nn.Conv1d(WIDTH, WIDTH, TAPS, padding=dilation, dilation=dilation) for dilation in DILATIONS
        )
        self.point = nn.ModuleList(nn.Conv1d(WIDTH, WIDTH, 1) for _ in DILATIONS)
        self.hidden = nn.Conv1d(WIDTH, WIDTH, 1)
        self.out = nn.Conv1d(WIDTH, OUTPUTS, 1)
        for point in self.point:  # every block begins as nothing: deep stacks without normalisation train
            nn.init.zeros_(point.weight)

    def forward(self, heard: Tensor) -> Tensor:
        state = functional.relu(self.first(heard))
        for wide, point in zip(self.wide, self.point, strict=True):
            dropped = functional.dropout(functional.relu(wide(state)), 0.1, self.training)
            state = state + point(dropped)
        return self.out(functional.relu(self.hidden(state)))


def export(network: ArticulationNetwork, thresholds: dict[str, float], path: Path) -> None:
    """Weights as float16 [taps * inputs, outputs] and their layout."""
    blocks = [layer for pair in zip(network.wide, network.point, strict=True) for layer in pair]
    layers = [network.first, *blocks, network.hidden, network.out]
    layout = {
        "layers": [(layer.kernel_size[0], layer.dilation[0]) for layer in layers],
        "thresholds": thresholds,
    }
    arrays = {"layout": np.array(json.dumps(layout))}
    for index, layer in enumerate(layers):
        weight = layer.weight.detach().permute(2, 1, 0).reshape(-1, layer.out_channels)
        arrays[f"weight{index}"] = weight.numpy().astype(np.float16)
        arrays[f"bias{index}"] = layer.bias.detach().numpy().astype(np.float16)
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type]


def seed_everything(seed: int) -> None:
    """One thread and fixed seeds: the same corpus gives the same network on the same machine."""
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
