"""An avatar made from one picture, prepared for one placement."""

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from rendering.engines.face.base import Image
from rendering.engines.matting.foreground import estimate_foreground
from rendering.engines.speech.base import Speech
from rendering.engines.talking_head.base import FrameChunk, Placement, StillSource
from rendering.engines.talking_head.portrait.eyes import Canvas, find_eyes
from rendering.engines.talking_head.portrait.face_frame import Array, FaceFrame
from rendering.engines.talking_head.portrait.fields import FaceFields
from rendering.engines.talking_head.portrait.gap import solve
from rendering.engines.talking_head.portrait.grid import Grid, step_for
from rendering.engines.talking_head.portrait.head import HeadFields
from rendering.engines.talking_head.portrait.landmarks import (
    CHIN,
    LEFT_OF_IMAGE,
    OVAL,
    RIGHT_OF_IMAGE,
)
from rendering.engines.talking_head.portrait.lips import find_lips
from rendering.engines.talking_head.portrait.mouth import Mouth, mouth_box
from rendering.engines.talking_head.portrait.panel_picture import PanelPicture, Rectangle, place
from rendering.engines.talking_head.portrait.performance import Expression, perform
from rendering.engines.talking_head.portrait.sampling import remap
from rendering.engines.talking_head.portrait.teeth import draw_mouth_inside

DENSITY = 2
"""Canvas pixels per panel pixel. Bilinear reading of a denser picture stays sharp at every sub-pixel shift;
at density 1 hair and skin would soften as soon as the head moves."""
LARGEST_MOTION = 0.06
"""Face heights that the head, breath and hair may travel."""
CHUNK_FRAMES = 8
INVERSE_ROUNDS = 4
"""The face's fields are steep at the lips; the head's are not."""


class StillActor:
    """Implements `Actor` for a still picture."""

    def __init__(self, source: StillSource, placement: Placement) -> None:
        picture = place(source, placement)
        self._panel = Rectangle(0, 0, placement.width, placement.height)
        self._plate = picture.plate
        self._canvas = _canvas(picture)
        landmarks = picture.landmarks
        frame = FaceFrame.of(landmarks)
        local = frame.local(landmarks)
        step = step_for(frame.height)
        self._shown = _extent(picture, frame.height)
        self._grid = Grid.over(self._shown, step)
        self._positions = self._grid.positions()
        self._frame = frame
        self._head = HeadFields(frame, landmarks, self._grid)
        lips = find_lips(picture.image, frame, local)
        face = _face_area(frame, landmarks).within(self._shown)
        self._face_grid = Grid.over(face, step)
        self._fields = FaceFields(frame, local, lips, self._face_grid)
        self._mouth_box = mouth_box(frame, lips, self._shown, step)
        inside = draw_mouth_inside(picture.image, frame, landmarks, lips, self._mouth_box)
        mouth_grid = Grid.over(self._mouth_box.grown(step).within(self._shown), step)
        self._mouth = Mouth(frame, lips, inside, mouth_grid, DENSITY)
        self._eyes = find_eyes(self._canvas, frame, local, DENSITY)
        self._drawn = np.empty((self._shown.height, self._shown.width, 4), np.uint8)
        rows, columns = self._grid.shape
        self._map = np.empty((rows * step, columns * step, 2), np.float32)

    @property
    def extent(self) -> tuple[int, int, int, int]:
        """left, top, right, bottom in panel pixels outside which alpha is 0 in every frame."""
        return self._shown.left, self._shown.top, self._shown.right, self._shown.bottom

    @property
    def plate(self) -> Image:
        """uint8 [height, width, 3]: what is behind the person."""
        return self._plate

    def animate(self, speech: Speech, *, frames: int, fps: int, seed: int) -> Iterator[FrameChunk]:
        """Exactly `frames` frames in chunks; see `Actor`."""
        performance = perform(speech, frames, fps, seed)
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
        travel = solve(expression.mouth, self._frame.height, self._fields.overlap)
        upper, lower = self._fields.layers(expression, travel)
        in_face, in_mouth = self._grid.part(self._face_grid), self._grid.part(self._mouth.grid)
        mouth = still[in_mouth].copy()
        upper_mouth, lower_mouth = self._move_back(upper, mouth), self._move_back(lower, mouth)
        still[in_face] = self._move_back(self._fields.merged(upper, lower), still[in_face])
        sampling = self._grid.enlarge(still, self._shown, DENSITY, self._map)
        remap(self._canvas, sampling, out=self._drawn)
        box = self._mouth_box
        top, left = box.top - self._shown.top, box.left - self._shown.left
        self._drawn[top : top + box.height, left : left + box.width] = self._mouth.draw(
            self._canvas, mouth, upper_mouth, lower_mouth, travel, expression.mouth
        )
        outputs = [rgb[self._shown.slices], alpha[self._shown.slices]]
        cv2.mixChannels([self._drawn], outputs, [0, 0, 1, 1, 2, 2, 3, 3])

    def _turn_back(self, expression: Expression) -> Array:
        """Where each node's pixel was before the head moved, in steps."""
        moved = self._head.displacement(expression)
        back = self._grid.inverse(moved, self._positions, 1, border=cv2.BORDER_REPLICATE)
        return self._positions - back

    def _move_back(self, field: Array, positions: Array) -> Array:
        """Where points at `positions` were before the face's field moved them, in steps."""
        border = cv2.BORDER_CONSTANT
        return positions - self._face_grid.inverse(field, positions, INVERSE_ROUNDS, border=border)


def _canvas(picture: PanelPicture) -> Canvas:
    """The person in its own colours, soft edges included, with its matte as fourth channel."""
    colour = estimate_foreground(picture.image, picture.alpha)
    return np.asarray(
        cv2.resize(
            np.dstack([colour, picture.alpha]), None, fx=DENSITY, fy=DENSITY, interpolation=cv2.INTER_LANCZOS4
        ),
        np.uint8,
    )


def _extent(picture: PanelPicture, face_height: float) -> Rectangle:
    """Where the person may ever be seen: its matte grown by the largest motion, within the picture. Beyond
    the picture's edge nothing is shown, so an edge that cuts the person stays still."""
    left, top, width, height = cv2.boundingRect((picture.alpha > 0).view(np.uint8))
    person = Rectangle(left, top, left + width, top + height)
    return person.grown(round(LARGEST_MOTION * face_height)).within(picture.covered)


def _face_area(frame: FaceFrame, landmarks: Array) -> Rectangle:
    """Pixels that the face's fields may move: its oval, its sides and the upper neck."""
    flat = landmarks[:, :2]
    points = np.concatenate(
        [
            flat[list(OVAL)],
            [flat[CHIN] + 0.32 * frame.height * frame.down],
            [flat[LEFT_OF_IMAGE] - 0.05 * frame.height * frame.right],
            [flat[RIGHT_OF_IMAGE] + 0.05 * frame.height * frame.right],
        ]
    )
    low, high = np.floor(points.min(axis=0)), np.ceil(points.max(axis=0))
    return Rectangle(int(low[0]), int(low[1]), int(high[0]), int(high[1])).grown(8)
