"""What is known about a face in an image."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
"""uint8 [height, width, 3], RGB, upright."""


@dataclass(frozen=True)
class FaceBox:
    """A detection in pixels of the image. score 0..1; keypoints float32 [6, 2]: right eye, left eye, nose,
    mouth, right ear, left ear (BlazeFace order)."""

    left: float
    top: float
    right: float
    bottom: float
    score: float
    keypoints: NDArray[np.float32]


@dataclass(frozen=True)
class FaceAnalysis:
    """The face of an avatar. Stored with the avatar as JSON (`to_json`, `from_json` in analysis.py).

    landmarks: float32 [468, 3], x and y in pixels of the image, z on the same scale (MediaPipe topology);
    yaw, pitch, roll: degrees, 0 is frontal and upright; width: face width in pixels (ear to ear, lm 234-454);
    warnings: sentences for the user.
    """

    image_size: tuple[int, int]
    """width, height in pixels"""
    landmarks: NDArray[np.float32]
    yaw: float
    pitch: float
    roll: float
    width: float
    warnings: tuple[str, ...] = field(default=())
