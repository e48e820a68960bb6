"""What the landmarks alone tell about a portrait. Landmarks: float32 [468, 3], pixels of the photo."""

from typing import Literal

import numpy as np

from rendering.engines.face.mesh import Landmarks
from rendering.engines.face.pose import CHIN, FOREHEAD
from rendering.engines.face.regions import INNER_BOTTOM, INNER_TOP, OVAL

Border = Literal["left", "top", "right", "bottom"]


def border_distances(landmarks: Landmarks, size: tuple[int, int]) -> dict[Border, float]:
    """How far the face ends from each border of the photo, face heights; negative where it is cut.

    size: width and height of the photo. The mesh goes on beyond a border, so what is cut off is measured too.
    """
    outline = landmarks[list(OVAL), :2]
    (left, top), (right, bottom) = outline.min(axis=0).tolist(), outline.max(axis=0).tolist()
    height = face_height(landmarks)
    return {
        "left": left / height,
        "top": top / height,
        "right": (size[0] - right) / height,
        "bottom": (size[1] - bottom) / height,
    }


def lip_opening(landmarks: Landmarks) -> float:
    """Distance of the lips' inner edges, face heights. The mesh reads up to 0.045 on full lips that touch."""
    gap = np.linalg.norm(landmarks[INNER_TOP, :2] - landmarks[INNER_BOTTOM, :2])
    return float(gap) / face_height(landmarks)


def face_height(landmarks: Landmarks) -> float:
    """Forehead to chin, pixels."""
    return float(np.linalg.norm(landmarks[CHIN, :2] - landmarks[FOREHEAD, :2]))
