"""DiffDub against its authors' code: tensors by name and shape, and numbers."""

import json

import numpy as np
import pytest
import torch
from torch import Tensor

from rendering.bench.engines import formula
from rendering.engines.talking_head.diffdub import ddim
from rendering.engines.talking_head.diffdub.layout import RendererLayout
from rendering.engines.talking_head.diffdub.motion import PREFIX, Motion
from rendering.engines.talking_head.diffdub.renderer import Renderer
from tests.golden import references


def empty_state(listed: dict[str, tuple[int, ...]]) -> dict[str, Tensor]:
    return {name: torch.empty(shape, device="meta") for name, shape in listed.items()}


def renderer_of(name: str, device: torch.device) -> Renderer:
    layout = RendererLayout.of(empty_state(references.keys(name)), name)
    with torch.device("meta"):
        renderer = Renderer(layout)
    renderer.to_empty(device="cpu")
    formula.fill(renderer)
    return renderer.to(device)


def scene(name: str, batch: int, latents: Tensor, mask: np.ndarray, device: torch.device) -> ddim.Scene:
    shape = (batch, 3, 64, 64)
    keep = torch.from_numpy(mask[..., :1].astype(np.float32)).permute(0, 3, 1, 2)
    return ddim.Scene(
        pictures=formula.array(f"{name}.x_start", shape).to(device),
        keep=keep.to(device),
        references=formula.array(f"{name}.x_ref", shape).to(device),
        latents=latents,
    )


def as_shown(picture: Tensor) -> Tensor:
    return (picture + 1) / 2


@pytest.mark.parametrize("name", ["diffdub_renderer", "diffdub_renderer_tiny"])
def test_the_renderers_layout_follows_from_its_tensors(name: str) -> None:
    listed = references.keys(name)
    with torch.device("meta"):
        renderer = Renderer(RendererLayout.of(empty_state(listed), name))
    assert references.shapes(renderer) == listed


def test_the_released_renderer_file_has_it_twice_and_a_noise_picture() -> None:
    listed = references.keys("diffdub_stage1_full")
    renderer = references.keys("diffdub_renderer")
    halves = {half + name: shape for half in ("model.", "ema_model.") for name, shape in renderer.items()}
    assert listed == halves | {"x_T": (32, 3, 256, 256)}


@pytest.mark.parametrize(
    ("name", "prefix", "sizes"),
    [("diffdub_stage2", PREFIX, (25, 1024, 512)), ("diffdub_motion_tiny", "", (25, 32, 64))],
)
def test_the_motion_models_tensors_are_those_released(
    name: str, prefix: str, sizes: tuple[int, int, int]
) -> None:
    with torch.device("meta"):
        motion = Motion(*sizes)
    assert references.shapes(motion, prefix) == references.keys(name)


def test_the_schedule_is_the_authors() -> None:
    stored = json.loads((references.FOLDER / "data" / "diffdub_schedule.json").read_text())
    twenty = ddim.schedule(20)
    assert list(twenty.times[::-1]) == stored["T20"]
    assert list(ddim.schedule(10).times[::-1]) == stored["T10"]
    assert np.allclose(twenty.signal[::-1], stored["alphas_cumprod_T20"], rtol=1e-12)


def test_the_tiny_renderer(device: torch.device) -> None:
    expected = references.load("diffdub_renderer_tiny")
    renderer = renderer_of("diffdub_renderer_tiny", device)
    shape = (2, 3, 64, 64)
    with torch.inference_mode():
        latents = renderer.encode(formula.array("diffdub.tiny.lip", shape).to(device))
        noise = formula.array("diffdub.tiny.xT", shape, -1.7, 1.7).to(device)
        places = scene("diffdub.tiny", 2, latents, expected["mask"], device)
        steps = torch.tensor([500, 20], device=device)
        predicted = renderer(noise, places.references, steps, latents)
        painted = ddim.paint(renderer, places, noise, ddim.schedule(10))
    assert references.difference(latents, expected["z"]) < references.ONE_PASS
    assert references.difference(predicted, expected["eps"]) < references.ONE_PASS
    assert references.difference(as_shown(painted), expected["render_T10"]) < references.SEVERAL_STEPS


def test_the_full_renderer_at_a_quarter_of_its_side(device: torch.device) -> None:
    expected = references.load("diffdub_renderer_full64")
    renderer = renderer_of("diffdub_renderer", device)
    shape = (1, 3, 64, 64)
    with torch.inference_mode():
        latents = renderer.encode(formula.array("diffdub.lip", shape).to(device))
        noise = formula.array("diffdub.xT", shape, -1.7, 1.7).to(device)
        places = scene("diffdub", 1, latents, expected["mask"], device)
        predicted = renderer(noise, places.references, torch.tensor([500], device=device), latents)
        few = ddim.paint(renderer, places, noise, ddim.schedule(5))
        many = ddim.paint(renderer, places, noise, ddim.schedule(20))
    assert references.difference(latents, expected["z"]) < references.ONE_PASS
    assert references.difference(predicted, expected["eps_t500"]) < references.ONE_PASS
    assert references.difference(as_shown(few), expected["render_T5"]) < references.SEVERAL_STEPS
    assert references.difference(as_shown(many), expected["render_T20"]) < references.SEVERAL_STEPS


@pytest.mark.parametrize(
    ("name", "prefix", "sizes", "heard", "lips"),
    [
        ("diffdub_motion_tiny", "", (25, 32, 64), ("diffdub.tiny.hubert", 2, 21), ("diffdub.tiny.ref", 7)),
        ("diffdub_motion", PREFIX, (25, 1024, 512), ("diffdub.hubert", 1, 41), ("diffdub.ref", 75)),
    ],
)
def test_the_motion_model(
    name: str,
    prefix: str,
    sizes: tuple[int, int, int],
    heard: tuple[str, int, int],
    lips: tuple[str, int],
    device: torch.device,
) -> None:
    motion = Motion(*sizes)
    formula.fill(motion, prefix=prefix)
    motion.to(device)
    states, size, latent = sizes
    with torch.inference_mode():
        result = motion(
            formula.array(heard[0], (heard[1], states, heard[2], size)).to(device),
            formula.array(lips[0], (heard[1], lips[1], latent)).to(device),
        )
    assert references.difference(result, references.load(name)["out"]) < references.ONE_PASS
