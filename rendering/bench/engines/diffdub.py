"""How fast DiffDub's renderer paints, and how far fewer steps and half precision are from twenty in full.

Full-size networks with weights from a formula: speed does not depend on them. PSNR does: it says here how far
the arithmetic of one way is from the other's, and little about faces, which such weights do not paint.
"""

import math
import statistics
import time
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rendering.bench.engines import formula
from rendering.engines.neural.runtime import Runtime
from rendering.engines.talking_head.diffdub import ddim
from rendering.engines.talking_head.diffdub.layout import Levels, RendererLayout
from rendering.engines.talking_head.diffdub.painter import Crops, Film, Painter
from rendering.engines.talking_head.diffdub.quality import QUALITIES, Quality
from rendering.engines.talking_head.diffdub.renderer import Renderer

RELEASED = RendererLayout(
    base=128,
    embedding=512,
    latent=512,
    unet=Levels((128, 128, 256, 256, 512, 512), 2, frozenset({4})),
    encoder=Levels((128, 128, 256, 256, 512, 512, 512), 2, frozenset({4})),
)
REFERENCE_STEPS = 20
BATCHES = 3
"""Of each way; the first begins at noise in every quality."""
CPU_SIDE, CPU_FRAMES = 32, 2
"""On a processor crops are an eighth as wide, and few: a frame of the real size takes minutes there."""
ROUNDS = 3


@dataclass(frozen=True)
class PaintingFigures:
    """way: the authors' (one frame at a time, 20 steps, full precision, nothing compiled), or a quality of
    ours; steps: of a batch that begins at noise; batch: frames at once; side: pixels of a crop, 256 in use;
    frames_per_second; psnr: dB of the painted part against the authors' way, infinite for that itself;
    memory_mb: the most the GPU held, 0 on a processor.
    """

    way: str
    steps: int
    batch: int
    side: int
    frames_per_second: float
    psnr: float
    memory_mb: int


@dataclass(frozen=True)
class _Film:
    """Frames to paint, alike for all ways."""

    crops: Crops
    masks: NDArray[np.uint8]
    latents: Tensor
    noise: Tensor


def measure(
    runtime: Runtime, *, rounds: int = ROUNDS, compile_too: bool = False
) -> tuple[PaintingFigures, ...]:
    """The authors' way first, then ours in every quality, and `standard` once more with warm starts, which it
    does not use. compile_too: our ways again, compiled, where the device is a CUDA one; takes minutes."""
    ways = {**QUALITIES, "standard, warm": Quality(QUALITIES["standard"].steps, warm=True)}
    painter = _painter(runtime)
    film = _film(runtime, painter.batch)
    side = film.crops.shape[1]
    expected, seconds, memory = _authors_way(runtime, film)
    figures = [
        PaintingFigures("authors'", REFERENCE_STEPS, 1, side, len(film.crops) / seconds, math.inf, memory)
    ]
    painters = {"": painter}
    if compile_too and runtime.on_cuda:
        painters[", compiled"] = _painter(runtime, compiling=True)
    for suffix, each in painters.items():
        for name, quality in ways.items():
            painted, seconds, memory = _our_way(each, runtime, film, quality, rounds)
            figures.append(
                PaintingFigures(
                    name + suffix,
                    quality.steps,
                    each.batch,
                    side,
                    len(film.crops) / seconds,
                    psnr(painted, expected, film.masks),
                    memory,
                )
            )
    return tuple(figures)


def psnr(one: Crops, other: Crops, masks: NDArray[np.uint8]) -> float:
    """Peak signal-to-noise ratio of the masked pixels, dB."""
    differences = (one.astype(np.float64) - other)[masks > 0]
    error = float(np.mean(differences**2))
    return 10 * math.log10(255**2 / error) if error else math.inf


def _renderer() -> Renderer:
    renderer = Renderer(RELEASED)
    formula.fill(renderer)
    return renderer


def _painter(runtime: Runtime, *, compiling: bool = False) -> Painter:
    return Painter(_renderer(), runtime, compiling=compiling)


def _film(runtime: Runtime, batch: int) -> _Film:
    """Lips that go from one latent to another, below the middle of one picture."""
    side, frames = (RELEASED.side, BATCHES * batch) if runtime.on_gpu else (CPU_SIDE, CPU_FRAMES)
    picture = formula.array("picture", (side, side, 3), 0, 255).numpy().astype(np.uint8)
    masks = np.zeros((frames, side, side), np.uint8)
    masks[:, side // 2 : -side // 16, side // 3 : -side // 3] = 1
    ends = [formula.array(name, (1, RELEASED.latent)) for name in ("closed", "open")]
    latents = torch.lerp(*ends, torch.linspace(0, 1, frames)[:, None])
    noise = formula.array("noise", (1, 3, side, side), -math.sqrt(3), math.sqrt(3))
    crops = np.repeat(picture[None], frames, axis=0)
    return _Film(crops, masks, latents.to(runtime.device), noise.to(runtime.device))


def _authors_way(runtime: Runtime, film: _Film) -> tuple[Crops, float, int]:
    """Frames, seconds for all of them, MB of the GPU. TF32 is as PyTorch sets it: convolutions use it."""
    renderer = _renderer().to(runtime.device)
    visits = ddim.schedule(REFERENCE_STEPS)
    pictures = torch.from_numpy(film.crops[:1]).permute(0, 3, 1, 2).to(runtime.device).float() / 127.5 - 1
    keep = 1 - torch.from_numpy(film.masks[:1, None]).to(runtime.device).float()

    def frame(number: int) -> Crops:
        scene = ddim.Scene(pictures, keep, pictures, film.latents[number : number + 1])
        with torch.inference_mode():
            painted = ddim.paint(renderer, scene, film.noise, visits)
        levels = ((painted + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)
        return levels.permute(0, 2, 3, 1).cpu().numpy()

    if runtime.on_gpu:
        frame(0)
    _forget_memory(runtime)
    began = time.perf_counter()
    painted = np.concatenate([frame(number) for number in range(len(film.crops))])
    return painted, time.perf_counter() - began, _memory(runtime)


def _our_way(
    painter: Painter, runtime: Runtime, film: _Film, quality: Quality, rounds: int
) -> tuple[Crops, float, int]:
    """As `_authors_way`; the median of some rounds, after one batch that warms up on a GPU."""
    batch, reference = painter.batch, painter.tensor(film.crops[:1])

    def paint(frames: int) -> Crops:
        started = Film(painter, quality, reference, film.noise)
        parts = [slice(start, start + batch) for start in range(0, frames, batch)]
        return np.concatenate(
            [started.paint(film.crops[part], film.masks[part], film.latents[part]) for part in parts]
        )

    if runtime.on_gpu:
        paint(batch)
    _forget_memory(runtime)
    seconds = []
    for _ in range(rounds if runtime.on_gpu else 1):
        began = time.perf_counter()
        painted = paint(len(film.crops))
        seconds.append(time.perf_counter() - began)
    return painted, statistics.median(seconds), _memory(runtime)


def _forget_memory(runtime: Runtime) -> None:
    if runtime.on_cuda:
        torch.cuda.reset_peak_memory_stats()


def _memory(runtime: Runtime) -> int:
    return round(torch.cuda.max_memory_allocated() / 1e6) if runtime.on_cuda else 0
