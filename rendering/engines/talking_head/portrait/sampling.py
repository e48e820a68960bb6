"""Reading pictures between their pixels."""

from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

READING_LOSS = np.array([-0.055, 1.11, -0.055])
"""Filter that gives back in advance the little detail that bilinear reading of a picture twice as dense
takes."""

Plane = TypeVar("Plane", NDArray[np.uint8], NDArray[np.floating])


def remap(
    plane: Plane,
    positions: NDArray[np.floating],
    *,
    out: Plane | None = None,
    interpolation: int = cv2.INTER_LINEAR,
    border: int = cv2.BORDER_REPLICATE,
) -> Plane:
    """The plane at positions float32 [height, width, 2]: x and y, 0 being the middle of the first pixel."""
    # OpenCV's stubs do not know that the second map may be absent.
    return cv2.remap(plane, positions, None, interpolation, out, border)  # type: ignore[call-overload]
