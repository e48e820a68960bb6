"""From the reference picture of a face to a frame of a clip in which head and mouth have moved.

Two maps are kept apart. `place` says where a point of the closed, silent face stands on the turned head;
there it is shown. `read` says where the frame has that point's skin, which its own speech has moved; from
there it is taken. They differ by the frame's speech: taking from the one and showing at the other closes the
frame's mouth.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from scipy.interpolate import RBFInterpolator

from rendering.engines.talking_head.landmarks import CHIN, OUTER_LOWER, OUTER_UPPER
from rendering.engines.talking_head.portrait.face_frame import Array, FaceFrame, smoothstep
from rendering.engines.talking_head.portrait.grid import Grid

MOVED = tuple(
    sorted(
        {
            *OUTER_UPPER,
            *OUTER_LOWER,
            # Rows around the lips, the chin, the lower cheeks and the jaw's outline.
            *(164, 165, 167, 391, 393, 92, 322, 186, 410, 57, 287, 43, 273, 106, 335, 182, 406, 83, 313, 18),
            *(200, 199, 175, 201, 421, 194, 418, 204, 424, 202, 422, 208, 428, 32, 262, 171, 396, 140, 369),
            *(206, 426, 216, 436, 212, 432, 207, 427, 214, 434, 210, 430, 211, 431, 169, 394, 170, 395),
            *(152, 148, 377, 176, 400, 149, 378, 150, 379, 136, 365, 172, 397, 58, 288, 138, 367, 135, 364),
        }
    )
)
"""Landmarks that speech moves."""
STILL = (
    *(1, 2, 4, 6, 168, 97, 326, 98, 327, 129, 358, 48, 278, 36, 266, 50, 280, 101, 330, 117, 346, 123, 352),
    *(234, 454, 127, 356, 33, 133, 263, 362, 9, 10, 67, 297),
)
"""Landmarks that it does not: nose, upper cheeks, eyes, forehead, the face's sides."""
SMOOTHING = 0.5
"""Of the thin-plate spline, which then passes by single landmarks at a fraction of a pixel."""
FADE = 4
"""Nodes over which displacements fade to the grid's border."""
ROUNDS = 3
"""Fixed-point iterations that undo the parallax, which is small and smooth."""


@dataclass(frozen=True)
class FrameMap:
    """One frame's maps; positions float32 [..., ..., 2] in grid steps.

    turn [2, 2], shift [2]: the affine part of `place`; parallax: what depth adds to it; spoken: from where a
    point is shown to where its skin is read; both [rows, columns, 2] in steps over the reference's grid.
    """

    grid: Grid
    turn: Array
    shift: Array
    parallax: Array
    spoken: Array

    def place(self, positions: Array) -> Array:
        """Where points of the reference stand in the frame."""
        return self._affine(positions) + self._sample(self.parallax, positions)

    def back(self, positions: Array) -> Array:
        """Inverse of `place`."""
        undo = np.linalg.inv(self.turn).astype(np.float32)
        found = (positions - self.shift) @ undo.T
        for _ in range(ROUNDS):
            found = (positions - self._sample(self.parallax, found) - self.shift) @ undo.T
        return np.asarray(found, np.float32)

    def read(self, positions: Array) -> Array:
        """Where the frame has the skin of points of the reference."""
        return self._affine(positions) + self._sample(self.parallax + self.spoken, positions)

    def _affine(self, positions: Array) -> Array:
        return np.asarray(positions @ self.turn.T + self.shift, np.float32)

    def _sample(self, field: Array, positions: Array) -> Array:
        return self.grid.sample(field, positions, border=cv2.BORDER_CONSTANT)


class FaceMap:
    """Spreads the displacements of landmarks over the face: a thin-plate spline (Bookstein 1989), solved once
    for the reference, so that a frame costs one small product."""

    def __init__(self, landmarks: Array, frame: FaceFrame, grid: Grid) -> None:
        """landmarks: of the reference, float32 [468, 3], panel coordinates; grid: over the face."""
        self._grid = grid
        self._step = np.float32(grid.step)
        self._reference = landmarks[list(MOVED), :2].astype(np.float32)
        self._affine_basis = np.hstack([self._reference, np.ones((len(MOVED), 1), np.float32)])
        self._affine_fit = np.linalg.pinv(self._affine_basis.astype(np.float64))
        fixed = np.concatenate([landmarks[list(STILL), :2], _border(grid), _neck(landmarks, frame)])
        known = np.concatenate([self._reference, fixed]) / frame.height
        nodes = grid.points().reshape(-1, 2) / frame.height
        values = np.eye(len(known))[:, : len(MOVED)]
        smoothing = SMOOTHING / frame.height
        spread = RBFInterpolator(known, values, kernel="thin_plate_spline", smoothing=smoothing**2)(nodes)
        spread *= _faded(grid).reshape(-1, 1)
        self._spread = np.ascontiguousarray(spread, np.float32)

    def onto(self, posed: Array, seen: Array, strength: float) -> FrameMap:
        """posed: the reference's landmarks on a frame's head, float32 [468, 2]; seen: the frame's own;
        strength: share of the frame's speech that is taken back, 0..1."""
        target = posed[list(MOVED)]
        fitted = self._affine_fit @ target
        depth = target - self._affine_basis @ fitted
        speech = strength * (seen[list(MOVED), :2] - target)
        fields = self._spread @ (np.hstack([depth, speech]).astype(np.float32) / self._step)
        fields = fields.reshape(*self._grid.shape, 4)
        return FrameMap(
            self._grid,
            fitted[:2].T.astype(np.float32),
            (fitted[2] / self._step).astype(np.float32),
            np.ascontiguousarray(fields[..., :2]),
            np.ascontiguousarray(fields[..., 2:]),
        )


def _border(grid: Grid) -> Array:
    """Points along the grid's edge."""
    edge = np.zeros(grid.shape, bool)
    edge[[0, -1], ::6] = edge[::6, [0, -1]] = True
    return grid.points()[edge]


def _neck(landmarks: Array, frame: FaceFrame) -> Array:
    """Points below the chin that speech leaves alone."""
    across = np.linspace(-0.3, 0.3, 5, dtype=np.float32)[:, None] * frame.right
    return landmarks[CHIN, :2] + np.float32(frame.height) * (across + np.float32(0.28) * frame.down)


def _faded(grid: Grid) -> Array:
    """1 over the grid, 0 at its border: [rows, columns]."""
    rows, columns = (np.minimum(np.arange(count), np.arange(count)[::-1]) for count in grid.shape)
    return smoothstep(0, FADE, np.minimum(rows[:, None], columns[None]))
