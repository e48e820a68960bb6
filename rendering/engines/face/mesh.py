"""468 face landmarks: the MediaPipe face mesh (Kartynnik et al. 2019, arXiv:1907.06724)."""

import math
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from rendering.engines.face.base import FaceBox, Image
from rendering.engines.face.tflite import TfliteNetwork
from rendering.engines.weights import locate

INPUT_SIDE = 192
CROP_MARGIN = 1.5
"""Side of the crop over the longer side of the face box, as the network was trained."""
RIGHT_EYE_OUTER, LEFT_EYE_OUTER = 33, 263

Landmarks = NDArray[np.float32]
"""float32 [468, 3]: x, y in pixels from the image's top left corner (not its first pixel's centre), z on the
same scale, negative towards the viewer."""


@dataclass(frozen=True)
class FaceCrop:
    """A square turned with the head. centre and side in pixels; roll: radians, clockwise in the image."""

    centre_x: float
    centre_y: float
    side: float
    roll: float


def crop_from_box(box: FaceBox) -> FaceCrop:
    """The first crop, from a detection and its eye keypoints."""
    side = max(box.right - box.left, box.bottom - box.top) * CROP_MARGIN
    (right_x, right_y), (left_x, left_y) = box.keypoints[:2]
    return FaceCrop(
        centre_x=(box.left + box.right) / 2,
        centre_y=(box.top + box.bottom) / 2,
        side=side,
        roll=math.atan2(left_y - right_y, left_x - right_x),
    )


def crop_from_landmarks(landmarks: Landmarks) -> FaceCrop:
    """A tighter crop from known landmarks: the second pass, and the next frame of a video."""
    eyes = landmarks[LEFT_EYE_OUTER, :2] - landmarks[RIGHT_EYE_OUTER, :2]
    roll = math.atan2(eyes[1], eyes[0])
    across = np.array([math.cos(roll), math.sin(roll)])
    down = np.array([-across[1], across[0]])
    along = np.stack([landmarks[:, :2] @ across, landmarks[:, :2] @ down])
    low, high = along.min(axis=1), along.max(axis=1)
    middle = (low + high) / 2
    centre = middle[0] * across + middle[1] * down
    return FaceCrop(float(centre[0]), float(centre[1]), float((high - low).max()) * CROP_MARGIN, roll)


class FaceMesh:
    """Keeps the network warm; not thread-safe. Raises ModelMissingError when it is not on this machine."""

    def __init__(self, model: Path | None = None, *, threads: int = 1) -> None:
        self._network = TfliteNetwork(model or locate("face-mesh"), threads)

    def landmarks(self, image: Image, crop: FaceCrop) -> tuple[Landmarks, float]:
        """Landmarks of the face inside the crop, and how surely it is a face (0..1)."""
        pixel = crop.side / INPUT_SIDE
        cosine, sine = math.cos(crop.roll) * pixel, math.sin(crop.roll) * pixel
        half = INPUT_SIDE / 2
        to_image = np.array(
            [
                [cosine, -sine, crop.centre_x - half * (cosine - sine)],
                [sine, cosine, crop.centre_y - half * (sine + cosine)],
            ]
        )
        outputs = self._network.run(_sample(image, to_image, pixel)[None])
        raw = outputs["conv2d_21"].reshape(-1, 3)
        logit = float(np.clip(outputs["conv2d_31"].item(), -50, 50))
        points = np.empty_like(raw)
        points[:, :2] = raw[:, :2] @ to_image[:, :2].T + to_image[:, 2]
        points[:, 2] = raw[:, 2] * pixel
        return points, 1 / (1 + math.exp(-logit))

    def landmarks_of_box(self, image: Image, box: FaceBox) -> tuple[Landmarks, float]:
        """Landmarks of a detected face, refined by a second pass over the crop that the first suggests."""
        first, _ = self.landmarks(image, crop_from_box(box))
        return self.landmarks(image, crop_from_landmarks(first))


def _sample(image: Image, to_image: NDArray[np.float64], pixel: float) -> NDArray[np.float32]:
    """The crop as float32 [192, 192, 3], 0..1. Large faces are shrunk by area first, or they would alias."""
    # Pixel i of the crop spans i..i+1 in its coordinates, while warpAffine counts from pixel centres.
    centred = to_image.copy()
    centred[:, 2] += to_image[:, :2].sum(axis=1) / 2 - 0.5
    if pixel > 1.5:
        corners = to_image @ np.array([[0, 1, 0, 1], [0, 0, 1, 1], [1 / INPUT_SIDE] * 4]) * INPUT_SIDE
        left, top = np.maximum(np.floor(corners.min(axis=1)).astype(int) - 2, 0)
        right, bottom = np.ceil(corners.max(axis=1)).astype(int) + 2
        region = image[top:bottom, left:right]
        if region.size:
            width = max(1, round(region.shape[1] / pixel))
            height = max(1, round(region.shape[0] / pixel))
            scale = np.array([width / region.shape[1], height / region.shape[0]])
            image = np.asarray(cv2.resize(region, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
            centred[:, 2] = (centred[:, 2] + 0.5 - (left, top)) * scale - 0.5
            centred[:, :2] *= scale[:, None]
    sampled = cv2.warpAffine(
        image,
        centred,
        (INPUT_SIDE, INPUT_SIDE),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
    )
    return np.asarray(sampled, np.float32) / np.float32(255)
