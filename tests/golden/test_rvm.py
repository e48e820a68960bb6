"""Robust Video Matting against the authors' code: key lists, alphas, foregrounds, states, segmentation."""

import pytest
import torch
from torch import Tensor

from rendering.bench.engines import formula
from rendering.engines.matting.rvm_torch.backbones import Variant
from rendering.engines.matting.rvm_torch.decoder import BLANK
from rendering.engines.matting.rvm_torch.network import MattingNetwork
from rendering.engines.matting.rvm_torch.weights import merge_normalisations
from tests.golden import references

VARIANTS: tuple[Variant, ...] = ("mobilenetv3", "resnet50")
CLIPS = {"full": (64, 96, 1.0), "ds": (96, 128, 0.5), "odd": (70, 90, 1.0)}
"""Height, width, ratio."""


@pytest.fixture(scope="module", params=VARIANTS)
def variant(request: pytest.FixtureRequest) -> Variant:
    return request.param


@pytest.fixture(scope="module")
def network(variant: Variant, device: torch.device) -> MattingNetwork:
    network = MattingNetwork(variant, segmentation=True)
    formula.fill(network)
    return network.to(device)


@pytest.fixture(params=CLIPS)
def clip(request: pytest.FixtureRequest) -> str:
    return request.param


def frames(clip: str, device: torch.device) -> Tensor:
    height, width, _ = CLIPS[clip]
    return formula.array(f"rvm.{clip}", (1, 3, 3, height, width), 0, 1).to(device)


def test_tensors_are_those_of_the_released_files(variant: Variant) -> None:
    with torch.device("meta"):
        network = MattingNetwork(variant, segmentation=True)
    assert references.shapes(network) == references.keys(f"rvm_{variant}")


@torch.inference_mode()
def test_alpha_foreground_and_memory(
    network: MattingNetwork, variant: Variant, clip: str, device: torch.device
) -> None:
    reference = references.load(f"rvm_{variant}")
    ratio = CLIPS[clip][2]
    matte = network(frames(clip, device), BLANK, ratio, refine=ratio != 1)
    assert references.difference(matte.alpha, reference[f"{clip}_pha"]) < references.ONE_PASS
    assert references.difference(matte.foreground, reference[f"{clip}_fgr"]) < references.SEVERAL_STEPS
    for number, state in enumerate(matte.states, 1):
        assert references.difference(state, reference[f"{clip}_r{number}"]) < references.SEVERAL_STEPS


@torch.inference_mode()
def test_segmentation(network: MattingNetwork, variant: Variant, clip: str, device: torch.device) -> None:
    logits = network.segment(frames(clip, device)[:, :1], BLANK, CLIPS[clip][2])
    reference = references.load(f"rvm_{variant}")[f"{clip}_seg"]
    assert references.difference(logits[:, 0], reference) < references.ONE_PASS


@torch.inference_mode()
def test_frame_by_frame_is_the_same_as_all_at_once(network: MattingNetwork, device: torch.device) -> None:
    clip = frames("ds", device)
    together = network(clip, BLANK, 0.5)
    states, alone = BLANK, []
    for number in range(clip.shape[1]):
        matte = network(clip[:, number : number + 1], states, 0.5)
        states = matte.states
        alone.append(matte.alpha)
    assert (torch.cat(alone, dim=1) - together.alpha).abs().max() < 1e-5


@torch.inference_mode()
def test_merged_normalisations_change_nothing(variant: Variant, device: torch.device) -> None:
    network = MattingNetwork(variant)
    formula.fill(network)
    network.to(device)
    clip = frames("ds", device)
    before = network(clip, BLANK, 0.5).alpha
    merge_normalisations(network)
    assert not any(isinstance(module, torch.nn.BatchNorm2d) for module in network.modules())
    assert (network(clip, BLANK, 0.5).alpha - before).abs().max() < references.ONE_PASS
