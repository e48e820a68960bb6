"""A picture whose head turns, whose eyes move and whose chest breathes; whatever else its face does is drawn
into it by its owner."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from rendering.engines.face.pose import head_pose
from rendering.engines.face.regions import LIPS
from rendering.engines.matting.base import Alpha
from rendering.engines.matting.foreground import estimate_foreground
from rendering.engines.talking_head.base import Placement, StillSource
from rendering.engines.talking_head.panel_picture import PanelPicture, Rectangle, place
from rendering.engines.talking_head.portrait.eyes import Canvas, find_eyes
from rendering.engines.talking_head.portrait.face_frame import Array, FaceFrame
from rendering.engines.talking_head.portrait.grid import Grid, step_for
from rendering.engines.talking_head.portrait.head import HeadFields
from rendering.engines.talking_head.portrait.performance import Expression
from rendering.engines.talking_head.portrait.sampling import READING_LOSS, remap

DENSITY = 2
"""Canvas pixels per panel pixel. Bilinear reading of a denser picture stays sharp at every sub-pixel shift;
at density 1 hair and skin would soften as soon as the head moves."""
LARGEST_MOTION = 0.06
"""Face heights that the head, breath and hair may travel."""
BAND_ROWS = 48
"""Panel rows of a band of the person that is drawn at once."""


class MovingPicture:
    """One picture on its panel. A frame is drawn in steps: eyes are painted (`act`), the places that head and
    breath moved are found (`turn_back`), the person is read from the canvas there (`sample`) and put out
    (`put`).

    image, plate, landmarks: as of PanelPicture; canvas: the person in its own colours, DENSITY times as dense
    as the panel, with its matte as fourth channel; shown: where the person may ever be seen; drawn: uint8
    [height, width, 4] over what is shown; grid: over the same, in `step` pixels.
    """

    def __init__(self, source: StillSource, placement: Placement) -> None:
        """Raises ValueError when the placement leaves the mouth outside the panel."""
        picture = place(source, placement)
        self.panel = Rectangle(0, 0, placement.width, placement.height)
        self.image, self.plate, self.landmarks = picture.image, picture.plate, picture.landmarks
        self.canvas = _canvas(picture)
        self.shown = _extent(picture)
        if Rectangle.around(self.landmarks[list(LIPS), :2]).within(self.shown).empty:
            raise ValueError(f"the mouth lies outside the visible part of the panel, {self.shown}")
        frame = FaceFrame.of(self.landmarks)
        self.step = step_for(frame.height)
        self.grid = Grid.over(self.shown.grown(self.step), self.step)
        self._positions = self.grid.positions()
        self._head = HeadFields(frame, self.landmarks, self.grid)
        yaw, _, _ = head_pose(self.landmarks)
        self._eyes = find_eyes(self.canvas, frame, frame.local(self.landmarks), math.radians(yaw), DENSITY)
        self.drawn = np.zeros((self.shown.height, self.shown.width, 4), np.uint8)
        self._bands = _bands(picture, self.shown)
        rows, columns = self.grid.shape
        self._map = np.empty((rows * self.step, columns * self.step, 2), np.float32)

    @property
    def extent(self) -> tuple[int, int, int, int]:
        """left, top, right, bottom in panel pixels outside which alpha is 0 in every frame."""
        return self.shown.left, self.shown.top, self.shown.right, self.shown.bottom

    def act(self, expression: Expression) -> None:
        """Lids and gaze, onto the canvas."""
        for eye in self._eyes:
            eye.paint(self.canvas, expression.blink, expression.gaze)

    def turn_back(self, expression: Expression) -> Array:
        """Where each node's pixel was before the head moved, [rows, columns, 2] in steps."""
        moved = self._head.displacement(expression)
        back = self.grid.inverse(moved, self._positions, 1, border=cv2.BORDER_REPLICATE)
        return self._positions - back

    def sample(self, places: Array) -> None:
        """The person as its canvas shows it at `places`, which are as from `turn_back`, into `drawn`."""
        sampling = self.grid.enlarge(self.on_canvas(places), self.shown, self._map)
        for band in self._bands:
            area = _inside(band, self.shown)
            remap(self.canvas, sampling[area], out=self.drawn[area])

    def put(self, rgb: NDArray[np.uint8], alpha: Alpha) -> None:
        """What is drawn, into panel-sized rgb and alpha; what is outside the extent is left as it is."""
        for band in self._bands:
            outputs = [rgb[band.slices], alpha[band.slices]]
            cv2.mixChannels([self.drawn[_inside(band, self.shown)]], outputs, [0, 0, 1, 1, 2, 2, 3, 3])

    def on_canvas(self, positions: Array) -> Array:
        """Positions in steps as pixel indices of the canvas."""
        return positions * np.float32(self.step * DENSITY) - np.float32(0.5)


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
