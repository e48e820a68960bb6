"""An avatar made from a clip: head, eyes and background move as filmed, the mouth speaks."""

from collections.abc import Iterator
from contextlib import ExitStack

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, maximum_filter1d

from rendering.engines.errors import MediaError
from rendering.engines.face.base import Image
from rendering.engines.matting.base import Alpha
from rendering.engines.matting.foreground import estimate_foreground
from rendering.engines.speech.base import Speech
from rendering.engines.talking_head.base import CALM, FrameChunk, Manner, Placement, VideoSource
from rendering.engines.talking_head.portrait.clip_face import ClipFace
from rendering.engines.talking_head.portrait.clip_path import ClipGraph, walk
from rendering.engines.talking_head.portrait.clip_placement import ClipPlacement
from rendering.engines.talking_head.portrait.clip_reader import ClipReader
from rendering.engines.talking_head.portrait.idle import rest_window
from rendering.engines.talking_head.portrait.performance import Performance, perform
from rendering.engines.talking_head.portrait.reference import choose_reference
from rendering.engines.talking_head.portrait.tracking import motion

CHUNK_FRAMES = 8
STIRS = 0.02
"""Of any articulator: less is a mouth at rest."""
AROUND_SPEECH = 0.25
"""Seconds before and after a sound during which the mouth is the one that speaks."""
TAKE_OVER = 0.12
"""Seconds at the ends of a segment in which the clip's own mouth gives way and comes back."""


class ClipActor:
    """Implements `Actor` for a clip, whether its person is silent in it or talks."""

    def __init__(self, source: VideoSource, placement: Placement) -> None:
        """Raises MediaError when the clip cannot be read."""
        self._source = source
        self._place = place = ClipPlacement(source.faces[0].image_size, placement)
        self._plate = place.filling(source.plate)
        with ClipReader(source.path) as clip:
            self._length = min(len(clip), len(source.faces))
            found = np.stack([face.landmarks for face in source.faces[: self._length]])
            barred = np.zeros(self._length, bool)
            barred[[number for number in source.unseen if number < self._length]] = True
            reference = choose_reference(found, source.fps, clip.read, barred)
            picture = place.filling(clip.read(reference))
        matches = np.array(source.matches, np.intp).reshape(-1, 2)
        self._graph = ClipGraph(source.fps, reference, motion(found), matches, barred)
        self._face = ClipFace(
            picture,
            place.landmarks(found),
            reference,
            source.faces[reference],
            source.fps,
            place.covered,
        )

    @property
    def extent(self) -> tuple[int, int, int, int]:
        """The whole picture: a clip's person may go anywhere in it."""
        covered = self._place.covered
        return covered.left, covered.top, covered.right, covered.bottom

    @property
    def plate(self) -> Image:
        """uint8 [height, width, 3]: what is behind the person."""
        return self._plate

    def animate(
        self, speech: Speech, *, frames: int, fps: int, seed: int, manner: Manner = CALM
    ) -> Iterator[FrameChunk]:
        """Exactly `frames` frames in chunks; see `Actor`. Raises MediaError when the clip is damaged."""
        performance = perform(speech, frames, fps, seed, manner)
        spoken = speaking(performance, fps)
        shown = walk(self._graph, frames, fps, seed)
        with ExitStack() as files:
            clip = files.enter_context(ClipReader(self._source.path))
            mattes = files.enter_context(ClipReader(self._source.mattes)) if self._source.mattes else None
            if mattes is not None and len(mattes) < self._length:
                raise MediaError("The avatar's matte is shorter than its clip. Upload the video again.")
            panel = self._place.panel
            for start in range(0, frames, CHUNK_FRAMES):
                count = min(CHUNK_FRAMES, frames - start)
                rgb = np.zeros((count, panel.height, panel.width, 3), np.uint8)
                alpha = np.zeros(rgb.shape[:3], np.uint8)
                for index, at in enumerate(range(start, start + count)):
                    number = int(shown[at])
                    self._show(clip, mattes, number, rgb[index], alpha[index])
                    self._face.speak(
                        rgb[index], alpha[index], number, performance.filmed(at), float(spoken[at])
                    )
                yield FrameChunk(rgb, alpha)

    def _show(
        self, clip: ClipReader, mattes: ClipReader | None, number: int, rgb: Image, alpha: Alpha
    ) -> None:
        """Frame `number` of the clip as it was filmed, onto an empty panel."""
        picture = clip.read(number)
        if mattes is None:
            alpha[self._place.covered.slices] = 255
        else:
            matte = mattes.read_grey(number)
            if not self._source.own_colours:
                picture = estimate_foreground(picture, matte)
            self._place.put(matte, alpha)
        self._place.put(picture, rgb)


def speaking(performance: Performance, fps: int) -> NDArray[np.float64]:
    """How much of each frame's mouth is the one that speaks, 0..1: none at either end of a segment, all from
    a little before a sound to a little after it."""
    frames = len(performance)
    stirred = [max(map(abs, performance.filmed(index).mouth)) > STIRS for index in range(frames)]
    reach = round(AROUND_SPEECH * fps)
    around = maximum_filter1d(np.array(stirred, np.float64), 2 * reach + 1, mode="nearest")
    eased = gaussian_filter1d(around, reach / 3, mode="nearest")
    return np.asarray(eased * rest_window(frames, fps, TAKE_OVER), np.float64)
