"""What the face mesh sees in each frame of a film."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rendering.bench.lipsync.eyes import HEIGHT, WIDTH, Eyes, eyes, likeness
from rendering.engines.face.analysis import FaceAnalyser
from rendering.engines.face.base import Image
from rendering.engines.face.mesh import Landmarks

FOREHEAD, CHIN = 10, 152
MOUTH_CORNERS = (61, 291)
LIP_PAIRS = ((13, 14), (312, 317), (82, 87))
"""Upper and lower inner lip, in the middle and beside it."""
OUTER_LIPS = (
    61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146,
)  # fmt: skip
INNER_LIPS = (
    78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 324, 318, 402, 317, 14, 87, 178, 88, 95,
)  # fmt: skip
OUTER_EYES = (33, 263)
"""Outer corners of the eyes, from the image's left to its right."""
FIXED = (8, 168, 6, 197, 195, 33, 133, 362, 263, 127, 356, 234, 454)
"""Bridge of the nose, eye corners and temples: they move with the head only."""

EYES = (2, HEIGHT, WIDTH)

Curve = NDArray[np.float64]


@dataclass(frozen=True)
class Tracks:
    """A film in numbers, one for each frame; NaN where no face is seen.

    height: of the face in pixels, forehead to chin, the film's median: the chin sinks with every vowel;
    opening, width: of the mouth, in face heights; eyes: how much they look as usual, 1 at most;
    fixed: [frames, 13, 2] in pixels, of FIXED; landmarks: as found, None without a face.
    """

    height: float
    opening: Curve
    width: Curve
    eyes: Curve
    fixed: NDArray[np.float64]
    landmarks: tuple[Landmarks | None, ...]

    @property
    def seen(self) -> float:
        """Share of frames in which there is a face."""
        return float(np.mean([found is not None for found in self.landmarks]))


def watch(frames: Iterable[Image], analyser: FaceAnalyser) -> Tracks:
    """Follow the face through a film. Raises ValueError when no frame has one."""
    found: list[Landmarks | None] = []
    seen: list[Eyes] = []
    for frame in frames:
        landmarks = analyser.follow(frame, found[-1] if found else None)
        found.append(landmarks)
        seen.append(np.full(EYES, np.nan, np.float32) if landmarks is None else eyes(frame, landmarks))
    if all(landmarks is None for landmarks in found):
        raise ValueError("no face in any frame")
    return _tracks(found, np.stack(seen))


def _tracks(landmarks: list[Landmarks | None], seen: NDArray[np.float32]) -> Tracks:
    points = np.full((len(landmarks), 468, 2), np.nan)
    for index, found in enumerate(landmarks):
        if found is not None:
            points[index] = found[:, :2]
    height = float(np.nanmedian(_distance(points, FOREHEAD, CHIN)))
    return Tracks(
        height=height,
        opening=np.mean([_distance(points, *pair) for pair in LIP_PAIRS], axis=0) / height,
        width=_distance(points, *MOUTH_CORNERS) / height,
        eyes=likeness(seen),
        fixed=points[:, FIXED],
        landmarks=tuple(landmarks),
    )


def _distance(points: NDArray[np.float64], one: int, other: int) -> Curve:
    return np.asarray(np.linalg.norm(points[:, one] - points[:, other], axis=1))
