"""From noise to a picture in a few steps: denoising diffusion implicit models (Song et al. 2021,
arXiv:2010.02502), with what is to be kept put back before every step (inpainting)."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from rendering.engines.errors import EngineError

TRAINED_STEPS = 1000
FIRST_BETA, LAST_BETA = 1e-4, 0.02
"""Variance of the noise added in the first and the last step of training; linear between."""

Noise = Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]
"""See `Renderer.forward`."""


@dataclass(frozen=True)
class Schedule:
    """times: trained steps that are visited, noisiest first; signal: cumulative product of 1 - beta there;
    after: the same one step later, 1 at the end."""

    times: tuple[int, ...]
    signal: tuple[float, ...]
    after: tuple[float, ...]

    def __len__(self) -> int:
        return len(self.times)

    def starting_at(self, time: int) -> "Schedule":
        """Its steps from the noisiest not beyond `time`."""
        first = sum(visited > time for visited in self.times)
        return Schedule(self.times[first:], self.signal[first:], self.after[first:])


def schedule(steps: int) -> Schedule:
    """Evenly spaced, as in training. Raises EngineError for a number of steps that does not divide it so."""
    lengths = {stride: len(range(0, TRAINED_STEPS, stride)) for stride in range(1, TRAINED_STEPS + 1)}
    stride = next((stride for stride, length in lengths.items() if length == steps), None)
    if stride is None:
        possible = sorted(set(lengths.values()))
        near = [count for count in possible if count > 1 and abs(count - steps) <= max(5, steps // 4)]
        raise EngineError(
            f"{steps} steps cannot be spread over the {TRAINED_STEPS} of training. "
            f"Choose {', '.join(map(str, near)) if near else '5, 10 or 20'}."
        )
    kept = np.cumprod(1 - np.linspace(FIRST_BETA, LAST_BETA, TRAINED_STEPS, dtype=np.float64))
    times = tuple(range(0, TRAINED_STEPS, stride))[::-1]
    signal = tuple(float(kept[time]) for time in times)
    return Schedule(times, signal, (*signal[1:], 1.0))


@dataclass(frozen=True)
class Scene:
    """What a batch of pictures is painted into, float32 on one device.

    pictures: [batch, 3, side, side], -1..1; keep: [batch, 1, side, side], 1 where a picture stays as it is, 0
    where it is painted; references: [batch, 3, side, side], whole pictures of the same person; latents:
    [batch, latent], the lips to paint.
    """

    pictures: Tensor
    keep: Tensor
    references: Tensor
    latents: Tensor


def paint(
    predict: Noise, scene: Scene, noise: Tensor, visits: Schedule, before: Tensor | None = None
) -> Tensor:
    """The pictures with the lips painted, float32 [batch, 3, side, side], -1..1. What is kept comes back
    nearly as it was: put the painted part into the picture where it must be exact.

    noise: of unit variance, [1, 3, side, side], the same for all pictures of a film, or they flicker. before:
    a finished picture, [1, 3, side, side], that the first step starts from, as noisy as its time tells,
    instead of from noise alone.
    """
    x = noise.expand_as(scene.pictures)
    if before is not None:
        x = visits.signal[0] ** 0.5 * before + (1 - visits.signal[0]) ** 0.5 * x
    kept = scene.pictures * scene.keep
    for time, signal, after in zip(visits.times, visits.signal, visits.after, strict=True):
        x = torch.addcmul(kept, x, 1 - scene.keep)
        steps = torch.full((len(x),), time, device=x.device)
        predicted = predict(x, scene.references, steps, scene.latents)
        clean = ((x - (1 - signal) ** 0.5 * predicted) / signal**0.5).clamp(-1, 1)
        left = (x - signal**0.5 * clean) / (1 - signal) ** 0.5
        x = after**0.5 * clean + (1 - after) ** 0.5 * left
    return x
