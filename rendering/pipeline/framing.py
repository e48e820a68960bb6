"""Which part of a photo becomes the portrait, where the person is cut, and how much room is missing."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from rendering.engines.face.base import FaceAnalysis
from rendering.engines.face.mesh import Landmarks
from rendering.engines.face.pose import CHIN
from rendering.engines.matting.base import Alpha
from rendering.pipeline.bundle import Side

WIDE = 16 / 9
HEADROOM = 0.1
"""Share of the canvas height added above a head that touches the top."""
FACES_ABOVE, FACES_BELOW, FACES_BESIDE = 1.6, 4.0, 4.4
"""How much of a photo is kept around the middle of the face, in face heights: head to waist, 16:9."""
SOLID = 230
"""Alpha that is surely the person."""
SOFT_REACH = 0.03
"""How far hair and other soft edges reach beyond what is solid, as a share of the long side."""
MAX_HOLE = 0.02
"""Share of the person's area up to which an enclosed hole in the body is a mistake of the matte."""
CUT_SHARE = 0.02
"""A border is cut when the person lies on this share of it."""


@dataclass(frozen=True)
class Region:
    """A rectangle in pixels; right and bottom are outside."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top


def portrait_region(landmarks: Landmarks, width: int, height: int) -> Region:
    """The part of a photo of this size that shows head to waist and what is beside."""
    low, high = landmarks[:, :2].min(axis=0), landmarks[:, :2].max(axis=0)
    (centre_x, centre_y), face = (low + high) / 2, float(high[1] - low[1])
    return Region(
        max(0, int(centre_x - FACES_BESIDE * face)),
        max(0, int(centre_y - FACES_ABOVE * face)),
        min(width, int(np.ceil(centre_x + FACES_BESIDE * face))),
        min(height, int(np.ceil(centre_y + FACES_BELOW * face))),
    )


def speaker_alpha(alpha: Alpha, landmarks: Landmarks) -> Alpha:
    """The matte of the speaker alone, without small holes in the body.

    Dropped: whatever is not connected to the face (other people, fragments) and faint areas far from anything
    solid (shadows, ghosts). Closed: holes below the chin too small to be a gap between arm and body, which
    badges and prints tear into the matte.
    """
    away = cv2.distanceTransform((alpha <= SOLID).astype(np.uint8), cv2.DIST_L2, 5)
    alpha = np.where(np.asarray(away) <= SOFT_REACH * max(alpha.shape), alpha, np.uint8(0))
    count, labels = cv2.connectedComponents((alpha > 12).astype(np.uint8))
    height, width = alpha.shape
    columns = np.clip(landmarks[:, 0].astype(int), 0, width - 1)
    rows = np.clip(landmarks[:, 1].astype(int), 0, height - 1)
    on_face = np.bincount(labels[rows, columns], minlength=count)
    on_face[0] = 0
    speaker = np.where(labels == on_face.argmax(), alpha, np.uint8(0)) if on_face.any() else alpha
    return _close_holes(speaker, int(landmarks[CHIN, 1]))


def _close_holes(alpha: Alpha, chin: int) -> Alpha:
    """alpha with the small enclosed holes below row `chin` made solid."""
    body = alpha[max(chin, 0) :]
    if body.size == 0:
        return alpha
    count, labels, boxes, _ = cv2.connectedComponentsWithStats((body < 128).astype(np.uint8), connectivity=4)
    left, top, across, down, area = boxes.T
    enclosed = (left > 0) & (top > 0) & (left + across < body.shape[1]) & (top + down < body.shape[0])
    small = enclosed & (area < MAX_HOLE * np.count_nonzero(alpha > 127))
    small[0] = False
    holes = np.asarray(cv2.dilate(small[labels].astype(np.uint8), np.ones((9, 9), np.uint8))) > 0
    closed = alpha.copy()
    closed[max(chin, 0) :][holes] = 255
    return closed if count > 1 else alpha


def face_share(alpha: Alpha, landmarks: Landmarks) -> float:
    """How much of the face the matte holds, 0..1; what lies outside the picture does not count."""
    face = np.zeros(alpha.shape, np.uint8)
    cv2.fillConvexPoly(face, cv2.convexHull(np.rint(landmarks[:, :2]).astype(np.int32)), 1)
    return float(np.mean(alpha[face > 0])) / 255 if face.any() else 0.0


def cut_borders(alpha: Alpha) -> frozenset[Side]:
    """The sides of the picture on which the person lies."""
    lines: dict[Side, NDArray[np.uint8]] = {
        "left": alpha[:, 0],
        "top": alpha[0],
        "right": alpha[:, -1],
        "bottom": alpha[-1],
    }
    return frozenset(side for side, line in lines.items() if np.mean(line > 127) > CUT_SHARE)


def missing_room(borders: frozenset[Side], face: FaceAnalysis) -> Region:
    """The canvas, in pixels of the picture, that gives a person cut at left, top or right whole shoulders.

    It reaches beyond the picture where room is missing, is 16:9 or wider and has the face in its middle. The
    picture itself when only the bottom cuts.
    """
    width, height = face.image_size
    if not borders - {"bottom"}:
        return Region(0, 0, width, height)
    top = -round(height * HEADROOM / (1 - HEADROOM)) if "top" in borders else 0
    half = (height - top) * WIDE / 2
    centre_x = float(face.landmarks[:, 0].mean())
    # The bottom of the canvas stays the bottom of the picture: a body that ends above it would float.
    return Region(min(0, round(centre_x - half)), top, max(width, round(centre_x + half)), height)
