"""What half precision changes, against the references: each network as its engine runs it in float16.

Differences are parts of the reference's largest value. float16 has three digits; what a network makes of the
rest is printed (`pytest -rP`), and bounded here.
"""

from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from rendering.bench.engines import formula
from rendering.engines.matting.rvm_torch.decoder import BLANK
from rendering.engines.matting.rvm_torch.engine import halve as halve_matting
from rendering.engines.matting.rvm_torch.network import MattingNetwork
from rendering.engines.talking_head.diffdub.blocks import halve
from rendering.engines.talking_head.wav2lip.network import Wav2Lip
from tests.golden import references
from tests.golden.test_diffdub import renderer_of

BOUND = 3e-2


def changed(what: str, result: Tensor, reference: NDArray[Any]) -> float:
    """The largest difference as a part of the largest value."""
    part = references.difference(result, reference) / float(np.abs(reference).max())
    print(f"{what} in half precision differs by {part:.2g} of the largest value")
    return part


@torch.inference_mode()
@pytest.mark.parametrize("variant", ["mobilenetv3", "resnet50"])
def test_mattes(variant: Any, device: torch.device) -> None:
    network = MattingNetwork(variant)
    formula.fill(network)
    halve_matting(network)
    network.to(device)
    frames = formula.array("rvm.ds", (1, 3, 3, 96, 128), 0, 1).to(device)
    matte = network(frames.to(network.project_mat.conv.weight.dtype), BLANK, 0.5)
    assert (
        changed(f"alpha of {variant}", matte.alpha.float(), references.load(f"rvm_{variant}")["ds_pha"])
        < BOUND
    )


@torch.inference_mode()
def test_mouths_of_wav2lip(device: torch.device) -> None:
    network = Wav2Lip()
    formula.fill(network)
    network.to(device, torch.float16)
    heard = formula.array("wav2lip.mel", (2, 1, 80, 16), -4, 4)[:1].to(device, torch.float16)
    faces = formula.array("wav2lip.face", (2, 6, 96, 96), 0, 1)[:1].to(device, torch.float16)
    drawn = network(heard, faces).float()
    assert changed("Wav2Lip", drawn, references.load("wav2lip")["out"][:1]) < BOUND


@torch.inference_mode()
def test_noise_of_diffdub(device: torch.device) -> None:
    expected = references.load("diffdub_renderer_tiny")
    renderer = renderer_of("diffdub_renderer_tiny", device)
    halve(renderer)
    shape = (2, 3, 64, 64)
    latents = renderer.encode(formula.array("diffdub.tiny.lip", shape).to(device))
    noise = formula.array("diffdub.tiny.xT", shape, -1.7, 1.7).to(device)
    shown = formula.array("diffdub.tiny.x_ref", shape).to(device)
    steps = torch.tensor([500, 20], device=device)
    assert changed("the noise of DiffDub", renderer(noise, shown, steps, latents), expected["eps"]) < BOUND
