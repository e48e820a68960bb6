"""Who is in the avatar's picture and where it cuts them: what a layout needs to know, and nothing more."""

import math
from dataclasses import dataclass

import numpy as np

from rendering.engines.matting.base import Alpha
from rendering.engines.talking_head.base import StillSource
from rendering.pipeline.bundle import AvatarBundle

RIGHT_EYE, LEFT_EYE = (33, 133), (362, 263)
"""Corners of the eyes in the MediaPipe topology."""
FOREHEAD, CHIN = 10, 152
SOLID = 128
"""Alpha from which a border pixel counts as the person."""


@dataclass(frozen=True)
class Subject:
    """The person in a picture; pixels of the picture.

    eyes: x and y of the point between the eyes; face_height: hairline to chin; left_from, right_from:
    the topmost row at which the left or right border cuts the person, infinite where none does; cut_top: if
    the top border cuts the head. The bottom border is always taken to cut.
    """

    width: int
    height: int
    eyes: tuple[float, float]
    face_height: float
    left_from: float = math.inf
    right_from: float = math.inf
    cut_top: bool = False


def describe(bundle: AvatarBundle) -> Subject:
    """The subject of an avatar; of a clip, its typical place over the whole clip."""
    source = bundle.source
    faces = (source.face,) if isinstance(source, StillSource) else source.faces
    corners = np.median([face.landmarks[RIGHT_EYE + LEFT_EYE, :2].mean(axis=0) for face in faces], axis=0)
    heights = [np.hypot(*(face.landmarks[FOREHEAD, :2] - face.landmarks[CHIN, :2])) for face in faces]
    width, height = faces[0].image_size
    if isinstance(source, StillSource):
        left, right = _cut_from(source.alpha, 0), _cut_from(source.alpha, -1)
    else:
        left, right = (0.0 if side in bundle.borders else math.inf for side in ("left", "right"))
    return Subject(
        width=width,
        height=height,
        eyes=(float(corners[0]), float(corners[1])),
        face_height=float(np.median(heights)),
        left_from=left,
        right_from=right,
        cut_top="top" in bundle.borders,
    )


def _cut_from(alpha: Alpha, column: int) -> float:
    rows = np.flatnonzero(alpha[:, column] >= SOLID)
    return float(rows[0]) if len(rows) else math.inf
