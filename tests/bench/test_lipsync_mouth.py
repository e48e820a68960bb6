"""The opening seen in the picture: real lips, parted in a known way."""

from functools import cache

import cv2
import numpy as np
import pytest

from rendering.bench.lipsync.mouth import LipColours, mouth_picture
from rendering.bench.lipsync.scores import CLOSED
from rendering.bench.lipsync.suite import UPLOADS
from rendering.engines.face.analysis import FaceAnalyser
from rendering.engines.face.base import Image
from rendering.engines.face.images import read_image
from rendering.engines.face.mesh import Landmarks

TEETH, SHADE, SHINE = (215, 200, 185), (60, 25, 22), (250, 225, 225)

ROUND = 0.95
"""Mean height of an ellipse over its middle columns, share of its tallest."""

pytestmark = pytest.mark.models


@cache
def closed_lips() -> tuple[Image, Landmarks, float]:
    photo = read_image(UPLOADS["closed"], max_side=512)
    landmarks = FaceAnalyser().follow(photo, None)
    assert landmarks is not None
    return photo, landmarks, float(np.linalg.norm(landmarks[10, :2] - landmarks[152, :2]))


def parted(opening: float, *, teeth: float = 0.5) -> tuple[Image, Landmarks, float]:
    """Closed lips with an ellipse between them, `opening` face heights tall in the middle, its upper `teeth`
    share bright; the lower inner lip of the mesh follows."""
    photo, landmarks, height = closed_lips()
    drawn, moved = photo.copy(), landmarks.copy()
    left, right = landmarks[[78, 308], :2]
    seam, tall = landmarks[[13, 14], :2].mean(axis=0), opening * height
    middle = ((left[0] + right[0]) / 2, seam[1] + tall / 2)
    half = (right[0] - left[0]) / 2
    rows, columns = np.indices(photo.shape[:2])
    inside = ((columns - middle[0]) / half) ** 2 + ((rows - middle[1]) / (tall / 2)) ** 2 <= 1
    drawn[inside] = SHADE
    drawn[inside & (rows < seam[1] + teeth * tall)] = TEETH
    moved[[14, 87, 317, 88, 178, 402, 318, 95, 324], 1] += tall
    return drawn, moved, height


@cache
def colours() -> LipColours:
    return LipColours.learn([mouth_picture(*closed_lips())], [mouth_picture(*parted(0.06))])


def test_closed_lips_have_no_opening() -> None:
    assert colours().tell_apart
    assert colours().opening(mouth_picture(*closed_lips())) < 0.001


@pytest.mark.parametrize("teeth", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("opening", [0.02, 0.04, 0.06])
def test_parted_lips_are_as_far_apart_as_they_are(opening: float, teeth: float) -> None:
    seen = colours().opening(mouth_picture(*parted(opening, teeth=teeth)))
    assert seen == pytest.approx(ROUND * opening, abs=0.004)


def test_a_slit_of_teeth_is_not_closed() -> None:
    assert colours().opening(mouth_picture(*parted(0.012, teeth=1.0))) > CLOSED


def test_a_shiny_lower_lip_that_the_mesh_takes_for_an_opening_is_closed() -> None:
    photo, landmarks, height = closed_lips()
    shiny, fooled = photo.copy(), landmarks.copy()
    x, y = landmarks[14, :2].astype(int)
    cv2.ellipse(shiny, (int(x), int(y) + 6), (18, 2), 0, 0, 360, SHINE, -1)
    fooled[[14, 87, 317], 1] += 0.026 * height
    learned = LipColours.learn([mouth_picture(shiny, fooled, height)], [mouth_picture(*parted(0.06))])
    assert learned.opening(mouth_picture(shiny, fooled, height)) < CLOSED
    assert learned.opening(mouth_picture(*parted(0.03))) > 0.02


def test_lips_as_pale_as_teeth_are_left_to_the_mesh() -> None:
    mouth = mouth_picture(*parted(0.05))
    assert not LipColours.learn([mouth], [mouth]).tell_apart
