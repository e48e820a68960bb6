import json
import re

import cv2
import numpy as np
import pytest

from rendering.engines.errors import FaceError
from rendering.engines.face import analysis
from rendering.engines.face.analysis import FaceAnalyser
from rendering.engines.face.base import Image
from rendering.engines.face.checks import EYES, eye_apertures, eyes_limit, pose_limit
from rendering.engines.face.detector import anchor_centres
from tests import pictures

pytestmark = pytest.mark.models

NOSE_TIP, CHIN, RIGHT_EYE, LEFT_EYE = 1, 152, 33, 263


@pytest.fixture(scope="module")
def analyser() -> FaceAnalyser:
    return FaceAnalyser()


@pytest.fixture(scope="module")
def photo() -> Image:
    return pictures.astronaut()


def test_there_are_896_anchors_inside_the_picture() -> None:
    centres = anchor_centres()
    assert centres.shape == (896, 2)
    assert centres.min() > 0
    assert centres.max() < 1


def test_the_landmarks_lie_where_the_features_are(analyser: FaceAnalyser, photo: Image) -> None:
    face = analyser.analyse(photo)
    # Read off the photo by eye, in pixels of its 1024 version.
    for landmark, place in {NOSE_TIP: (447, 254), RIGHT_EYE: (390, 204), LEFT_EYE: (512, 210)}.items():
        assert np.linalg.norm(face.landmarks[landmark, :2] - place) < 12
    assert face.landmarks.shape == (468, 3)
    assert face.warnings == ()


def test_landmarks_follow_the_scale_of_the_picture(analyser: FaceAnalyser, photo: Image) -> None:
    small, large = analyser.analyse(photo), analyser.analyse(pictures.resize(photo, 1.5))
    apart = np.abs(small.landmarks[:, :2] * 1.5 - large.landmarks[:, :2]).mean()
    assert apart < 0.01 * large.width


def test_a_tilted_head_has_its_roll_measured(analyser: FaceAnalyser, photo: Image) -> None:
    turn = cv2.getRotationMatrix2D((447, 254), -15, 1)  # clockwise
    tilted = cv2.warpAffine(photo, turn, (1024, 1024))
    upright, face = analyser.analyse(photo), analyser.analyse(tilted)
    assert face.roll - upright.roll == pytest.approx(15, abs=2)
    back = face.landmarks[:, :2] @ cv2.invertAffineTransform(turn)[:, :2].T
    back += cv2.invertAffineTransform(turn)[:, 2]
    assert np.abs(back - upright.landmarks[:, :2]).mean() < 0.02 * upright.width


def test_a_mirrored_face_turns_the_other_way(analyser: FaceAnalyser, photo: Image) -> None:
    face, mirrored = analyser.analyse(photo), analyser.analyse(photo[:, ::-1].copy())
    assert mirrored.yaw == pytest.approx(-face.yaw, abs=2)
    assert mirrored.pitch == pytest.approx(face.pitch, abs=2)


def test_a_small_face_is_found_in_a_large_picture(analyser: FaceAnalyser, photo: Image) -> None:
    wide = np.full((1200, 1900, 3), 180, np.uint8)
    wide[700:1100, 1300:1700] = pictures.resize(photo, 400 / 1024)
    face = analyser.measure(wide)
    assert np.linalg.norm(face.landmarks[NOSE_TIP, :2] - (1300 + 447 * 0.39, 700 + 254 * 0.39)) < 8


def test_a_face_too_small_names_both_widths(analyser: FaceAnalyser) -> None:
    with pytest.raises(FaceError, match=r"it is \d\d pixels wide, we need 160\. Crop closer"):
        analyser.analyse(pictures.astronaut(512))


def test_a_picture_without_a_face_says_so(analyser: FaceAnalyser) -> None:
    wall = np.random.default_rng(1).integers(90, 160, (600, 800, 3), dtype=np.uint8)
    with pytest.raises(FaceError, match="No human face found"):
        analyser.analyse(wall)


def test_a_cat_is_no_human_face(analyser: FaceAnalyser) -> None:
    with pytest.raises(FaceError, match="No human face found"):
        analyser.analyse(pictures.cat())


def test_three_faces_of_like_size_are_counted(analyser: FaceAnalyser, photo: Image) -> None:
    head = photo[40:540, 200:700]
    face = analyser.analyse(np.hstack([head, pictures.resize(head, 1), head[:, ::-1]]))
    (warning,) = face.warnings
    assert warning.startswith("Three faces found of similar size: the largest one will speak.")


def test_of_two_faces_the_larger_one_speaks(analyser: FaceAnalyser, photo: Image) -> None:
    head = photo[40:540, 200:700]
    pair = np.full((500, 1000, 3), 200, np.uint8)
    pair[:, 500:] = head
    pair[250:, :250] = pictures.resize(head, 0.5)
    face = analyser.analyse(pair)
    assert face.landmarks[NOSE_TIP, 0] > 500
    assert face.warnings[0].startswith("Two faces found: the largest one will speak.")


def test_dark_glasses_are_refused(analyser: FaceAnalyser, photo: Image) -> None:
    landmarks = analyser.analyse(photo).landmarks
    dark = photo.copy()
    for _, corners, _ in EYES:
        centre = landmarks[list(corners), :2].mean(axis=0)
        cv2.ellipse(dark, (int(centre[0]), int(centre[1]) + 4), (34, 27), 0, 0, 360, (15, 15, 18), -1)
    found = eyes_limit(dark, landmarks)
    assert found is not None
    assert found.sentence.startswith("Eyes not visible")


@pytest.mark.parametrize(
    ("closed", "message"), [((0, 1), "Eyes closed"), ((0,), "The right eye"), ((1,), "The left eye")]
)
def test_closed_eyes_are_refused(
    analyser: FaceAnalyser, photo: Image, closed: tuple[int, ...], message: str
) -> None:
    landmarks = analyser.analyse(photo).landmarks.copy()
    assert min(eye_apertures(landmarks).values()) > 0.2
    for eye in closed:
        for upper, lower in EYES[eye][2]:
            landmarks[upper] = landmarks[lower] - (0, 1, 0)
    found = eyes_limit(photo, landmarks)
    assert found is not None
    assert found.sentence.startswith(message)


@pytest.mark.parametrize(
    ("pose", "message"),
    [
        ((41, 0, 0), "it looks 41 degrees to the right of the picture"),
        ((-41, 0, 0), "to the left of the picture"),
        ((0, 35, 0), "looks 35 degrees down.* chin raised"),
        ((0, -35, 0), "looks 35 degrees up.* chin lowered"),
        ((0, 0, 30), "tilted by 30 degrees"),
    ],
)
def test_a_face_turned_away_names_the_degrees(pose: tuple[float, float, float], message: str) -> None:
    found = pose_limit(*pose)
    assert found is not None
    assert re.search(message, found.sentence)


def test_an_analysis_survives_json(analyser: FaceAnalyser, photo: Image) -> None:
    face = analyser.analyse(photo)
    again = analysis.from_json(json.loads(json.dumps(analysis.to_json(face))))
    assert again.image_size == (1024, 1024)
    assert np.abs(again.landmarks - face.landmarks).max() < 0.01
    assert (again.yaw, again.width, again.warnings) == (face.yaw, face.width, face.warnings)
