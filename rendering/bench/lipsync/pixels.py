"""Scores of pictures: sharpness, slopes and change, of single frames and against the rest frame."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from rendering.bench.lipsync.landmarks import FIXED
from rendering.engines.face.base import Image
from rendering.engines.face.mesh import Landmarks
from rendering.engines.matting.base import Alpha

Mask = NDArray[np.bool_]
Grey = NDArray[np.float32]
"""float32 [height, width], 0..255."""

OUTER_LIPS = (
    61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146,
)  # fmt: skip
INNER_LIPS = (
    78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 324, 318, 402, 317, 14, 87, 178, 88, 95,
)  # fmt: skip
CHEEKS = ((50, 205, 36), (280, 425, 266))
UPPER_FACE = (109, 10, 338, 332, 251, 356, 447, 330, 195, 101, 227, 127, 21, 103)
"""Forehead, temples and upper cheeks down to the bridge of the nose."""
EYES_AND_BROWS = (
    (70, 63, 105, 66, 107, 55, 133, 145, 33, 46),
    (300, 293, 334, 296, 336, 285, 362, 374, 263, 276),
)
"""They blink and rise, and so are left out where nothing should change."""
LIP_INSET = 0.012
"""Face heights from the opening: teeth and the dark between lips are not the lips' sharpness."""
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


def relative_sharpness(picture: Grey, landmarks: Landmarks, height: float) -> float:
    """Variance of the Laplacian on the lips over that on the cheeks (J. Pech-Pacheco et al., "Diatom
    autofocusing in brightfield microscopy", ICPR 2000)."""
    edges = cv2.Laplacian(picture, cv2.CV_32F)
    lips = _polygon(picture, landmarks, OUTER_LIPS) & ~_grown(
        _polygon(picture, landmarks, INNER_LIPS), LIP_INSET * height
    )
    cheeks = np.zeros(picture.shape, bool)
    for patch in CHEEKS:
        cheeks |= _polygon(picture, landmarks, patch)
    if not lips.any() or not cheeks.any():
        return float("nan")
    return float(edges[lips].var() / max(float(edges[cheeks].var()), 1e-6))


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


def upper_face_change(picture: Grey, landmarks: Landmarks, rest: RestFrame) -> float:
    """Mean difference to the rest frame over the upper face, eyes and brows left out, in levels of 255, once
    the frame is laid on it (landmarks first, then by the picture: G. Evangelidis, E. Psarakis, "Parametric
    image alignment using enhanced correlation coefficient maximization", PAMI 2008)."""
    skin = _polygon(rest.grey, rest.landmarks, UPPER_FACE)
    for part in EYES_AND_BROWS:
        skin &= ~_grown(_polygon(rest.grey, rest.landmarks, part), 0.02 * rest.height)
    start, there = rest.landmarks[list(FIXED), :2], landmarks[list(FIXED), :2]
    design = np.column_stack([start, np.ones(len(start))])
    warp = np.ascontiguousarray(np.linalg.lstsq(design, there, rcond=None)[0].T, np.float32)
    criteria = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 30, 1e-5)
    mask = skin.astype(np.uint8)
    try:
        onto = cv2.findTransformECC(rest.grey, picture, warp, cv2.MOTION_AFFINE, criteria, mask, 5)[1]
    except cv2.error as error:
        if error.code != cv2.Error.StsNoConv:
            raise
        return float("nan")  # the two do not resemble each other at all
    laid = cv2.warpAffine(picture, onto, picture.shape[::-1], flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    return float(np.abs(laid - rest.grey)[skin].mean())


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
