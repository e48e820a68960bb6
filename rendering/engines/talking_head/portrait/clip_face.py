"""The face of a clip: in each frame its own speech is taken back, and another laid in."""

import cv2
import numpy as np

from rendering.engines.face.base import FaceAnalysis, Image
from rendering.engines.matting.base import Alpha
from rendering.engines.talking_head.clips.traits import lip_opening
from rendering.engines.talking_head.panel_picture import Rectangle
from rendering.engines.talking_head.portrait.closed_lips import ClosedLips
from rendering.engines.talking_head.portrait.face import FaceMotion, SpeakingFace
from rendering.engines.talking_head.portrait.face_frame import Array
from rendering.engines.talking_head.portrait.face_map import FaceMap, FrameMap
from rendering.engines.talking_head.portrait.grid import Grid
from rendering.engines.talking_head.portrait.mouth import LipSources, Window
from rendering.engines.talking_head.portrait.performance import Expression
from rendering.engines.talking_head.portrait.sampling import remap
from rendering.engines.talking_head.portrait.tracking import follow, talking

UNSEEN = 0.02
"""Pixels of displacement that nobody sees."""
NO_SHARE = 1 / 512
"""Share of a mouth that changes no pixel."""


class ClipFace:
    """The reference frame's face with its fields and its mouth, and the way from it to every other frame."""

    def __init__(
        self,
        picture: Image,
        landmarks: Array,
        reference: int,
        analysis: FaceAnalysis,
        fps: float,
        shown: Rectangle,
    ) -> None:
        """picture: the reference frame on the panel; landmarks: float32 [frames, 468, 3], panel coordinates;
        analysis: of the reference; shown: the part of the panel that the clip covers. Raises ValueError when
        the reference's mouth is outside it."""
        self._landmarks, self._reference = landmarks, landmarks[reference]
        self._shown = shown
        self._poses = follow(landmarks, reference)
        opening = lip_opening(landmarks)
        self._talks = talking(opening, float(opening[reference]), fps)
        self._face = face = SpeakingFace(picture, self._reference, shown, analysis)
        self._map = FaceMap(self._reference, face.frame, face.grid)
        self._lips = ClosedLips(picture, self._reference, face.frame, face.step)
        # A parted or smiling mouth is closed and relaxed in every frame, or it would change with each sound.
        self._never_as_filmed = self._moves(face.motion(Expression()).skin)

    def speak(self, picture: Image, matte: Alpha, number: int, expression: Expression, spoken: float) -> None:
        """Draw an expression into frame `number` of the clip and its matte, both on the panel.

        spoken: share of the mouth that is drawn where the clip's own is closed; where it talks, all is."""
        share = 1.0 if self._never_as_filmed else max(spoken, float(self._talks[number]))
        motion = self._face.motion(expression)
        if share < NO_SHARE and not self._moves(motion.skin):
            return
        way = self._map.onto(self._poses[number](self._reference), self._landmarks[number], share)
        area = self._placed(self._face.area, way)
        if area.empty:
            return
        # The canvas of the lips is lit before the skin beneath is moved.
        canvas = self._lips.lit_as(picture, way.read(self._lips.nodes), area)
        grid = Grid.over(area.grown(self._face.step), self._face.step)
        positions = grid.positions()
        still = way.back(positions)
        # As a displacement, because what nothing moves is then read exactly where it is shown.
        moved = way.read(self._face.before(motion.skin, still)) - way.place(still)
        self._move_skin(picture, matte, grid, moved, area)
        box = self._placed(self._face.mouth_box, way)
        if share >= NO_SHARE and not box.empty:
            drawn = self._mouth(
                Grid.over(box.grown(self._face.step), self._face.step), way, motion, canvas, box
            )
            opacity = drawn[..., 3].astype(np.float32) * np.float32(share / 255)
            lips = np.ascontiguousarray(drawn[..., :3])
            picture[box.slices] = cv2.blendLinear(
                lips, np.ascontiguousarray(picture[box.slices]), opacity, 1 - opacity
            )

    def _moves(self, field: Array) -> bool:
        return bool(np.abs(field).max() * self._face.step > UNSEEN)

    def _placed(self, box: Rectangle, way: FrameMap) -> Rectangle:
        """The upright rectangle around one of the reference, in the frame."""
        corners = np.array(
            [
                [(box.left, box.top), (box.right, box.top)],
                [(box.left, box.bottom), (box.right, box.bottom)],
            ],
            np.float32,
        )
        points = way.place(corners / np.float32(self._face.step)) * np.float32(self._face.step)
        return Rectangle.around(points.reshape(-1, 2)).within(self._shown)

    def _move_skin(self, picture: Image, matte: Alpha, grid: Grid, moved: Array, area: Rectangle) -> None:
        """moved: for each node, how far away its skin is read, in steps."""
        step = self._face.step
        far = np.abs(moved).max(axis=2) * step > UNSEEN
        left, top, width, height = cv2.boundingRect(far.view(np.uint8))
        if not width:
            return
        left, top = (grid.nodes.left + left - 1) * step, (grid.nodes.top + top - 1) * step
        changed = Rectangle(left, top, left + (width + 2) * step, top + (height + 2) * step).within(area)
        if changed.empty:
            return
        places = (grid.positions() + moved) * np.float32(step) - np.float32(0.5)
        sampling = np.ascontiguousarray(grid.enlarge(places, changed))
        picture[changed.slices] = remap(picture, sampling, interpolation=cv2.INTER_CUBIC)
        matte[changed.slices] = remap(matte, sampling)

    def _mouth(self, grid: Grid, way: FrameMap, motion: FaceMotion, canvas: Image, box: Rectangle) -> Image:
        """The mouth and its opacity over a box of the frame: uint8 [height, width, 4]."""
        still = way.back(grid.positions())
        upper, lower = self._face.before(motion.upper, still), self._face.before(motion.lower, still)
        sources = LipSources(still, upper, lower, self._lips.indices(upper), self._lips.indices(lower))
        return self._face.mouth.draw(Window(box, grid, canvas), sources, motion.mouth)
