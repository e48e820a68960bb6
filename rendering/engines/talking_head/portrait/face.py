"""A speaking face: what a still picture and a clip have in common."""

from dataclasses import dataclass

import cv2
import numpy as np

from rendering.engines.face.base import Image
from rendering.engines.talking_head.portrait.face_frame import Array, FaceFrame
from rendering.engines.talking_head.portrait.fields import FaceFields
from rendering.engines.talking_head.portrait.gap import LipTravel, solve
from rendering.engines.talking_head.portrait.grid import Grid, step_for
from rendering.engines.talking_head.portrait.landmarks import CHIN, LEFT_OF_IMAGE, OVAL, RIGHT_OF_IMAGE
from rendering.engines.talking_head.portrait.lips import find_lips
from rendering.engines.talking_head.portrait.mouth import Mouth, mouth_box
from rendering.engines.talking_head.portrait.panel_picture import Rectangle
from rendering.engines.talking_head.portrait.performance import Expression
from rendering.engines.talking_head.portrait.teeth import draw_mouth_inside
from rendering.engines.talking_head.portrait.visemes import Viseme

INVERSE_ROUNDS = 4
"""The face's fields are steep at the lips; fewer rounds leave them unmet."""


@dataclass(frozen=True)
class FaceMotion:
    """An expression as displacements over the face's grid, in steps: of the upper lip's layer, of the lower
    lip's, and of the rest of the face."""

    mouth: Viseme
    travel: LipTravel
    upper: Array
    lower: Array
    skin: Array


class SpeakingFace:
    """The fields and the mouth of the face in one picture."""

    def __init__(self, image: Image, landmarks: Array, shown: Rectangle) -> None:
        """image: on the panel; landmarks: float32 [468, 3], panel coordinates; shown: the part of the panel
        to be animated. Raises ValueError when the mouth is outside it."""
        self.frame = FaceFrame.of(landmarks)
        self.step = step_for(self.frame.height)
        local = self.frame.local(landmarks)
        lips = find_lips(image, self.frame, local)
        self.area = _face_area(self.frame, landmarks).within(shown)
        self.mouth_box = mouth_box(self.frame, lips, self.step).within(shown)
        if self.mouth_box.empty:
            raise ValueError(f"the mouth lies outside the visible part of the panel, {shown}")
        self.grid = Grid.over(self.area, self.step)
        self._fields = FaceFields(self.frame, local, lips, self.grid)
        inside = draw_mouth_inside(image, self.frame, landmarks, lips, self.mouth_box)
        self.mouth = Mouth(self.frame, lips, inside, self.step)

    def motion(self, expression: Expression) -> FaceMotion:
        """Displacements for one expression."""
        travel = solve(expression.mouth, self.frame.height, self._fields.overlap)
        upper, lower = self._fields.layers(expression, travel)
        return FaceMotion(expression.mouth, travel, upper, lower, self._fields.merged(upper, lower))

    def before(self, field: Array, positions: Array) -> Array:
        """Where points at `positions` (any shape [.., .., 2], in steps) were before a field moved them."""
        moved = self.grid.inverse(field, positions, INVERSE_ROUNDS, border=cv2.BORDER_CONSTANT)
        return positions - moved


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
    return Rectangle.around(points).grown(8)
