"""A speaking face: what a still picture and a clip have in common."""

from dataclasses import dataclass

import cv2
import numpy as np

from rendering.engines.face.base import FaceAnalysis, Image
from rendering.engines.talking_head.landmarks import (
    CHIN,
    LEFT_OF_IMAGE,
    OVAL,
    RIGHT_OF_IMAGE,
    SKIN,
)
from rendering.engines.talking_head.panel_picture import Rectangle
from rendering.engines.talking_head.portrait import atlas
from rendering.engines.talking_head.portrait.face_frame import Array, FaceFrame
from rendering.engines.talking_head.portrait.fields import FaceFields
from rendering.engines.talking_head.portrait.gap import solve
from rendering.engines.talking_head.portrait.grid import Grid, step_for
from rendering.engines.talking_head.portrait.lip_lines import LipFollower
from rendering.engines.talking_head.portrait.lips import find_lips
from rendering.engines.talking_head.portrait.mouth import Mouth, MouthPose, mouth_box
from rendering.engines.talking_head.portrait.mouth_textures import MouthTextures
from rendering.engines.talking_head.portrait.own_teeth import find_own_teeth
from rendering.engines.talking_head.portrait.performance import Expression
from rendering.engines.talking_head.portrait.sampling import remap

TUCK_SHOWS = 0.6
"""Spreading that a tucked lower lip is worth, when a mouth like the frame's is chosen."""
LIP_ROUNDS, SKIN_ROUNDS = 4, 2
"""Of the inverse. The fields are steep at the lips, and fewer rounds leave them unmet; skin lies beside."""


@dataclass(frozen=True)
class FaceMotion:
    """An expression as displacements over the face's grid, in steps: of the upper lip's layer, of the lower
    lip's, and of the rest of the face."""

    mouth: MouthPose
    upper: Array
    lower: Array
    skin: Array


class SpeakingFace:
    """The fields and the mouth of the face in one picture."""

    def __init__(
        self, image: Image, landmarks: Array, shown: Rectangle, face: FaceAnalysis, own_atlas: str = ""
    ) -> None:
        """image: on the panel; landmarks: float32 [468, 3], panel coordinates; shown: the part of the panel
        to be animated; face: its pose is asked; own_atlas: the viseme atlas of this very face, without one
        the inside of the mouth is lent by the atlas that fits best. Raises ValueError when the mouth is
        outside what is shown, EngineError for an atlas that does not exist."""
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
        self._lines = LipFollower(self.frame, lips, self.grid)
        teeth = find_own_teeth(image, self.frame, lips, self.mouth_box)
        light = atlas.Light(_skin(image, landmarks), face.yaw, face.pitch)
        mouths = atlas.load(own_atlas or atlas.best_fit(light))
        gain = _gain(light, mouths.light, whole=bool(own_atlas))
        textures = MouthTextures(mouths, gain, lips.width, without_teeth=teeth is not None)
        self.mouth = Mouth(
            self.frame,
            lips,
            self.mouth_box,
            self.step,
            textures,
            teeth,
            own_lips=bool(own_atlas) and mouths.lips,
        )

    def motion(self, expression: Expression) -> FaceMotion:
        """Displacements for one expression."""
        travel = solve(expression.mouth, self.frame.height, self._fields.overlap)
        upper, lower = self._fields.layers(expression, travel)
        lines = self._lines.follow(upper, lower)
        mouth = expression.mouth
        # A tucked lip shows the upper teeth, as spread ones do.
        rounding = mouth.rounding - max(0.0, mouth.spread) - TUCK_SHOWS * mouth.tuck
        pose = MouthPose(lines, mouth.jaw, rounding)
        return FaceMotion(pose, upper, lower, self._fields.merged(upper, lower))

    def before(self, field: Array, positions: Array, rounds: int = LIP_ROUNDS) -> Array:
        """Where points at `positions` (any shape [.., .., 2], in steps) were before a field moved them."""
        moved = self.grid.inverse(field, positions, rounds, border=cv2.BORDER_CONSTANT)
        return positions - moved


def _skin(image: Image, landmarks: Array) -> tuple[float, float, float]:
    """RGB of cheeks and nose. landmarks: panel coordinates."""
    found = remap(image, landmarks[list(SKIN), :2].reshape(-1, 1, 2) - np.float32(0.5))
    red, green, blue = np.median(found.reshape(-1, 3), axis=0).tolist()
    return red, green, blue


def _gain(wanted: atlas.Light, given: atlas.Light, *, whole: bool) -> Array:
    """RGB factors from one light to another. Skin differs in colour as light does: without being the same
    face's (`whole`), only half of what differs in colour is light."""
    gain = (np.array(wanted.skin) + 4) / (np.array(given.skin) + 4)
    if not whole:
        gain = (gain + gain.mean()) / 2
    return np.clip(gain, 0.3, 1.4).astype(np.float32)


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
