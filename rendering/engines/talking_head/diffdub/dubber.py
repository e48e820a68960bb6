"""A person's mouth, painted as the speech needs it: the engine's side of the dubbing contract."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rendering.engines.speech.base import Speech
from rendering.engines.speech.levels import lasting
from rendering.engines.talking_head.diffdub import motion
from rendering.engines.talking_head.diffdub.hearing import Hearing
from rendering.engines.talking_head.diffdub.motion import Motion
from rendering.engines.talking_head.diffdub.painter import Crops, Film, Painter
from rendering.engines.talking_head.diffdub.quality import Quality
from rendering.engines.talking_head.diffdub.region import Corners, painted
from rendering.engines.talking_head.dubbing.actor import CropBatch


@dataclass(frozen=True)
class Person:
    """What is known of a template. corners: float32 [pictures, 5, 2]; reference: the crop that tells what the
    person looks like, [1, 3, side, side]; lips: latents of their own lips, [1, some, latent]."""

    corners: Corners
    reference: Tensor
    lips: Tensor


class Speaker:
    """Speech to the lip latents of frames."""

    def __init__(self, hearing: Hearing, network: Motion) -> None:
        self._hearing, self._network = hearing, network

    def latents(self, speech: Speech, lips: Tensor, *, frames: int, fps: int) -> Tensor:
        """float32 [frames, latent]; frame i shows the time (i + 0.5) / fps of the speech, which is followed
        by silence. lips: as of `Person`."""
        heard = self._hearing.hear(lasting(speech.samples, frames / fps))
        with torch.inference_mode():
            spoken = self._network(heard[None], lips)[0]
        return _at_times(spoken, (np.arange(frames) + 0.5) / fps * motion.FPS - 0.5)


class DiffDubDubber:
    """Implements `Dubber`."""

    def __init__(self, speaker: Speaker, painter: Painter, quality: Quality, person: Person) -> None:
        self._speaker, self._painter, self._quality, self._person = speaker, painter, quality, person
        self.batch = painter.batch

    def dub(
        self, batches: Iterable[CropBatch], speech: Speech, *, frames: int, fps: int, seed: int
    ) -> Iterator[Crops]:
        person, painter = self._person, self._painter
        latents = self._speaker.latents(speech, person.lips, frames=frames, fps=fps)
        film = Film(painter, self._quality, person.reference, painter.noise(seed))
        for batch in batches:
            spoken = latents[torch.from_numpy(batch.frames).to(latents.device)]
            yield film.paint(batch.images, self._masks(batch.pictures), spoken)

    def _masks(self, pictures: NDArray[np.intp]) -> NDArray[np.uint8]:
        side = self._painter.side
        drawn = {int(number): painted(self._person.corners[number], side) for number in np.unique(pictures)}
        return np.stack([drawn[int(number)] for number in pictures])


def _at_times(curve: Tensor, at: NDArray[np.float64]) -> Tensor:
    """Values of a curve [length, ...] between its points. at: in steps of the curve; ends last."""
    times = torch.from_numpy(at.astype(np.float32)).to(curve.device).clamp(0, len(curve) - 1)
    first = times.floor().long()
    second = (first + 1).clamp(max=len(curve) - 1)
    return torch.lerp(curve[first], curve[second], (times - first)[:, None])
