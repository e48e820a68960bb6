"""The face of a clip: in each frame its own speech is taken back, and another laid in."""

import cv2
import numpy as np

from rendering.engines.face.base import Image
from rendering.engines.matting.base import Alpha
from rendering.engines.talking_head.portrait.closed_lips import ClosedLips
from rendering.engines.talking_head.portrait.face import FaceMotion, SpeakingFace
from rendering.engines.talking_head.portrait.face_frame import Array
from rendering.engines.talking_head.portrait.face_map import FaceMap, FrameMap
from rendering.engines.talking_head.portrait.grid import Grid
from rendering.engines.talking_head.portrait.mouth import LipSources, Window
from rendering.engines.talking_head.portrait.panel_picture import Rectangle
from rendering.engines.talking_head.portrait.performance import Expression
from rendering.engines.talking_head.portrait.sampling import remap
from rendering.engines.talking_head.portrait.tracking import follow, lip_opening, talking

UNSEEN = 1e-3
"""Steps of displacement, or share of a mouth, that nobody sees."""


class ClipFace:
    """The reference frame's face with its fields and its mouth, and the way from it to every other frame."""

    def __init__(
        self, picture: Image, landmarks: Array, reference: int, fps: float, panel: Rectangle, shown: Rectangle
    ) -> None:
        """picture: the reference frame on the panel; landmarks: float32 [frames, 468, 3], panel coordinates;
        shown: the part of the panel that the clip covers. Raises ValueError when the reference's mouth is
        outside it."""
        self._landmarks, self._reference = landmarks, landmarks[reference]
        self._panel, self._shown = panel, shown
        self._poses = follow(landmarks, reference)
        opening = lip_opening(landmarks)
        self._talks = talking(opening, float(opening[reference]), fps)
        self._face = face = SpeakingFace(picture, self._reference, shown)
        self._map = FaceMap(self._reference, face.frame, face.grid)
        self._lips = ClosedLips(picture, self._reference, face.frame, face.mouth_box, face.step)
        # A parted or smiling mouth is closed and relaxed in every frame, or it would change with each sound.
        self._never_as_filmed = bool(np.abs(face.motion(Expression()).skin).max() > UNSEEN)

    def speak(
        self, picture: Image, matte: Alpha | None, number: int, expression: Expression, spoken: float
    ) -> None:
        """Draw an expression into frame `number` of the clip and its matte.

        spoken: share of the mouth that is drawn where the clip's own is closed; where it talks, all is."""
        share = 1.0 if self._never_as_filmed else max(spoken, float(self._talks[number]))
        motion = self._face.motion(expression)
        if share < UNSEEN and np.abs(motion.skin).max() < UNSEEN:
            return
        way = self._map.onto(self._poses[number](self._reference), self._landmarks[number], share)
        area = _placed(self._face.area, way, self._face.step).within(self._shown)
        box = _placed(self._face.mouth_box, way, self._face.step).within(area)
        if area.empty:
            return
        source = picture.copy()
        grid = Grid.over(area.grown(self._face.step), self._face.step)
        positions = grid.positions()
        still = way.back(positions)
        skin = self._face.before(motion.skin, still)
        # What nothing moves is read where it is shown, exactly.
        sampling = grid.enlarge(
            (positions + way.read(skin) - way.place(still)) * np.float32(self._face.step) - np.float32(0.5),
            area,
        )
        picture[area.slices] = remap(source, sampling, interpolation=cv2.INTER_CUBIC)
        if matte is not None:
            matte[area.slices] = remap(matte.copy(), sampling)
        if share >= UNSEEN and not box.empty:
            self._draw_mouth(picture, source, way, motion, grid, still, box, share)

    def _draw_mouth(
        self,
        picture: Image,
        source: Image,
        way: FrameMap,
        motion: FaceMotion,
        grid: Grid,
        still: Array,
        box: Rectangle,
        share: float,
    ) -> None:
        canvas = self._lips.over(source, way.read(self._lips.grid.positions()))
        near = Grid.over(box.grown(self._face.step), self._face.step)
        still = np.ascontiguousarray(still[grid.part(near)])
        upper, lower = self._face.before(motion.upper, still), self._face.before(motion.lower, still)
        sources = LipSources(still, upper, lower, self._lips.indices(upper), self._lips.indices(lower))
        drawn = self._face.mouth.draw(Window(box, near, canvas), sources, motion.travel, motion.mouth)
        shown = picture[box.slices]
        picture[box.slices] = cv2.addWeighted(shown, 1 - share, drawn, share, 0)


def _placed(box: Rectangle, way: FrameMap, step: int) -> Rectangle:
    """The smallest upright rectangle around one of the reference, in the frame."""
    corners = np.array(
        [
            [(box.left, box.top), (box.right, box.top)],
            [(box.left, box.bottom), (box.right, box.bottom)],
        ],
        np.float32,
    )
    return Rectangle.around(way.place(corners / np.float32(step)).reshape(-1, 2) * step)
