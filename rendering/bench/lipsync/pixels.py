"""Scores of pictures: sharpness, slopes and change, of single frames and against the rest frame."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from rendering.bench.lipsync.landmarks import FIXED, INNER_LIPS, MOUTH_CORNERS, OUTER_LIPS
from rendering.engines.face.base import Image
from rendering.engines.face.mesh import Landmarks
from rendering.engines.matting.base import Alpha

Mask = NDArray[np.bool_]
Grey = NDArray[np.float32]
"""float32 [height, width], 0..255."""

CHEEKS = ((50, 205, 36), (280, 425, 266))
UPPER_FACE = (109, 10, 338, 332, 251, 356, 447, 330, 195, 101, 227, 127, 21, 103)
"""Forehead, temples and upper cheeks down to the bridge of the nose."""
EYES_AND_BROWS = (
    (70, 63, 105, 66, 107, 55, 133, 145, 33, 46),
    (300, 293, 334, 296, 336, 285, 362, 374, 263, 276),
)
"""They blink and rise, and so are left out where nothing should change."""
UPPER_LIP = (
    61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 308, 415, 310, 311, 312, 13, 82, 81, 80, 191, 78,
)  # fmt: skip
LOWER_LIP = (
    61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 308, 324, 318, 402, 317, 14, 87, 178, 88, 95, 78,
)  # fmt: skip
LIP_INSET = 0.012
"""Face heights from the opening: teeth, the dark between lips and their edges are not the lips' sharpness."""
ABOVE_LIPS = (0.008, 0.045)
"""Face heights above the upper lip's outline: skin, or a moustache."""
MOUSTACHE = 10.0
"""Times as sharp as the cheeks: measured 0.3-9 on skin and stubble, 13 and 39 on moustaches."""
ALIGNED_HEIGHT = 160.0
"""Pixels of a face whose position is found; a larger one costs more and is found no better."""
BORDER = (0.025, 0.075)
"""Face heights around the lips in which a pasted mouth would end."""
PERSON_MOTION = 0.08
"""Face heights that head, hair and shoulders may travel beyond the matte of the rest frame."""


@dataclass(frozen=True)
class RestFrame:
    """What other frames are compared with. height: of the face in pixels; background: what the person never
    covers."""

    grey: Grey
    landmarks: Landmarks
    height: float
    background: Mask


def rest_frame(image: Image, landmarks: Landmarks, height: float, alpha: Alpha) -> RestFrame:
    """alpha: the person's matte in `image`."""
    reach = 2 * round(PERSON_MOTION * height) + 1
    person = cv2.dilate((alpha > 2).astype(np.uint8), np.ones((reach, reach), np.uint8))
    return RestFrame(grey(image), landmarks, height, person == 0)


def grey(image: Image) -> Grey:
    return cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32)


@dataclass(frozen=True)
class Sharpness:
    """Variance of the Laplacian of three parts of a mouth, each over that of the cheeks."""

    lower: float
    upper: float
    above: float

    @property
    def moustache(self) -> bool:
        """Whether hair hides the edge of the upper lip."""
        return self.above > MOUSTACHE


def sharpness(picture: Grey, landmarks: Landmarks, height: float, inside: Mask) -> Sharpness:
    """Variance of the Laplacian over lips and cheeks (J. Pech-Pacheco et al., "Diatom autofocusing in
    brightfield microscopy", ICPR 2000). height: of the face in pixels; inside: pixels between the lips that
    the mesh may have missed. NaN where a part is not to be seen."""
    edges = cv2.Laplacian(picture, cv2.CV_32F)
    lips = _polygon(picture, landmarks, OUTER_LIPS)
    between = _grown(_polygon(picture, landmarks, INNER_LIPS) | inside, LIP_INSET * height)
    cheeks = np.zeros(picture.shape, bool)
    for patch in CHEEKS:
        cheeks |= _polygon(picture, landmarks, patch)
    nearest, furthest = (_grown(lips, distance * height) for distance in ABOVE_LIPS)
    skin = max(_variance(edges[cheeks]), 1e-6)
    parts = (
        _polygon(picture, landmarks, LOWER_LIP) & ~between,
        _polygon(picture, landmarks, UPPER_LIP) & ~between,
        furthest & ~nearest & _over_mouth(picture.shape, landmarks),
    )
    return Sharpness(*(_variance(edges[part]) / skin for part in parts))


def _variance(values: NDArray[Any]) -> float:
    return float(values.var()) if values.size else float("nan")


def _over_mouth(shape: tuple[int, ...], landmarks: Landmarks) -> Mask:
    """Above the line through the mouth's corners, and between them."""
    left, right = landmarks[list(MOUTH_CORNERS), :2]
    rows, columns = np.indices(shape)
    along = (columns - left[0]) * (right[0] - left[0]) + (rows - left[1]) * (right[1] - left[1])
    below = (rows - left[1]) * (right[0] - left[0]) - (columns - left[0]) * (right[1] - left[1])
    return np.asarray((along > 0) & (along < np.square(right - left).sum()) & (below < 0))


def border_contrast(picture: Grey, landmarks: Landmarks, height: float) -> float:
    """The steepest slopes around the mouth, levels a pixel: 95th percentile of the gradient in the ring where
    a pasted mouth would end."""
    across, down = (
        cv2.Sobel(picture, cv2.CV_32F, 1, 0, scale=1 / 8),
        cv2.Sobel(picture, cv2.CV_32F, 0, 1, scale=1 / 8),
    )
    lips = _polygon(picture, landmarks, OUTER_LIPS)
    ring = _grown(lips, BORDER[1] * height) & ~_grown(lips, BORDER[0] * height)
    return float(np.percentile(np.hypot(across, down)[ring], 95))


STRAYED = 0.03
"""Face heights from the landmarks beyond which an alignment by the picture has lost its way."""


def upper_face_change(picture: Grey, landmarks: Landmarks, rest: RestFrame) -> float:
    """Mean difference to the rest frame over the upper face, eyes and brows left out, in levels of 255, once
    the frame is laid on it (landmarks first, then by the picture: G. Evangelidis, E. Psarakis, "Parametric
    image alignment using enhanced correlation coefficient maximization", PAMI 2008)."""
    skin = _upper_face(rest.grey, rest.landmarks, rest.height)
    start, there = rest.landmarks[list(FIXED), :2], landmarks[list(FIXED), :2]
    design = np.column_stack([start, np.ones(len(start))])
    warp = np.linalg.lstsq(design, there, rcond=None)[0].T
    seen = _upper_face(picture, landmarks, rest.height)
    if not skin.any() or not seen.any():
        return float("nan")
    onto = _aligned(rest.grey, skin, picture, seen, warp, min(1.0, ALIGNED_HEIGHT / rest.height))
    if onto is None:
        return float("nan")  # the two do not resemble each other at all
    strayed = np.abs(design @ (onto - warp).T).max()
    if strayed > STRAYED * rest.height:
        onto = warp  # smooth skin holds too little to be aligned by: the landmarks are nearer
    laid = cv2.warpAffine(picture, onto, picture.shape[::-1], flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    return float(np.abs(laid - rest.grey)[skin].mean())


def _upper_face(picture: Grey, landmarks: Landmarks, height: float) -> Mask:
    skin = _polygon(picture, landmarks, UPPER_FACE)
    for part in EYES_AND_BROWS:
        skin &= ~_grown(_polygon(picture, landmarks, part), 0.02 * height)
    return skin


def _aligned(
    rest: Grey, skin: Mask, picture: Grey, seen: Mask, warp: NDArray[np.float64], scale: float
) -> NDArray[np.float64] | None:
    """The affine map from `rest` to `picture`, near `warp`, under which `skin` looks as what is `seen`. Found
    on both cut to the skin and shrunk by `scale`; None where there is no likeness."""
    (still, still_place), (moved, moved_place) = (
        _part(plane, mask, scale) for plane, mask in ((rest, skin), (picture, seen))
    )
    valid = _part(seen.astype(np.float32), seen, scale)[0] > 0.5
    start = (np.linalg.inv(moved_place) @ np.vstack([warp, [0, 0, 1]]) @ still_place)[:2]
    start = np.ascontiguousarray(start, np.float32)
    criteria = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 30, 1e-5)
    try:
        found = cv2.findTransformECC(
            still, moved, start, cv2.MOTION_AFFINE, criteria, valid.astype(np.uint8), 5
        )[1]
    except cv2.error as error:
        if error.code != cv2.Error.StsNoConv:
            raise
        return None
    return np.asarray((moved_place @ np.vstack([found, [0, 0, 1]]) @ np.linalg.inv(still_place))[:2])


def _part(picture: Grey, mask: Mask, scale: float) -> tuple[Grey, NDArray[np.float64]]:
    """What a mask covers, shrunk, and the map [3, 3] from its pixels to the picture's."""
    left, top, width, height = cv2.boundingRect(mask.view(np.uint8))
    part = picture[top : top + height, left : left + width]
    half = 0.5 / scale - 0.5  # pixels' middles stay where they are
    place = np.array([[1 / scale, 0, left + half], [0, 1 / scale, top + half], [0, 0, 1]])
    shrunk = cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(shrunk, np.float32), place


def background_change(picture: Grey, rest: RestFrame) -> float:
    """What the 99th of a hundred pixels outside the person differs by, levels of 255; NaN without any."""
    outside = np.abs(picture - rest.grey)[rest.background]
    return float(np.percentile(outside, 99)) if outside.size else float("nan")


def _polygon(picture: Grey, landmarks: Landmarks, points: tuple[int, ...]) -> Mask:
    drawn = np.zeros(picture.shape, np.uint8)
    cv2.fillPoly(drawn, [np.rint(landmarks[list(points), :2]).astype(np.int32)], 1)
    return drawn > 0


def _grown(mask: Mask, pixels: float) -> Mask:
    side = 2 * max(1, round(pixels)) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    return cv2.dilate(mask.astype(np.uint8), kernel) > 0
