"""Head pose and breath as displacement fields.

The head is a relief: every point has a depth taken from the mesh, and small turns move near points more than
far ones. The body stays, the neck shears in between.
"""

import cv2
import numpy as np
from scipy.interpolate import LinearNDInterpolator

from rendering.engines.talking_head.landmarks import CHIN, OVAL
from rendering.engines.talking_head.portrait.face_frame import Array, FaceFrame, smoothstep
from rendering.engines.talking_head.portrait.grid import Grid
from rendering.engines.talking_head.portrait.performance import Expression


def _relief(x: Array, y: Array, local: Array, depth: Array, height: float) -> Array:
    """Height above the plane of the face's outline, towards the viewer. Pixels, at face coordinates."""
    oval = list(OVAL)
    base = float(np.percentile(depth[oval], 80))
    angle = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=-1) * height
    centre = local[oval].mean(axis=0)
    rings = np.concatenate([centre + circle * (0.62, 0.80), centre + circle * (1.1, 1.3)])
    known = np.concatenate([local, rings])
    behind = np.full(len(rings), base + 0.05 * height)
    surface = LinearNDInterpolator(known, np.concatenate([depth, behind]), fill_value=base + 0.05 * height)
    relief = np.clip(base - surface(x, y), -0.1 * height, 0.6 * height)
    return np.asarray(cv2.GaussianBlur(relief.astype(np.float32), (0, 0), 3))


class HeadFields:
    """Displacements for unit yaw, pitch, roll (radians), shifts (face heights) and breath, over a grid."""

    def __init__(self, frame: FaceFrame, landmarks: Array, grid: Grid) -> None:
        """landmarks: float32 [468, 3], panel coordinates."""
        local, height = frame.local(landmarks), frame.height
        points = frame.local(grid.points())
        x, y = points[..., 0], points[..., 1]
        chin = float(local[CHIN, 1])
        relief = _relief(x, y, local, landmarks[:, 2], height)
        rigid = 1 - smoothstep(chin + 0.02 * height, chin + 0.42 * height, y)
        rigid *= 1 - smoothstep(0.75 * height, 1.35 * height, np.abs(x))
        body = smoothstep(chin + 0.10 * height, chin + 0.60 * height, y)
        neck = chin + 0.25 * height
        none = np.zeros_like(x)
        across = np.clip(x / height, -1.5, 1.5)
        fields = [
            frame.vectors((relief + 0.025 * height) * rigid, none),
            frame.vectors(none, (relief + 0.17 * height) * rigid),
            frame.vectors((neck - y) * rigid, x * rigid),
            frame.vectors(height * rigid, none),
            frame.vectors(none, height * rigid),
            frame.vectors(0.002 * height * body * across, -0.008 * height * body - 0.003 * height * rigid),
        ]
        self._fields = np.ascontiguousarray(np.stack(fields).reshape(len(fields), -1) / np.float32(grid.step))
        self._shape = (*grid.shape, 2)
        self._moved = np.empty(self._fields.shape[1], np.float32)

    def displacement(self, expression: Expression) -> Array:
        """[rows, columns, 2] in steps; valid until the next call."""
        pose = expression
        weights = np.array(
            [pose.yaw, pose.pitch, pose.roll, pose.shift_x, pose.shift_y, pose.breath], np.float32
        )
        np.dot(weights, self._fields, out=self._moved)
        return self._moved.reshape(self._shape)
