"""How far lips are apart, seen in the picture.

The face mesh takes the wet edge of a shiny lower lip for an opening, and a moustache for the upper lip. But
what lies between lips has colours of its own: teeth, tongue and shade. Each film teaches them: what lips look
like where they are closed, and what is between them where the mesh sees the mouth widest. Every pixel is then
told by a likelihood ratio of colour histograms (M. Jones, J. Rehg, "Statistical color models with application
to skin detection", IJCV 2002).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from rendering.bench.lipsync.landmarks import INNER_LIPS, MOUTH_CORNERS, OUTER_EYES, OUTER_LIPS
from rendering.engines.face.base import Image
from rendering.engines.face.mesh import Landmarks

Mask = NDArray[np.bool_]
Histogram = NDArray[np.float64]

SCALE = 400
"""Pixels of a mouth's picture per face height."""
SIZE = (212, 150)
"""Pixels, width and height: 0.53 x 0.375 face heights, the widest smile and the widest vowel."""
MIDDLE = (82, 312)
"""Inner upper lip points between which the opening is measured: towards the corners it is shade anyway."""
INSET = 5
"""Pixels that the inside is eroded by where it is learned: the mesh's inner line is that uncertain."""
BINS = (32, 64, 64)
"""Of lightness, a and b (8 bits each): 8 x 4 x 4 levels."""
SMOOTHING = 1.0
"""Bins, standard deviation."""
BRIDGED = 3
"""Pixels: a seam between teeth and shade that looks like lip does not end the opening."""
REACH = 5
"""Pixels, height of a brush that widens the mesh's inner lips, which it draws as one line where they meet."""
LARGEST_OVERLAP = 0.4
"""Share of colours that lips and inside may have in common; beyond it colour cannot tell them apart."""


@dataclass(frozen=True)
class MouthPicture:
    """A mouth, upright and of one size. lab: uint8 [SIZE, 3]; points: float32 [468, 2] in its pixels; onto:
    the map [2, 3] from the frame's pixels to its own."""

    lab: NDArray[np.uint8]
    points: NDArray[np.float32]
    onto: NDArray[np.float64]

    def area(self, outline: tuple[int, ...]) -> Mask:
        drawn = np.zeros(self.lab.shape[:2], np.uint8)
        cv2.fillPoly(drawn, [np.rint(self.points[list(outline)] * 8).astype(np.int32)], 1, shift=3)
        return drawn > 0

    def in_frame(self, mask: Mask, shape: tuple[int, ...]) -> Mask:
        """A mask of this picture as one of the frame, of `shape`."""
        flags = cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
        return cv2.warpAffine(mask.astype(np.uint8), self.onto, shape[1::-1], flags=flags) > 0

    @property
    def middle(self) -> slice:
        """The columns in which the opening is measured."""
        left, right = sorted(round(float(self.points[point, 0])) for point in MIDDLE)
        return slice(left, right + 1)


def mouth_picture(image: Image, landmarks: Landmarks, height: float) -> MouthPicture:
    """The mouth cut out of a frame, level with the eyes. height: of the face in pixels."""
    left, right = landmarks[list(OUTER_EYES), :2]
    across = (right - left) / np.linalg.norm(right - left)
    turn = SCALE / height * np.array([across, (-across[1], across[0])])
    middle = turn @ landmarks[list(MOUTH_CORNERS), :2].mean(axis=0)
    onto = np.column_stack([turn, np.array([SIZE[0] / 2, SIZE[1] * 0.4]) - middle])
    picture = cv2.warpAffine(image, onto, SIZE, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    points = landmarks[:, :2] @ onto[:, :2].T + onto[:, 2]
    lab = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2LAB), np.uint8)
    return MouthPicture(lab, np.asarray(points, np.float32), onto)


@dataclass(frozen=True)
class LipColours:
    """What was learned. inside: probability, by colour, that a pixel shows the inside of the mouth rather
    than lips; overlap: share of colours that both have in common."""

    inside: Histogram
    overlap: float

    @classmethod
    def learn(cls, closed: Sequence[MouthPicture], wide: Sequence[MouthPicture]) -> "LipColours":
        """closed: mouths at rest; wide: mouths that are wide open."""
        kernel = np.ones((INSET, INSET), np.uint8)
        lips, inside = np.zeros(BINS), np.zeros(BINS)
        for mouth in closed:
            seen = mouth.area(OUTER_LIPS)[:, mouth.middle]
            np.add.at(lips, _bins(mouth.lab[:, mouth.middle][seen]), 1)
        for mouth in wide:
            seen = cv2.erode(mouth.area(INNER_LIPS).astype(np.uint8), kernel)[:, mouth.middle] > 0
            np.add.at(inside, _bins(mouth.lab[:, mouth.middle][seen]), 1)
        lips, inside = (gaussian_filter(seen / max(seen.sum(), 1), SMOOTHING) for seen in (lips, inside))
        return cls(inside / np.maximum(inside + lips, 1e-9), float(np.minimum(lips, inside).sum()))

    @property
    def tell_apart(self) -> bool:
        """Whether colour says what is lip and what is not."""
        return self.overlap <= LARGEST_OVERLAP

    def between(self, mouth: MouthPicture) -> Mask:
        """Pixels of a mouth's picture that show its inside; single ones, which noise makes, are left out."""
        seen = (self.inside[_bins(mouth.lab)] > 0.5) & mouth.area(OUTER_LIPS)
        return cv2.morphologyEx(seen.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)) > 0

    def opening(self, mouth: MouthPicture) -> float:
        """Face heights between the lips: the mean, over the middle columns, of the tallest run of pixels that
        show the inside and reach the mesh's own inner lips. Dark hairs of a moustache do not reach them."""
        seen = (self.inside[_bins(mouth.lab)] > 0.5) & mouth.area(OUTER_LIPS)
        seen = cv2.morphologyEx(seen.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((BRIDGED, 1), np.uint8)) > 0
        between = cv2.dilate(mouth.area(INNER_LIPS).astype(np.uint8), np.ones((REACH, 1), np.uint8)) > 0
        seen, between = seen[:, mouth.middle], between[:, mouth.middle]
        tallest, run = np.zeros(seen.shape[1], int), np.zeros(seen.shape[1], int)
        reaches = np.zeros(seen.shape[1], bool)
        for row, inner in zip(seen, between, strict=True):
            run = (run + 1) * row
            reaches = (reaches | inner) & row
            tallest = np.maximum(tallest, run * reaches)
        return float(tallest.mean()) / SCALE


def _bins(lab: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], ...]:
    return lab[..., 0] // 8, lab[..., 1] // 4, lab[..., 2] // 4
