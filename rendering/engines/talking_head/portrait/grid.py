"""The coarse grid that displacements live on.

Displacement fields are smooth, so they are kept on nodes a few pixels apart, and only the final sampling map
is enlarged to every pixel. Displacements and positions on the grid are in units of its step.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from rendering.engines.talking_head.panel_picture import Rectangle
from rendering.engines.talking_head.portrait.face_frame import Array
from rendering.engines.talking_head.portrait.sampling import remap

NODES_PER_FACE = 80
"""Nodes along the face height of a large face."""
SMALLEST_STEP = 4


def step_for(face_height: float) -> int:
    """Panel pixels between nodes."""
    return max(SMALLEST_STEP, round(face_height / NODES_PER_FACE))


@dataclass(frozen=True)
class Grid:
    """Nodes over a rectangle of nodes; node (row, column) stands at ((column + 0.5), (row + 0.5)) steps."""

    step: int
    nodes: Rectangle

    @classmethod
    def over(cls, pixels: Rectangle, step: int) -> "Grid":
        """The smallest grid that covers some pixels."""
        return cls(
            step,
            Rectangle(
                pixels.left // step, pixels.top // step, -(-pixels.right // step), -(-pixels.bottom // step)
            ),
        )

    @property
    def shape(self) -> tuple[int, int]:
        """Rows, columns."""
        return self.nodes.height, self.nodes.width

    def positions(self) -> Array:
        """Where the nodes stand: [rows, columns, 2], in steps."""
        x = np.arange(self.nodes.left, self.nodes.right, dtype=np.float32) + np.float32(0.5)
        y = np.arange(self.nodes.top, self.nodes.bottom, dtype=np.float32) + np.float32(0.5)
        return np.stack(np.meshgrid(x, y), axis=-1)

    def points(self) -> Array:
        """The same in panel coordinates."""
        return self.positions() * np.float32(self.step)

    def point(self, row: int, column: int) -> Array:
        """One node's panel coordinates [2]."""
        node = np.array([self.nodes.left + column, self.nodes.top + row], np.float32)
        return np.asarray((node + np.float32(0.5)) * np.float32(self.step), np.float32)

    def part(self, other: "Grid") -> tuple[slice, slice]:
        """Where the nodes of `other`, which must lie inside, are in an array over this grid."""
        rows, columns = other.nodes.top - self.nodes.top, other.nodes.left - self.nodes.left
        return slice(rows, rows + other.nodes.height), slice(columns, columns + other.nodes.width)

    def sample(self, field: Array, positions: Array, *, border: int) -> Array:
        """A field [rows, columns, channels] over this grid, read at positions given in steps."""
        corner = np.array([self.nodes.left + 0.5, self.nodes.top + 0.5], np.float32)
        return remap(field, positions - corner, border=border)

    def inverse(self, field: Array, positions: Array, rounds: int, *, border: int) -> Array:
        """The displacement d with d = field(position - d): what moved a source point to each position.

        Fixed-point iteration, which converges because fields stretch by less than their own distance."""
        displacement = self.sample(field, positions, border=border)
        for _ in range(rounds):
            displacement = self.sample(field, positions - displacement, border=border)
        return displacement

    def enlarge(self, values: Array, pixels: Rectangle, out: Array | None = None) -> Array:
        """Values on the nodes [rows, columns, 2] to every one of `pixels`: [height, width, 2].

        The grid must reach beyond the pixels, because enlarging repeats the outermost half step. out: scratch
        of the whole grid's size in pixels."""
        size = (values.shape[1] * self.step, values.shape[0] * self.step)
        full = cv2.resize(values, size, dst=out, interpolation=cv2.INTER_LINEAR)
        top, left = pixels.top - self.nodes.top * self.step, pixels.left - self.nodes.left * self.step
        return np.asarray(full[top : top + pixels.height, left : left + pixels.width])
