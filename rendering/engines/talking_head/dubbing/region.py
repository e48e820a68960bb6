"""The part of a face that speech moves, and the soft edge within which a repainted one is laid over it."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from rendering.engines.talking_head.landmarks import CHIN, FOREHEAD
from rendering.engines.talking_head.panel_picture import Rectangle

JAW: Final = (
    132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361,
)  # fmt: skip
"""Along the face's outline from below one ear round the chin to below the other."""
CHEEKS_AND_NOSE: Final = (205, 36, 4, 266, 425)
"""The upper edge: inner cheeks and the tip of the nose."""
BELOW_CHIN = 0.05
"""Face heights that an opening jaw sinks beyond the template's chin."""
FEATHER = 0.06
"""Face heights over which the template gives way, inwards from the region's edge, unless an engine's mouths
join the picture more closely."""

Points = NDArray[np.floating]
Mask = NDArray[np.float32]


def lower_face(landmarks: Points) -> NDArray[np.float32]:
    """The outline of each picture's lower face, float32 [pictures, points, 2] in the landmarks' pixels.

    landmarks: float32 [pictures, 468, 3]."""
    flat = landmarks[..., :2].astype(np.float32)
    upper, jaw = flat[:, list(CHEEKS_AND_NOSE)], flat[:, list(JAW)].copy()
    down = flat[:, CHIN] - flat[:, FOREHEAD]
    # The chin sinks furthest, the corners of the jaw hardly at all.
    sinks = np.sin(np.linspace(0, np.pi, len(JAW), dtype=np.float32)) ** 2
    jaw += BELOW_CHIN * sinks[None, :, None] * down[:, None]
    return np.concatenate([jaw, upper[:, ::-1]], axis=1)


def face_height(landmarks: Points) -> float:
    """Forehead to chin. landmarks: [468, 2 or 3]."""
    return float(np.linalg.norm(landmarks[CHIN, :2] - landmarks[FOREHEAD, :2]))


def soft_mask(outline: Points, feather: float, within: Rectangle) -> tuple[Rectangle, Mask]:
    """Where a region covers pixels, and how much of each: 0 on its outline and beyond, 1 from `feather`
    pixels inside.

    outline: [points, 2] in the pixels of `within`, beyond which nothing is covered. The rectangle is empty
    where the region is outside.
    """
    area = Rectangle.around(outline).grown(1).within(within)
    if area.empty:
        return Rectangle(0, 0, 0, 0), np.zeros((0, 0), np.float32)
    inside = np.zeros((area.height + 2, area.width + 2), np.uint8)
    corners = np.rint(outline - (area.left - 1, area.top - 1)).astype(np.int32)
    cv2.fillPoly(inside, [corners], 1)
    # The border stays empty: an edge of `within` is an edge of the region.
    inside[[0, -1]], inside[:, [0, -1]] = 0, 0
    depth = cv2.distanceTransform(inside, cv2.DIST_L2, 5)[1:-1, 1:-1]
    share = np.clip((depth - 1) / max(feather, 1.0), 0, 1)
    return area, np.asarray(share * share * (3 - 2 * share), np.float32)
