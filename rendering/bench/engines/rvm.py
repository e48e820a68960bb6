"""Robust Video Matting: the network in PyTorch beside the one in ONNX Runtime, on the same pictures."""

import statistics
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from PIL import Image as Pillow

from rendering.bench.engines import formula
from rendering.engines.face.base import Image
from rendering.engines.matting.base import Matting
from rendering.engines.matting.rvm import STATES, RobustVideoMatting, inner_ratio
from rendering.engines.matting.rvm_torch import weights
from rendering.engines.matting.rvm_torch.backbones import Variant
from rendering.engines.matting.rvm_torch.decoder import BLANK
from rendering.engines.matting.rvm_torch.engine import CHUNK, TorchVideoMatting, on_device
from rendering.engines.matting.rvm_torch.network import MattingNetwork
from rendering.engines.neural.runtime import Runtime
from rendering.engines.onnx import cpu_session
from rendering.engines.weights import locate, missing

SIZES = ((512, 512), (1280, 720))
"""Width and height in pixels."""
FACE = Path(__file__).parent.parent / "lipsync" / "faces" / "smile.webp"
FRAMES_ON_A_PROCESSOR = 4
ROUNDS = 3
"""The median of so many times counts, after one that warms up."""


@dataclass(frozen=True)
class MattingFigures:
    """variant: of the network in PyTorch; torch_ms, onnx_ms: milliseconds a frame, from picture to alpha in
    memory; difference: the largest of alpha, 0..1, between the two, in the precision of the runtime.

    onnx_ms and difference are None for the larger network, of which there is no ONNX file here, and where the
    weights are not on this machine: speed is then measured with weights from a formula, which does not
    depend on them.
    """

    size: tuple[int, int]
    variant: Variant
    torch_ms: float
    onnx_ms: float | None
    difference: float | None


def measure(runtime: Runtime, *, threads: int = 2, rounds: int = ROUNDS) -> tuple[MattingFigures, ...]:
    """Both networks at all SIZES; runtime: where PyTorch computes."""
    model = None if missing(["rvm-mobilenetv3"]) else locate("rvm-mobilenetv3")
    small = _engine("mobilenetv3", runtime, threads, model)
    large = _engine("resnet50", runtime, threads, None)
    onnx = RobustVideoMatting(model, threads=threads) if model else None
    figures = []
    for size in SIZES:
        clip = list(_clip(*size, CHUNK if runtime.on_gpu else FRAMES_ON_A_PROCESSOR))
        figures.append(
            MattingFigures(
                size=size,
                variant="mobilenetv3",
                torch_ms=_milliseconds(small, clip, rounds),
                onnx_ms=_milliseconds(onnx, clip, rounds) if onnx else None,
                difference=alpha_difference(model, clip, inner_ratio(*size), runtime) if model else None,
            )
        )
        figures.append(MattingFigures(size, "resnet50", _milliseconds(large, clip, rounds), None, None))
    return tuple(figures)


def _engine(variant: Variant, runtime: Runtime, threads: int, model: Path | None) -> TorchVideoMatting:
    """With the weights of `model`, else of the formula."""
    if model:
        return TorchVideoMatting(variant=variant, model=model, threads=threads, runtime=runtime)
    network = MattingNetwork(variant)
    formula.fill(network)
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / "formula.pth"
        torch.save(network.state_dict(), model)
        return TorchVideoMatting(variant=variant, model=model, threads=threads, runtime=runtime)


def _clip(width: int, height: int, frames: int) -> Iterator[Image]:
    """A person who drifts to the right by two pixels a frame."""
    with Pillow.open(FACE) as picture:
        face = np.array(picture.convert("RGB"))
    face = np.asarray(cv2.resize(face, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    for number in range(frames):
        yield np.ascontiguousarray(np.roll(face, 2 * number, axis=1))


def _milliseconds(matting: Matting, clip: list[Image], rounds: int) -> float:
    """A frame in the middle of a clip: what a clip twice as long takes longer."""
    times = []
    for _ in range(rounds + 1):
        once, twice = (_seconds(matting, clip * repeats) for repeats in (1, 2))
        times.append((twice - once) * 1000 / len(clip))
    return statistics.median(times[1:])


def _seconds(matting: Matting, clip: list[Image]) -> float:
    began = time.perf_counter()
    for _ in matting.matte_video(iter(clip)):
        pass
    return time.perf_counter() - began


@torch.inference_mode()
def alpha_difference(model: Path, clip: Iterable[Image], ratio: float, runtime: Runtime) -> float:
    """The largest difference of alpha, 0..1, over consecutive frames, between the ONNX file in ONNX Runtime,
    in full precision, and its weights in PyTorch. model: that file; ratio: see MattingNetwork."""
    session = cpu_session(model, threads=1)
    network = on_device(weights.load(model, "mobilenetv3"), runtime)
    theirs, ours = [np.zeros((1, 1, 1, 1), np.float32)] * STATES, BLANK
    largest = 0.0
    for image in clip:
        source = np.ascontiguousarray(image.transpose(2, 0, 1)[None], np.float32) / 255
        inputs = {"src": source, "downsample_ratio": np.array([ratio], np.float32)}
        inputs |= {f"r{number}i": state for number, state in enumerate(theirs, 1)}
        alpha, *theirs = session.run(["pha", *(f"r{number}o" for number in range(1, STATES + 1))], inputs)
        pixels = torch.from_numpy(source)[None].to(runtime.device, network.project_mat.conv.weight.dtype)
        matte = network(pixels, ours, ratio)
        ours = matte.states
        largest = max(largest, float(np.abs(matte.alpha[0].float().cpu().numpy() - alpha).max()))
    return largest
