import io
import json
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image as Pillow

from rendering.engines.errors import FaceError, MediaError
from rendering.engines.talking_head.base import StillSource
from rendering.pipeline.avatar import (
    AvatarBundle,
    cutout,
    load,
    prepare_still,
    save,
    shared_engines,
    thumbnail,
)
from rendering.pipeline.avatar_engines import AvatarEngines
from rendering.pipeline.bundle import hidden_by_person
from tests import pictures

pytestmark = pytest.mark.models

NOSE_TIP = 1


@pytest.fixture(scope="module")
def engines() -> AvatarEngines:
    return shared_engines(threads=1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("avatar")


@pytest.fixture(scope="module")
def bundle(engines: AvatarEngines, folder: Path) -> AvatarBundle:
    path = pictures.save(pictures.astronaut(1024), folder / "astronaut.png")
    return prepare_still(path, engines=engines)


@pytest.fixture(scope="module")
def wide(engines: AvatarEngines, folder: Path) -> AvatarBundle:
    path = pictures.save(pictures.tight_portrait(), folder / "tight.png")
    return prepare_still(path, engines=engines)


def still(bundle: AvatarBundle) -> StillSource:
    assert isinstance(bundle.source, StillSource)
    return bundle.source


def test_a_photo_with_room_stays_as_it_is(bundle: AvatarBundle) -> None:
    source = still(bundle)
    assert np.array_equal(source.image, pictures.astronaut(1024))
    assert bundle.borders <= {"bottom", "left"}
    assert source.alpha.shape == source.image.shape[:2]
    assert source.face.image_size == (1024, 1024)


def test_the_plate_is_the_photo_outside_the_person_and_free_of_them_inside(bundle: AvatarBundle) -> None:
    source = still(bundle)
    hidden = hidden_by_person(source.alpha)
    assert np.array_equal(source.plate[~hidden], source.image[~hidden])
    nose_x, nose_y = source.face.landmarks[NOSE_TIP, :2].astype(int)
    wall = source.image[40:120, 620:720].mean(axis=(0, 1))
    assert np.abs(source.plate[nose_y, nose_x] - wall).max() < 60


def test_a_tight_portrait_gets_whole_shoulders(wide: AvatarBundle) -> None:
    source = still(wide)
    height, width = source.alpha.shape
    assert width / height == pytest.approx(16 / 9, abs=0.02)
    assert not wide.borders & {"left", "right"}
    assert wide.made_with["widening"].startswith("migan")


def test_a_widened_portrait_has_its_face_in_the_middle(wide: AvatarBundle) -> None:
    source = still(wide)
    height, width = source.alpha.shape
    assert source.face.image_size == (width, height)
    assert source.face.landmarks[:, 0].mean() == pytest.approx(width / 2, abs=0.02 * width)
    again = shared_engines(threads=1).analyser.analyse(source.image)
    assert np.abs(again.landmarks[:, :2] - source.face.landmarks[:, :2]).mean() < 0.01 * again.width


def test_the_middle_of_a_widened_portrait_is_the_photo(wide: AvatarBundle) -> None:
    source = still(wide)
    photo = pictures.tight_portrait()
    patch = photo[200:400, 250:450]
    _, _, (left, top), _ = cv2.minMaxLoc(cv2.matchTemplate(source.image, patch, cv2.TM_SQDIFF))
    assert np.array_equal(source.image[top : top + 200, left : left + 200], patch)
    assert source.image.shape > photo.shape


def test_widening_can_be_declined(engines: AvatarEngines, folder: Path) -> None:
    path = pictures.save(pictures.resize(pictures.tight_portrait(), 0.7), folder / "declined.png")
    bundle = prepare_still(path, widen=False, engines=engines)
    assert bundle.made_with["widening"] == "none"
    assert {"left", "right"} & bundle.borders


def test_a_person_far_away_is_cropped_from_the_full_picture(engines: AvatarEngines, folder: Path) -> None:
    far = np.full((2400, 4000, 3), 190, np.uint8)
    far[1300:2400, 2500:3600] = pictures.astronaut(1100)
    source = still(prepare_still(pictures.save(far, folder / "far.png"), engines=engines))
    assert source.face.width == pytest.approx(197, rel=0.05)
    assert source.image.shape[1] < 2000


def test_a_neighbour_is_not_part_of_the_matte(engines: AvatarEngines, folder: Path) -> None:
    photo = pictures.astronaut(1024)
    head = pictures.resize(photo[20:460, 180:700], 0.75)
    pair = np.hstack([np.full((1024, 500, 3), 195, np.uint8), photo])
    pair[100 : 100 + head.shape[0], 20 : 20 + head.shape[1]] = head
    bundle = prepare_still(pictures.save(pair, folder / "pair.png"), engines=engines)
    source = still(bundle)
    assert bundle.warnings[0].startswith("Two faces found")
    assert source.alpha[:, :300].max() < 30


def test_a_cat_is_refused(engines: AvatarEngines, folder: Path) -> None:
    with pytest.raises(FaceError, match="No human face found"):
        prepare_still(pictures.save(pictures.cat(), folder / "cat.png"), engines=engines)


def test_a_bundle_survives_its_file(bundle: AvatarBundle, tmp_path: Path) -> None:
    save(bundle, tmp_path / "a.avatar")
    again = load(tmp_path / "a.avatar")
    before, after = still(bundle), still(again)
    assert (again.borders, again.made_with) == (bundle.borders, bundle.made_with)
    assert np.array_equal(after.alpha, before.alpha)
    assert np.abs(after.image.astype(int) - before.image).mean() < 3
    assert np.abs(after.face.landmarks - before.face.landmarks).max() < 0.01
    hidden = hidden_by_person(after.alpha)
    assert np.array_equal(after.plate[~hidden], after.image[~hidden])


def test_the_cutout_shows_the_person_alone(bundle: AvatarBundle) -> None:
    with Pillow.open(io.BytesIO(cutout(bundle))) as picture:
        assert picture.format == "WEBP"
        assert picture.mode == "RGBA"
        assert picture.size == (720, 720)
        assert picture.getpixel((650, 60))[3] < 10
        assert picture.getpixel((314, 178))[3] > 245


def test_the_thumbnail_shows_the_head(bundle: AvatarBundle) -> None:
    with Pillow.open(io.BytesIO(thumbnail(bundle))) as picture:
        assert picture.size == (512, 512)
        face = shared_engines(threads=1).analyser.measure(np.array(picture.convert("RGB")))
    assert face.width > 180


def altered(source: Path, target: Path, **members: bytes | None) -> Path:
    """A copy of a bundle with some members replaced, or left out (None). Names: plate_webp for plate.webp."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = members.get(name.replace(".", "_"), old.read(name))
            if content is not None:
                new.writestr(name, content)
    return target


def grey_webp(width: int, height: int) -> bytes:
    buffer = io.BytesIO()
    Pillow.new("RGB", (width, height)).save(buffer, "WEBP", lossless=True, method=0)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "members",
    [
        {"meta_json": None},
        {"meta_json": b"{}"},
        {"meta_json": b"\xff\xfe"},
        {"faces_json": json.dumps([{"image_size": [1, 1], "landmarks": [[0, 0, 0]]}]).encode()},
        {"faces_json": b"[]"},
        {"portrait_webp": b"not a picture"},
        {"plate_webp": grey_webp(64, 64)},
        {"portrait_webp": grey_webp(8000, 8000)},
        {"faces_json": b" " * (300 * 1024**2)},
    ],
    ids=[
        "no meta",
        "empty meta",
        "no text",
        "few landmarks",
        "no face",
        "no picture",
        "small",
        "huge",
        "bomb",
    ],
)
def test_an_altered_bundle_is_refused(
    bundle: AvatarBundle, tmp_path: Path, members: dict[str, bytes | None]
) -> None:
    save(bundle, tmp_path / "a.avatar")
    with pytest.raises(MediaError, match=r"The prepared avatar is damaged .* Upload its photo"):
        load(altered(tmp_path / "a.avatar", tmp_path / "b.avatar", **members))


def test_a_cut_off_bundle_is_refused(bundle: AvatarBundle, tmp_path: Path) -> None:
    save(bundle, tmp_path / "a.avatar")
    content = (tmp_path / "a.avatar").read_bytes()
    (tmp_path / "b.avatar").write_bytes(content[: len(content) // 2])
    with pytest.raises(MediaError, match="The prepared avatar is damaged"):
        load(tmp_path / "b.avatar")
