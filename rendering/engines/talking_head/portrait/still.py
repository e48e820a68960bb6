"""An avatar made from one picture, prepared for one placement."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from rendering.engines.face.base import Image
from rendering.engines.speech.base import Speech
from rendering.engines.talking_head.base import (
    CALM,
    CHUNK_FRAMES,
    FrameChunk,
    Manner,
    Placement,
    StillSource,
)
from rendering.engines.talking_head.portrait.face import SKIN_ROUNDS, SpeakingFace
from rendering.engines.talking_head.portrait.grid import Grid
from rendering.engines.talking_head.portrait.mouth import LipSources, Window
from rendering.engines.talking_head.portrait.moving_picture import MovingPicture
from rendering.engines.talking_head.portrait.performance import Expression, perform


class StillActor:
    """Implements `Actor` for a still picture."""

    def __init__(self, source: StillSource, placement: Placement) -> None:
        self._picture = picture = MovingPicture(source, placement)
        self._face = face = SpeakingFace(
            picture.image, picture.landmarks, picture.shown, source.face, source.atlas
        )
        mouth_grid = Grid.over(face.mouth_box.grown(face.step), face.step)
        self._window = Window(face.mouth_box, mouth_grid, picture.canvas)

    @property
    def extent(self) -> tuple[int, int, int, int]:
        """left, top, right, bottom in panel pixels outside which alpha is 0 in every frame."""
        return self._picture.extent

    @property
    def plate(self) -> Image:
        """uint8 [height, width, 3]: what is behind the person."""
        return self._picture.plate

    def animate(
        self, speech: Speech, *, frames: int, fps: int, seed: int, manner: Manner = CALM
    ) -> Iterator[FrameChunk]:
        """Exactly `frames` frames in chunks; see `Actor`."""
        performance = perform(speech, frames, fps, seed, manner)
        panel = self._picture.panel
        for start in range(0, frames, CHUNK_FRAMES):
            count = min(CHUNK_FRAMES, frames - start)
            rgb = np.zeros((count, panel.height, panel.width, 3), np.uint8)
            alpha = np.zeros(rgb.shape[:3], np.uint8)
            for index in range(count):
                self.draw(performance[start + index], rgb[index], alpha[index])
            yield FrameChunk(rgb, alpha)

    def draw(self, expression: Expression, rgb: NDArray[np.uint8], alpha: NDArray[np.uint8]) -> None:
        """One frame into panel-sized rgb and alpha; what is outside the extent is left as it is."""
        picture = self._picture
        picture.act(expression)
        still = picture.turn_back(expression)
        motion = self._face.motion(expression)
        mouth = still[picture.grid.part(self._window.grid)].copy()
        upper, lower = self._face.before(motion.upper, mouth), self._face.before(motion.lower, mouth)
        in_face = picture.grid.part(self._face.grid)
        still[in_face] = self._face.before(motion.skin, still[in_face], SKIN_ROUNDS)
        picture.sample(still)
        sources = LipSources(mouth, upper, lower, picture.on_canvas(upper), picture.on_canvas(lower))
        top, left = self._window.box.top - picture.shown.top, self._window.box.left - picture.shown.left
        drawn = self._face.mouth.draw(self._window, sources, motion.mouth)
        picture.drawn[top : top + drawn.shape[0], left : left + drawn.shape[1]] = drawn
        picture.put(rgb, alpha)
