"""An avatar made from a clip: head, eyes and background move as filmed, the mouth speaks."""

from collections.abc import Iterator

import numpy as np

from rendering.engines.face.base import Image
from rendering.engines.speech.base import Speech
from rendering.engines.talking_head.base import (
    CALM,
    CHUNK_FRAMES,
    FrameChunk,
    Manner,
    Placement,
    VideoSource,
)
from rendering.engines.talking_head.clips.film import Film
from rendering.engines.talking_head.portrait.clip_face import ClipFace
from rendering.engines.talking_head.portrait.performance import perform
from rendering.engines.talking_head.portrait.speaking import speaking


class ClipActor:
    """Implements `Actor` for a clip, whether its person is silent in it or talks."""

    def __init__(self, source: VideoSource, placement: Placement) -> None:
        """Raises MediaError when the clip cannot be read."""
        self._film = film = Film(source, placement)
        with film.opened() as clip:
            picture = film.place.filling(clip.read(film.reference))
        self._face = ClipFace(
            picture,
            film.place.landmarks(film.landmarks),
            film.reference,
            film.reference_face,
            film.fps,
            film.place.covered,
        )

    @property
    def extent(self) -> tuple[int, int, int, int]:
        """The whole picture: a clip's person may go anywhere in it."""
        return self._film.extent

    @property
    def plate(self) -> Image:
        """uint8 [height, width, 3]: what is behind the person."""
        return self._film.plate

    def animate(
        self, speech: Speech, *, frames: int, fps: int, seed: int, manner: Manner = CALM
    ) -> Iterator[FrameChunk]:
        """Exactly `frames` frames in chunks; see `Actor`. Raises MediaError when the clip is damaged."""
        performance = perform(speech, frames, fps, seed, manner)
        spoken = speaking(performance, fps)
        shown = self._film.route(frames, fps, seed)
        panel = self._film.place.panel
        with self._film.opened() as clip:
            for start in range(0, frames, CHUNK_FRAMES):
                count = min(CHUNK_FRAMES, frames - start)
                rgb = np.zeros((count, panel.height, panel.width, 3), np.uint8)
                alpha = np.zeros(rgb.shape[:3], np.uint8)
                for index, at in enumerate(range(start, start + count)):
                    number = int(shown[at])
                    clip.show(number, rgb[index], alpha[index])
                    self._face.speak(
                        rgb[index], alpha[index], number, performance.filmed(at), float(spoken[at])
                    )
                yield FrameChunk(rgb, alpha)
