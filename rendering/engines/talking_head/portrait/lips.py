"""The shape of a mouth in a picture, and of the same mouth closed and relaxed."""

from dataclasses import dataclass

import numpy as np

from rendering.engines.face.base import Image
from rendering.engines.talking_head.landmarks import (
    CORNER_LEFT,
    CORNER_RIGHT,
    INNER_LOWER,
    INNER_UPPER,
    OUTER_LOWER,
    OUTER_UPPER,
)
from rendering.engines.talking_head.portrait.aperture import measure_open, mesh_heights
from rendering.engines.talking_head.portrait.face_frame import Array, FaceFrame, Line, smoothstep
from rendering.engines.talking_head.portrait.inner_lips import (
    COLUMNS,
    LipProbe,
    find_seam,
    find_slit,
    shows_inside,
)

PARTED_ABOVE = 0.025
"""Face heights between the mesh's inner lip lines; it reads up to 0.014 on closed lips."""
RELAXED_WIDTH = 0.34
"""Face heights from corner to corner without a smile."""
SMILE_TAKEN_BACK = 0.55
"""Share of a smile's width that is relaxed. More shows, because cheeks and creases stay in the picture."""
SEAM_POSITION = 0.62
"""Where parted lips meet, from the upper (0) to the lower (1) edge: the lower lip travels less than the jaw
lets one think."""


@dataclass(frozen=True)
class Lips:
    """Lip lines in face coordinates. left, right: x of the corners as positive distances from the middle;
    parted: the lips do not touch in the picture; shows_teeth: and are so far apart that its
    teeth can be used; seam: where the lips meet."""

    inner_upper: Line
    inner_lower: Line
    outer_upper: Line
    outer_lower: Line
    seam: Line
    left: float
    right: float
    parted: bool
    shows_teeth: bool

    @property
    def width(self) -> float:
        """Corner to corner, pixels."""
        return self.left + self.right

    @property
    def opening(self) -> float:
        """Between the inner lines at the middle, pixels."""
        return float(self.inner_lower(0.0) - self.inner_upper(0.0))

    def across(self, x: Array) -> Array:
        """x in units of its own side's half width: -1 and 1 at the corners, also of a face seen askew."""
        return np.where(x < 0, x / self.left, x / self.right).astype(np.float32)

    def excess_width(self, height: float) -> float:
        """Share of the width that relaxing takes away. height: of the face, pixels."""
        excess = np.clip((self.width - RELAXED_WIDTH * height) / self.width, 0, 0.3)
        return float(excess) * SMILE_TAKEN_BACK

    def raised_corners(self, height: float) -> float:
        """Pixels by which relaxing lowers the corners."""
        ends = np.mean([self.seam(self.seam.ends[0]), self.seam(self.seam.ends[1])])
        smiling = float(smoothstep(0.005, 0.03, self.excess_width(height)))
        return 0.35 * SMILE_TAKEN_BACK * float(self.seam(0.0) - ends) * smiling


def find_lips(image: Image, frame: FaceFrame, local: Array) -> Lips:
    """image: on the panel, where `frame` holds; local: landmarks in face coordinates [468, 2]."""
    inner_upper, inner_lower = Line.through(local, INNER_UPPER), Line.through(local, INNER_LOWER)
    outer_upper, outer_lower = Line.through(local, OUTER_UPPER), Line.through(local, OUTER_LOWER)
    x: Array = np.linspace(*inner_upper.ends, COLUMNS)
    upper, lower = inner_upper(x), inner_lower(x)
    probe = LipProbe(image, frame)
    slit = None
    outer = outer_upper(x), outer_lower(x)
    apart = bool(lower[COLUMNS // 2] - upper[COLUMNS // 2] > PARTED_ABOVE * frame.height)
    parted = apart and shows_inside(probe, x, upper, lower, outer)
    if parted:
        mouth = measure_open(image, frame, local, *mesh_heights(local))
        x, upper, lower = mouth.x, mouth.inner_upper, mouth.inner_lower
    elif slit := find_slit(probe, x, upper, lower, outer, frame.height):
        upper, lower = slit
    else:
        upper = lower = find_seam(probe, x, upper, lower, frame.height)
    return Lips(
        inner_upper=Line(x, upper),
        inner_lower=Line(x, lower),
        outer_upper=outer_upper,
        outer_lower=outer_lower,
        seam=Line(x, upper + SEAM_POSITION * (lower - upper)),
        left=float(-local[CORNER_LEFT, 0]),
        right=float(local[CORNER_RIGHT, 0]),
        parted=parted or slit is not None,
        shows_teeth=parted,
    )
