"""A clip on a panel: what every talking head that shows one has in common."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import numpy as np
from numpy.typing import NDArray

from rendering.engines.errors import MediaError
from rendering.engines.face.base import FaceAnalysis, Image
from rendering.engines.matting.base import Alpha
from rendering.engines.matting.foreground import estimate_foreground
from rendering.engines.talking_head.base import Placement, VideoSource
from rendering.engines.talking_head.clips.path import ClipGraph, Numbers, walk
from rendering.engines.talking_head.clips.placement import ClipPlacement
from rendering.engines.talking_head.clips.reader import ClipReader
from rendering.engines.talking_head.clips.reference import choose_reference
from rendering.engines.talking_head.clips.traits import motion


class FilmReader:
    """The frames of an opened film, in any order."""

    def __init__(
        self, clip: ClipReader, mattes: ClipReader | None, place: ClipPlacement, own_colours: bool
    ) -> None:
        self._clip, self._mattes, self._place, self._own_colours = clip, mattes, place, own_colours

    def read(self, number: int) -> Image:
        """Frame `number` as it was filmed. Raises MediaError when the clip is damaged."""
        return self._clip.read(number)

    def show(self, number: int, rgb: Image, alpha: Alpha) -> None:
        """Draw frame `number` onto an empty panel. Raises MediaError when the clip is damaged."""
        picture = self._clip.read(number)
        if self._mattes is None:
            alpha[self._place.covered.slices] = 255
        else:
            matte = self._mattes.read_grey(number)
            if not self._own_colours:
                picture = estimate_foreground(picture, matte)
            self._place.put(matte, alpha)
        self._place.put(picture, rgb)


class Film:
    """A clip, the frame that segments begin and end with, and the ways through it.

    landmarks: float32 [frames, 468, 3] in pixels of the clip; reference: that frame's number; plate: what is
    behind the person, on the panel.
    """

    landmarks: NDArray[np.float32]
    reference: int
    plate: Image

    def __init__(self, source: VideoSource, placement: Placement) -> None:
        """Raises MediaError when the clip cannot be read."""
        self._source = source
        self.place = place = ClipPlacement(source.faces[0].image_size, placement)
        self.plate = place.filling(source.plate)
        with ClipReader(source.path) as clip:
            self._length = min(len(clip), len(source.faces))
            self.landmarks = np.stack([face.landmarks for face in source.faces[: self._length]])
            barred = np.zeros(self._length, bool)
            barred[[number for number in source.unseen if number < self._length]] = True
            self.reference = choose_reference(self.landmarks, source.fps, clip.read, barred)
        matches = np.array(source.matches, np.intp).reshape(-1, 2)
        self._graph = ClipGraph(source.fps, self.reference, motion(self.landmarks), matches, barred)

    @property
    def fps(self) -> float:
        return self._source.fps

    @property
    def reference_face(self) -> FaceAnalysis:
        return self._source.faces[self.reference]

    @property
    def extent(self) -> tuple[int, int, int, int]:
        """The whole picture, see `Actor`: a clip's person may go anywhere in it."""
        covered = self.place.covered
        return covered.left, covered.top, covered.right, covered.bottom

    def route(self, frames: int, fps: int, seed: int) -> Numbers:
        """Which frame of the clip each of `frames` frames at `fps` shows; the reference first and last."""
        return walk(self._graph, frames, fps, seed)

    @contextmanager
    def opened(self) -> Iterator[FilmReader]:
        """Its frames. Raises MediaError when a file cannot be read."""
        with ExitStack() as files:
            clip = files.enter_context(ClipReader(self._source.path))
            mattes = files.enter_context(ClipReader(self._source.mattes)) if self._source.mattes else None
            if mattes is not None and len(mattes) < self._length:
                raise MediaError("The avatar's matte is shorter than its clip. Upload the video again.")
            yield FilmReader(clip, mattes, self.place, self._source.own_colours)
