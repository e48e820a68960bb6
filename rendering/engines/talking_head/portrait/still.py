"""An avatar made from one picture, prepared for one placement."""

import math
from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from rendering.engines.face.base import Image
from rendering.engines.face.pose import head_pose
from rendering.engines.matting.foreground import estimate_foreground
from rendering.engines.speech.base import Speech
from rendering.engines.talking_head.base import CALM, FrameChunk, Manner, Placement, StillSource
from rendering.engines.talking_head.portrait.eyes import Canvas, find_eyes
from rendering.engines.talking_head.portrait.face import SKIN_ROUNDS, SpeakingFace
from rendering.engines.talking_head.portrait.face_frame import Array, FaceFrame
from rendering.engines.talking_head.portrait.grid import Grid
from rendering.engines.talking_head.portrait.head import HeadFields
from rendering.engines.talking_head.portrait.mouth import LipSources, Window
from rendering.engines.talking_head.portrait.panel_picture import PanelPicture, Rectangle, place
from rendering.engines.talking_head.portrait.performance import Expression, perform
from rendering.engines.talking_head.portrait.sampling import READING_LOSS, remap

DENSITY = 2
"""Canvas pixels per panel pixel. Bilinear reading of a denser picture stays sharp at every sub-pixel shift;
at density 1 hair and skin would soften as soon as the head moves."""
LARGEST_MOTION = 0.06
"""Face heights that the head, breath and hair may travel."""
BAND_ROWS = 48
"""Panel rows of a band of the person that is drawn at once."""
CHUNK_FRAMES = 8


class StillActor:
    """Implements `Actor` for a still picture."""

    def __init__(self, source: StillSource, placement: Placement) -> None:
        picture = place(source, placement)
        self._panel = Rectangle(0, 0, placement.width, placement.height)
        self._plate = picture.plate
        self._canvas = _canvas(picture)
        landmarks = picture.landmarks
        self._shown = _extent(picture)
        self._face = face = SpeakingFace(picture.image, landmarks, self._shown, source.face, source.atlas)
        self._grid = Grid.over(self._shown.grown(face.step), face.step)
        self._positions = self._grid.positions()
        self._head = HeadFields(face.frame, landmarks, self._grid)
        mouth_grid = Grid.over(face.mouth_box.grown(face.step), face.step)
        self._window = Window(face.mouth_box, mouth_grid, self._canvas)
        yaw, _, _ = head_pose(landmarks)
        self._eyes = find_eyes(
            self._canvas, face.frame, face.frame.local(landmarks), math.radians(yaw), DENSITY
        )
        self._drawn = np.zeros((self._shown.height, self._shown.width, 4), np.uint8)
        self._bands = _bands(picture, self._shown)
        rows, columns = self._grid.shape
        self._map = np.empty((rows * face.step, columns * face.step, 2), np.float32)

    @property
    def extent(self) -> tuple[int, int, int, int]:
        """left, top, right, bottom in panel pixels outside which alpha is 0 in every frame."""
        return self._shown.left, self._shown.top, self._shown.right, self._shown.bottom

    @property
    def plate(self) -> Image:
        """uint8 [height, width, 3]: what is behind the person."""
        return self._plate

    def animate(
        self, speech: Speech, *, frames: int, fps: int, seed: int, manner: Manner = CALM
    ) -> Iterator[FrameChunk]:
        """Exactly `frames` frames in chunks; see `Actor`."""
        performance = perform(speech, frames, fps, seed, manner)
        for start in range(0, frames, CHUNK_FRAMES):
            count = min(CHUNK_FRAMES, frames - start)
            rgb = np.zeros((count, self._panel.height, self._panel.width, 3), np.uint8)
            alpha = np.zeros(rgb.shape[:3], np.uint8)
            for index in range(count):
                self.draw(performance[start + index], rgb[index], alpha[index])
            yield FrameChunk(rgb, alpha)

    def draw(self, expression: Expression, rgb: NDArray[np.uint8], alpha: NDArray[np.uint8]) -> None:
        """One frame into panel-sized rgb and alpha; what is outside the extent is left as it is."""
        for eye in self._eyes:
            eye.paint(self._canvas, expression.blink, expression.gaze)
        still = self._turn_back(expression)
        motion = self._face.motion(expression)
        mouth = still[self._grid.part(self._window.grid)].copy()
        upper, lower = self._face.before(motion.upper, mouth), self._face.before(motion.lower, mouth)
        in_face = self._grid.part(self._face.grid)
        still[in_face] = self._face.before(motion.skin, still[in_face], SKIN_ROUNDS)
        sampling = self._grid.enlarge(self._on_canvas(still), self._shown, self._map)
        for band in self._bands:
            area = _inside(band, self._shown)
            remap(self._canvas, sampling[area], out=self._drawn[area])
        sources = LipSources(mouth, upper, lower, self._on_canvas(upper), self._on_canvas(lower))
        top, left = self._window.box.top - self._shown.top, self._window.box.left - self._shown.left
        drawn = self._face.mouth.draw(self._window, sources, motion.mouth)
        self._drawn[top : top + drawn.shape[0], left : left + drawn.shape[1]] = drawn
        for band in self._bands:
            outputs = [rgb[band.slices], alpha[band.slices]]
            cv2.mixChannels([self._drawn[_inside(band, self._shown)]], outputs, [0, 0, 1, 1, 2, 2, 3, 3])

    def _turn_back(self, expression: Expression) -> Array:
        """Where each node's pixel was before the head moved, in steps."""
        moved = self._head.displacement(expression)
        back = self._grid.inverse(moved, self._positions, 1, border=cv2.BORDER_REPLICATE)
        return self._positions - back

    def _on_canvas(self, positions: Array) -> Array:
        """Positions in steps as pixel indices of the canvas."""
        return positions * np.float32(self._face.step * DENSITY) - np.float32(0.5)


def _canvas(picture: PanelPicture) -> Canvas:
    """The person in its own colours, soft edges included, with its matte as fourth channel."""
    colour = estimate_foreground(picture.image, picture.alpha)
    crisp = cv2.sepFilter2D(colour, -1, READING_LOSS, READING_LOSS)
    return np.asarray(
        cv2.resize(
            np.dstack([crisp, picture.alpha]), None, fx=DENSITY, fy=DENSITY, interpolation=cv2.INTER_LANCZOS4
        ),
        np.uint8,
    )


def _inside(band: Rectangle, shown: Rectangle) -> tuple[slice, slice]:
    """Rows and columns of a band in an array over what is shown."""
    top, left = band.top - shown.top, band.left - shown.left
    return slice(top, top + band.height), slice(left, left + band.width)


def _bands(picture: PanelPicture, shown: Rectangle) -> tuple[Rectangle, ...]:
    """What is shown, cut into bands as wide as the person may be there: beside a head most of it is empty."""
    motion = round(LARGEST_MOTION * FaceFrame.of(picture.landmarks).height)
    bands = []
    for top in range(shown.top, shown.bottom, BAND_ROWS):
        bottom = min(top + BAND_ROWS, shown.bottom)
        near = picture.alpha[max(0, top - motion) : bottom + motion]
        columns = np.flatnonzero((near > 0).any(axis=0))
        if len(columns):
            person = Rectangle(int(columns[0]), top, int(columns[-1]) + 1, bottom)
            wide = Rectangle(person.left - motion, top, person.right + motion, bottom)
            bands.append(wide.within(shown))
    return tuple(band for band in bands if not band.empty)


def _extent(picture: PanelPicture) -> Rectangle:
    """Where the person may ever be seen: its matte grown by the largest motion, within the picture. Beyond
    the picture's edge nothing is shown, so an edge that cuts the person stays still."""
    left, top, width, height = cv2.boundingRect((picture.alpha > 0).view(np.uint8))
    person = Rectangle(left, top, left + width, top + height)
    motion = round(LARGEST_MOTION * FaceFrame.of(picture.landmarks).height)
    return person.grown(motion).within(picture.covered)
