"""Frames of a clip that look so alike that it can go on from the one after the other.

Compared are the whole picture, small, the region of the eyes, for gaze and lids, and the place of the head,
each over a few frames, so that what moves also moves the same way (Schödl et al. 2000, "Video Textures"). The
mouth may differ: it is replaced.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from rendering.engines.face.base import Image
from rendering.engines.face.mesh import Landmarks
from rendering.engines.face.pose import CHIN, FOREHEAD

SMALL = (64, 36)
"""Width and height at which pictures are compared."""
EYES = (32, 10)
EYE_CORNERS = (33, 263)
"""Outer corners."""
HEAD = (1, 6, 10, 33, 263, 127, 356)
"""Nose, forehead, eye corners, temples."""
APART = 1.0
"""Seconds that matching frames are apart at least; a shorter cut would be seen to repeat."""
WINDOW = np.array([1.0, 4.0, 6.0, 4.0, 1.0]) / 16
"""Weights of the frames around those compared."""
NO_MORE_THAN_USUAL = 1.0
"""Times the usual difference between neighbours that a match may differ."""
HEAD_MOVES = 0.006
"""Face heights; two pixels of a face of 300."""
MOST = 24
"""Matches kept, the best ones, no two within APART of each other."""

Distances = NDArray[np.float32]


class Looks:
    """Collects what frames look like, a few kilobytes of each."""

    def __init__(self, fps: float) -> None:
        self._fps = fps
        self._pictures: list[NDArray[np.float32]] = []
        self._eyes: list[NDArray[np.float32]] = []
        self._heads: list[NDArray[np.float32]] = []

    def see(self, image: Image, landmarks: Landmarks) -> None:
        """The next frame. landmarks: float32 [468, 3] in its pixels."""
        grey = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.uint8)
        self._pictures.append(
            cv2.resize(grey, SMALL, interpolation=cv2.INTER_AREA).ravel().astype(np.float32)
        )
        self._eyes.append(_eyes(grey, landmarks))
        height = np.linalg.norm(landmarks[CHIN, :2] - landmarks[FOREHEAD, :2])
        self._heads.append((landmarks[list(HEAD), :2] / height).ravel().astype(np.float32))

    def matches(self) -> tuple[tuple[int, int], ...]:
        """Pairs (earlier, later), best first; none where the clip never comes back to itself."""
        apart = round(APART * self._fps)
        if len(self._pictures) <= apart + len(WINDOW):
            return ()
        likeness = [_relative(np.stack(seen)) for seen in (self._pictures, self._eyes)]
        heads = np.stack(self._heads)
        moved = _distances(heads) * np.float32(1 / np.sqrt(heads.shape[1] / 2)) / np.float32(HEAD_MOVES)
        worst = np.maximum.reduce([*likeness, _over_time(moved)])
        count = len(worst)
        worst[np.triu_indices(count)] = np.inf
        rows, columns = np.indices(worst.shape)
        worst[rows - columns < apart] = np.inf
        found: list[tuple[int, int]] = []
        while len(found) < MOST:
            later, earlier = np.unravel_index(int(np.argmin(worst)), worst.shape)
            if not worst[later, earlier] <= NO_MORE_THAN_USUAL:
                break
            found.append((int(earlier), int(later)))
            near = (
                slice(max(0, later - apart), later + apart),
                slice(max(0, earlier - apart), earlier + apart),
            )
            worst[near] = np.inf
        return tuple(found)


def _eyes(grey: NDArray[np.uint8], landmarks: Landmarks) -> NDArray[np.float32]:
    """The region of both eyes, turned upright and of one size."""
    right, left = landmarks[EYE_CORNERS[0], :2], landmarks[EYE_CORNERS[1], :2]
    across = (left - right) / (0.9 * EYES[0])
    down = np.array([-across[1], across[0]])
    start = (right + left) / 2 - across * EYES[0] / 2 - down * EYES[1] / 2
    to_image = np.stack([across, down, start], axis=1).astype(np.float64)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    scale = max(1, int(np.hypot(*across) / 2))
    # Shrunk first, or lashes would alias.
    small = cv2.resize(grey, None, fx=1 / scale, fy=1 / scale, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.warpAffine(small, to_image / scale, EYES, flags=flags).ravel(), np.float32)


def _relative(looks: NDArray[np.float32]) -> Distances:
    """Distances, 1 being the usual one between neighbours."""
    apart = _distances(looks)
    usual = float(np.median(np.diagonal(apart, 1)))
    return _over_time(apart) / np.float32(max(usual, 1e-3))


def _distances(points: NDArray[np.float32]) -> Distances:
    """Euclidean, of all pairs of rows."""
    centred = points - points.mean(axis=0)
    squares = (centred**2).sum(axis=1)
    return np.sqrt(np.maximum(squares[:, None] + squares[None] - 2 * centred @ centred.T, 0))


def _over_time(apart: Distances) -> Distances:
    """Weighed along the diagonals; infinite where the window leaves the clip."""
    reach = len(WINDOW) // 2
    summed = np.full_like(apart, np.inf)
    inner = len(apart) - 2 * reach
    summed[reach:-reach, reach:-reach] = sum(
        np.float32(weight) * apart[shift : shift + inner, shift : shift + inner]
        for shift, weight in enumerate(WINDOW)
    )
    return summed
