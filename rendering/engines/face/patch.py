"""A face upright and at one size, so that a measure means the same in every photo."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from rendering.engines.face.base import Image
from rendering.engines.face.mesh import Landmarks
from rendering.engines.face.pose import CHIN, FOREHEAD

FACE_WIDTH = 256
"""Pixels from ear to ear. Smaller faces are not enlarged: that would blur them."""
WIDTH, HEIGHT = 384, 448
"""Of the patch: room around the face for its outline."""
EAR_RIGHT, EAR_LEFT = 234, 454

Mask = NDArray[np.bool_]
Grey = NDArray[np.float32]


@dataclass(frozen=True)
class FacePatch:
    """image: uint8 [448, 384, 3]; grey: its luminance, float32, 0..255; points: landmarks on it, float32
    [468, 2]; height: of the face, forehead to chin, in its pixels."""

    image: Image
    grey: Grey
    points: NDArray[np.float32]
    height: float

    @classmethod
    def of(cls, image: Image, landmarks: Landmarks) -> "FacePatch":
        """Black where the photo ends."""
        flat = landmarks[:, :2].astype(np.float64)
        ears = flat[EAR_LEFT] - flat[EAR_RIGHT]
        across = float(np.linalg.norm(landmarks[EAR_LEFT] - landmarks[EAR_RIGHT]))
        scale = min(1.0, FACE_WIDTH / across)
        region, corner, shrunk = _shrunk(image, flat, scale)
        cosine, sine = ears / np.linalg.norm(ears)
        turn = np.array([[cosine, sine], [-sine, cosine]])
        local = (flat - corner) * shrunk
        middle = (local.min(axis=0) + local.max(axis=0)) / 2
        shift = np.array([WIDTH / 2, HEIGHT / 2]) - turn @ middle
        patch = np.asarray(
            cv2.warpAffine(region, np.column_stack([turn, shift]), (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR),
            np.uint8,
        )
        points = (local @ turn.T + shift).astype(np.float32)
        height = float(np.linalg.norm(points[CHIN] - points[FOREHEAD]))
        return cls(patch, cv2.cvtColor(patch, cv2.COLOR_RGB2GRAY).astype(np.float32), points, height)

    def inside(self, *rows: Sequence[int]) -> Mask:
        """The convex hulls of some groups of landmarks together."""
        drawn = np.zeros((HEIGHT, WIDTH), np.uint8)
        for row in rows:
            hull = cv2.convexHull(np.rint(self.points[list(row)]).astype(np.int32))
            cv2.fillConvexPoly(drawn, hull, 1)
        return drawn > 0

    def around(self, landmarks: Sequence[int], radius: float) -> Mask:
        """Discs around landmarks. radius: face heights."""
        drawn = np.zeros((HEIGHT, WIDTH), np.uint8)
        for x, y in np.rint(self.points[list(landmarks)]).astype(int).tolist():
            cv2.circle(drawn, (x, y), max(1, round(radius * self.height)), 1, -1)
        return drawn > 0


def _shrunk(
    image: Image, flat: NDArray[np.float64], scale: float
) -> tuple[Image, NDArray[np.float64], NDArray[np.float64]]:
    """The face's surroundings scaled by area, their corner in the photo, and the exact scale of each axis."""
    height, width = image.shape[:2]
    middle = (flat.min(axis=0) + flat.max(axis=0)) / 2
    reach = np.hypot(WIDTH, HEIGHT) / 2 / scale + 2
    left, top = np.clip(np.floor(middle - reach), 0, (width - 1, height - 1)).astype(int)
    right, bottom = np.clip(np.ceil(middle + reach), (left + 1, top + 1), (width, height)).astype(int)
    region = image[top:bottom, left:right]
    size = (max(1, round(region.shape[1] * scale)), max(1, round(region.shape[0] * scale)))
    shrunk = np.array(size) / (region.shape[1], region.shape[0])
    if scale < 1:
        region = np.asarray(cv2.resize(region, size, interpolation=cv2.INTER_AREA), np.uint8)
    return region, np.array([left, top], np.float64), shrunk
