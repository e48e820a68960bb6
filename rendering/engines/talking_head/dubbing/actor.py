"""A template that speaks with a repainted mouth."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rendering.engines.face.base import Image
from rendering.engines.speech.base import Speech
from rendering.engines.talking_head.base import CALM, CHUNK_FRAMES, FrameChunk, Manner
from rendering.engines.talking_head.clips.path import Numbers
from rendering.engines.talking_head.dubbing.crops import CropPlan, cut
from rendering.engines.talking_head.dubbing.paste import Repainted
from rendering.engines.talking_head.dubbing.region import face_height
from rendering.engines.talking_head.dubbing.template import Template, TemplateReader
from rendering.engines.talking_head.portrait.idle import rest_window
from rendering.engines.talking_head.portrait.performance import perform
from rendering.engines.talking_head.portrait.speaking import TAKE_OVER, speaking

NO_SHARE = 1 / 512
"""Share of a mouth that changes no pixel."""

Crops = NDArray[np.uint8]
"""uint8 [n, side, side, 3], RGB."""


@dataclass(frozen=True)
class CropBatch:
    """Crops of some frames. frames: their numbers in the segment, intp [n], ascending, with gaps where the
    template's own mouth is shown; pictures: which picture of the template each shows, intp [n]: equal
    numbers, equal crops; images: the crops."""

    frames: NDArray[np.intp]
    pictures: Numbers
    images: Crops


class Dubber(Protocol):
    """Paints mouths. batch: how many crops it likes to see at once."""

    batch: int

    def dub(
        self, batches: Iterable[CropBatch], speech: Speech, *, frames: int, fps: int, seed: int
    ) -> Iterator[Crops]:
        """For each batch, as soon as it can be had, its crops as they look while the speech is spoken.

        Frame i of the segment shows the time (i + 0.5) / fps of the speech, which is followed by silence;
        frames: how many the whole segment has. The same arguments give the same crops.
        """
        ...


class DubbedActor:
    """Implements `Actor`: the template, its mouth repainted wherever it speaks."""

    def __init__(self, template: Template, plan: CropPlan, dubber: Dubber) -> None:
        self._template, self._plan, self._dubber = template, plan, dubber
        self._feathers = [plan.feather * face_height(points) for points in template.landmarks]
        self._boxes, self._regions = list(plan.boxes), list(plan.regions)

    @property
    def extent(self) -> tuple[int, int, int, int]:
        """left, top, right, bottom in panel pixels outside which alpha is 0 in every frame."""
        return self._template.extent

    @property
    def plate(self) -> Image:
        """uint8 [height, width, 3]: what is behind the person."""
        return self._template.plate

    def animate(
        self, speech: Speech, *, frames: int, fps: int, seed: int, manner: Manner = CALM
    ) -> Iterator[FrameChunk]:
        """Exactly `frames` frames in chunks; see `Actor`. Of the manner head and eyes of a still know, the
        mouth does not. Raises MediaError when a clip is damaged."""
        performance = perform(speech, frames, fps, seed, manner)
        shown = self._template.route(frames, fps, seed)
        spoken = np.maximum(speaking(performance, fps), self._template.talks[shown])
        share = spoken * rest_window(frames, fps, TAKE_OVER)
        wanted = np.flatnonzero(share >= NO_SHARE)
        panel = self._template.panel
        # No more than are painted at once: whoever cancels waits for a chunk.
        length = min(CHUNK_FRAMES, self._dubber.batch)
        with self._template.opened() as reader:
            batches = self._batches(reader, wanted, shown)
            dubbed = self._dubber.dub(batches, speech, frames=frames, fps=fps, seed=seed)
            mouths = (crop for crops in dubbed for crop in crops)
            for start in range(0, frames, length):
                count = min(length, frames - start)
                rgb = np.zeros((count, panel.height, panel.width, 3), np.uint8)
                alpha = np.zeros(rgb.shape[:3], np.uint8)
                for index, at in enumerate(range(start, start + count)):
                    number = int(shown[at])
                    mouth = None
                    if share[at] >= NO_SHARE:
                        mouth = self._repainted(next(mouths), number, float(share[at]))
                    reader.draw(number, performance[at], mouth, rgb[index], alpha[index])
                yield FrameChunk(rgb, alpha)

    def _batches(
        self, reader: TemplateReader, wanted: NDArray[np.intp], shown: Numbers
    ) -> Iterator[CropBatch]:
        for start in range(0, len(wanted), self._dubber.batch):
            at = wanted[start : start + self._dubber.batch]
            # In a still, and where a clip stands, frames share a crop.
            crops = {
                number: cut(reader.read(number), self._boxes[number], self._plan.side)
                for number in dict.fromkeys(shown[at].tolist())
            }
            yield CropBatch(at, shown[at], np.stack([crops[int(number)] for number in shown[at]]))

    def _repainted(self, crop: Image, number: int, share: float) -> Repainted:
        return Repainted(crop, self._boxes[number], self._regions[number], self._feathers[number], share)
