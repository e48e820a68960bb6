"""Crops of frames to the same with other lips: batches, precision and formats of a renderer."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rendering.engines.neural.runtime import Runtime
from rendering.engines.talking_head.diffdub import ddim
from rendering.engines.talking_head.diffdub.blocks import halve
from rendering.engines.talking_head.diffdub.compiling import CompiledRenderer
from rendering.engines.talking_head.diffdub.ddim import Noise, Scene, Schedule
from rendering.engines.talking_head.diffdub.quality import Quality
from rendering.engines.talking_head.diffdub.renderer import Renderer

BATCH_ON_GPU = 16
ENCODED_AT_ONCE = 8

Crops = NDArray[np.uint8]
"""uint8 [n, side, side, 3]."""


class Painter:
    """A warm renderer. batch: how many crops it likes to paint at once; side: pixels of a crop."""

    def __init__(self, renderer: Renderer, runtime: Runtime, *, compiling: bool = False) -> None:
        """Takes the renderer over. compiling: also compile it, where the device is a CUDA one."""
        self._device = runtime.device
        if runtime.half:
            halve(renderer)
        self._renderer = renderer.to(self._device, memory_format=torch.channels_last)
        # On a processor a batch gains nothing, and whoever cancels waits for all of it.
        self.batch = BATCH_ON_GPU if runtime.on_gpu else 1
        compiles = compiling and runtime.on_cuda
        self._predict: Noise = CompiledRenderer(renderer, self.batch) if compiles else self._renderer
        self.side = renderer.layout.side

    def noise(self, seed: int) -> Tensor:
        """[1, 3, side, side], the same on every device."""
        source = torch.Generator().manual_seed(seed)
        return torch.randn((1, 3, self.side, self.side), generator=source).to(self._device)

    def encode(self, lips: Crops) -> Tensor:
        """float32 [n, latent], of lip crops."""
        parts = [lips[start : start + ENCODED_AT_ONCE] for start in range(0, len(lips), ENCODED_AT_ONCE)]
        with torch.inference_mode():
            return torch.cat([self._renderer.encode(self.tensor(part)) for part in parts])

    def paint(
        self,
        crops: Crops,
        masks: NDArray[np.uint8],
        reference: Tensor,
        latents: Tensor,
        noise: Tensor,
        visits: Schedule,
        before: Tensor | None = None,
    ) -> tuple[Crops, Tensor]:
        """The crops with what is masked painted anew, all else as it was; and the last one as `ddim.paint`
        left it.

        masks: uint8 [n, side, side], 1 where is painted; reference: [1, 3, side, side], of `tensor`; latents:
        [n, latent]; noise, visits, before: see `ddim.paint`.
        """
        pictures = self.tensor(crops)
        keep = 1 - torch.from_numpy(masks).to(self._device).float()[:, None]
        scene = Scene(pictures, keep, reference.expand_as(pictures), latents)
        with torch.inference_mode():
            fresh = ddim.paint(self._predict, scene, noise, visits, before)
        colours = ((fresh + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)
        drawn = colours.permute(0, 2, 3, 1).cpu().numpy()
        return np.where(masks[..., None] > 0, drawn, crops), fresh[-1:]

    def tensor(self, crops: Crops) -> Tensor:
        """float32 [n, 3, side, side], -1..1, on the device."""
        pixels = torch.from_numpy(np.ascontiguousarray(crops)).to(self._device)
        return pixels.permute(0, 3, 1, 2).float() / 127.5 - 1


class Film:
    """Frames of one film, painted a batch after the other with the same noise."""

    def __init__(self, painter: Painter, quality: Quality, reference: Tensor, noise: Tensor) -> None:
        """reference, noise: see `Painter.paint`."""
        self._painter, self._quality = painter, quality
        self._reference, self._noise = reference, noise
        self._cold, self._warm = quality.cold_start(), quality.warm_start()
        self._before: Tensor | None = None

    def paint(self, crops: Crops, masks: NDArray[np.uint8], latents: Tensor) -> Crops:
        """The next frames; see `Painter.paint`."""
        visits = self._cold if self._before is None else self._warm
        painted, last = self._painter.paint(
            crops, masks, self._reference, latents, self._noise, visits, self._before
        )
        self._before = last if self._quality.warm else None
        return painted
