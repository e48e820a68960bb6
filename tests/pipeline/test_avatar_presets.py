import json
from pathlib import Path

import pytest
from PIL import Image as Pillow

import studio.presets
from rendering.engines.face.analysis import FaceAnalyser
from rendering.engines.face.images import read_image

FOLDER = Path(studio.presets.__path__[0])
ENTRIES = json.loads((FOLDER / "avatars.json").read_text())
INNER_UPPER_LIP, INNER_LOWER_LIP, FOREHEAD, CHIN = 13, 14, 10, 152


def test_there_are_enough_to_choose_from() -> None:
    assert len(ENTRIES) >= 16
    assert len({entry["slug"] for entry in ENTRIES}) == len(ENTRIES)


def test_every_entry_says_that_nobody_real_is_shown() -> None:
    for entry in ENTRIES:
        assert entry["origin"].endswith("Not a real person.")
        assert entry["licence"]
        assert entry["description"]


@pytest.mark.parametrize("entry", ENTRIES, ids=[entry["slug"] for entry in ENTRIES])
def test_the_file_is_a_small_1080p_webp(entry: dict[str, str]) -> None:
    path = FOLDER / entry["file"]
    assert path.stat().st_size <= 400_000
    with Pillow.open(path) as picture:
        assert (picture.format, picture.size) == ("WEBP", (1920, 1080))


@pytest.mark.models
def test_every_face_is_frontal_centred_and_closed() -> None:
    analyser = FaceAnalyser()
    for entry in ENTRIES:
        image = read_image(FOLDER / entry["file"])
        face = analyser.analyse(image)
        landmarks = face.landmarks[:, :2]
        height = landmarks[CHIN, 1] - landmarks[FOREHEAD, 1]
        gap = landmarks[INNER_LOWER_LIP, 1] - landmarks[INNER_UPPER_LIP, 1]
        assert abs(face.yaw) < 12, entry["slug"]
        assert abs(landmarks[:, 0].mean() - 960) < 60, entry["slug"]
        # Full lips that touch measure up to 0.04: the mesh draws its inner line inside them.
        assert gap < 0.045 * height, entry["slug"]
        assert face.warnings == (), entry["slug"]
