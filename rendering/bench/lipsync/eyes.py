"""Whether eyes are open, seen in the picture: the face mesh keeps its lids apart through a whole blink."""

import cv2
import numpy as np
from numpy.typing import NDArray

from rendering.engines.face.base import Image
from rendering.engines.face.mesh import Landmarks

CORNERS = ((33, 133), (362, 263))
"""Of each eye, from the image's left to its right."""
WIDTH, HEIGHT = 32, 10
"""Pixels of a picture of one eye; the corners lie in the middle of its left and right border."""

Eyes = NDArray[np.float32]
"""float32 [2, HEIGHT, WIDTH]: both eyes in grey, upright and of one size."""


def eyes(image: Image, landmarks: Landmarks) -> Eyes:
    """Both eyes cut out along the line through their corners."""
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    pictures = []
    for corners in CORNERS:
        left, right = landmarks[list(corners), :2]
        across = (right - left) / WIDTH
        down = np.array([-across[1], across[0]])
        corner = left - down * HEIGHT / 2
        onto = np.column_stack([across, down, corner]).astype(np.float32)
        picture = cv2.warpAffine(
            grey, np.ascontiguousarray(onto), (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        )
        pictures.append(picture)
    return np.stack(pictures).astype(np.float32)


def likeness(film: NDArray[np.float32]) -> NDArray[np.float64]:
    """How much the eyes of each frame look as they usually do (their median): correlation of the pictures,
    the mean of both eyes. 0.8-1 with open eyes, also when they glance aside.

    film: [frames, 2, HEIGHT, WIDTH], NaN in frames without a face.
    """
    flat = film.reshape(*film.shape[:2], -1).astype(np.float64)
    usual = np.nanmedian(flat, axis=0)
    flat, usual = (value - value.mean(axis=-1, keepdims=True) for value in (flat, usual))
    scale = np.linalg.norm(flat, axis=-1) * np.linalg.norm(usual, axis=-1)
    return np.asarray(((flat * usual).sum(axis=-1) / np.maximum(scale, 1e-9)).mean(axis=1))
