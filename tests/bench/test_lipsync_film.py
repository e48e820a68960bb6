"""Scores of pictures and whole films: a real photo that is changed in a known way."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest

from rendering.bench.lipsync import pixels
from rendering.bench.lipsync.eyes import eyes, likeness
from rendering.bench.lipsync.film import Compared, mouth_sharpness, resting_opening
from rendering.bench.lipsync.landmarks import watch
from rendering.bench.lipsync.sheet import (
    CELL,
    COLUMNS,
    Cell,
    pick_phones,
    pick_run,
    write_sheet,
    write_small_sheet,
)
from rendering.engines.face.analysis import FaceAnalyser
from rendering.engines.face.base import Image
from rendering.engines.face.mesh import Landmarks
from rendering.engines.speech.base import Phone
from tests.pictures import astronaut

HEIGHT = 250.0
"""Of the astronaut's face, pixels, about."""


@cache
def portrait() -> tuple[Image, Landmarks]:
    photo = np.ascontiguousarray(astronaut(1024)[:640, 125:765])
    landmarks = FaceAnalyser().follow(photo, None)
    assert landmarks is not None
    return photo, landmarks


def blurred(points: tuple[int, ...]) -> Image:
    """The portrait, blurred around some landmarks."""
    photo, landmarks = portrait()
    hull = cv2.convexHull(landmarks[list(points), :2].astype(np.int32))
    mask = cv2.dilate(cv2.fillPoly(np.zeros(photo.shape[:2], np.uint8), [hull], 1), np.ones((9, 9), np.uint8))
    return np.where(mask[..., None] > 0, cv2.GaussianBlur(photo, (0, 0), 3), photo)


def sharpness(picture: Image) -> pixels.Sharpness:
    nothing = np.zeros(picture.shape[:2], bool)
    return pixels.sharpness(pixels.grey(picture), portrait()[1], HEIGHT, nothing)


@pytest.mark.models
def test_teeth_that_the_mesh_takes_for_a_lip_are_not_its_sharpness() -> None:
    photo, landmarks = portrait()
    inside = cv2.fillPoly(
        np.zeros(photo.shape[:2], np.uint8), [landmarks[list(pixels.INNER_LIPS), :2].astype(np.int32)], 1
    )
    high = landmarks.copy()
    high[list(pixels.INNER_LIPS), 1] = high[13, 1]  # the mesh sees no opening at all
    fooled, told = (
        pixels.sharpness(pixels.grey(photo), high, HEIGHT, mask).lower
        for mask in (np.zeros_like(inside, bool), inside > 0)
    )
    assert told < 0.7 * fooled


@pytest.mark.models
@pytest.mark.parametrize("lip", ["lower", "upper"])
def test_a_blurred_lip_is_less_sharp_than_the_cheeks(lip: str) -> None:
    photo, _ = portrait()
    outline = {"lower": pixels.LOWER_LIP, "upper": pixels.UPPER_LIP}[lip]
    sharp, soft = (getattr(sharpness(one), lip) for one in (photo, blurred(outline)))
    assert soft < 0.4 * sharp


def compared(sharp: pixels.Sharpness, speaking: pixels.Sharpness) -> float:
    return mouth_sharpness(Compared([sharp], [speaking]))


def test_one_blurred_lip_is_enough_to_miss() -> None:
    smooth = pixels.Sharpness(lower=3.0, upper=3.0, above=2.0)
    assert compared(smooth, replace(smooth)) == pytest.approx(1)
    assert compared(smooth, replace(smooth, upper=0.6)) < 0.8
    assert compared(smooth, replace(smooth, lower=0.6)) < 0.8


def test_under_a_moustache_the_hair_is_compared_with_itself() -> None:
    bearded = pixels.Sharpness(lower=3.0, upper=20.0, above=40.0)
    opened = replace(bearded, upper=6.0)  # the hairs are not within the upper lip's outline any more
    assert compared(bearded, opened) == pytest.approx(1)
    assert compared(bearded, replace(opened, above=8.0)) < 0.8
    assert compared(bearded, replace(opened, lower=0.6)) < 0.8


@pytest.mark.models
def test_hair_over_the_lips_is_a_moustache_and_skin_is_none() -> None:
    photo, landmarks = portrait()
    assert not sharpness(photo).moustache
    left, right = landmarks[[61, 291], :2].astype(int)
    top = int(landmarks[0, 1])
    hairy = photo.copy()
    for x in range(left[0], right[0], 3):
        cv2.line(hairy, (x, top - 11), (x + 2, top - 1), (90, 70, 60) if x % 2 else (225, 220, 210), 1)
    assert sharpness(hairy).moustache


@pytest.mark.models
def test_a_pasted_mouth_has_a_border() -> None:
    photo, landmarks = portrait()
    left, top = landmarks[list(pixels.OUTER_LIPS), :2].min(axis=0).astype(int) - 12
    right, bottom = landmarks[list(pixels.OUTER_LIPS), :2].max(axis=0).astype(int) + 12
    pasted = photo.copy()
    pasted[top:bottom, left:right] = (pasted[top:bottom, left:right] * 0.75).astype(np.uint8)
    whole, seam = (pixels.border_contrast(pixels.grey(one), landmarks, HEIGHT) for one in (photo, pasted))
    assert seam > 1.3 * whole


@pytest.mark.models
def test_a_moved_head_keeps_its_upper_face_and_a_repainted_one_does_not() -> None:
    photo, landmarks = portrait()
    rest = pixels.rest_frame(photo, landmarks, HEIGHT, np.zeros(photo.shape[:2], np.uint8))
    shift = np.array([[1, 0, 3], [0, 1, -2]], np.float32)
    moved = cv2.warpAffine(photo, shift, photo.shape[1::-1], borderMode=cv2.BORDER_REPLICATE)
    where = landmarks + np.array([3, -2, 0], np.float32)
    kept = pixels.upper_face_change(pixels.grey(moved), where, rest)
    repainted = pixels.upper_face_change(pixels.grey(cv2.GaussianBlur(photo, (0, 0), 6)), landmarks, rest)
    assert kept < 0.5
    assert repainted > 4 * kept + 1


@pytest.mark.models
def test_the_background_is_what_lies_outside_the_person() -> None:
    photo, landmarks = portrait()
    alpha = np.zeros(photo.shape[:2], np.uint8)
    alpha[:, :300] = 255
    rest = pixels.rest_frame(photo, landmarks, HEIGHT, alpha)
    inside, outside = photo.copy(), photo.copy()
    inside[:, :300] = 0
    outside[:, 500:] = 255 - outside[:, 500:]
    assert pixels.background_change(pixels.grey(inside), rest) == 0
    assert pixels.background_change(pixels.grey(outside), rest) > 20


@pytest.mark.models
def test_shut_eyes_do_not_look_as_usual() -> None:
    photo, landmarks = portrait()
    shut = photo.copy()
    for corners in ((33, 133), (362, 263)):
        middle = landmarks[list(corners), :2].mean(axis=0).astype(int)
        cv2.ellipse(shut, tuple(map(int, middle)), (22, 12), 0, 0, 360, (205, 160, 140), -1)
    film = np.stack([eyes(frame, landmarks) for frame in (photo, photo, shut, photo)])
    assert np.flatnonzero(likeness(film) < 0.75).tolist() == [2]


@pytest.mark.models
def test_frames_without_a_face_are_left_out() -> None:
    photo, _ = portrait()
    seen = watch([photo, np.zeros_like(photo), photo], FaceAnalyser())
    assert seen.seen == pytest.approx(2 / 3)
    assert np.isnan(seen.opening).tolist() == [False, True, False]


def test_a_film_without_any_face_is_refused() -> None:
    with pytest.raises(ValueError, match="no face"):
        watch([np.zeros((256, 256, 3), np.uint8)] * 2, FaceAnalyser())


def test_rest_is_the_rest_frame_unless_it_was_read_too_wide() -> None:
    opening = np.linspace(0.01, 0.05, 101)
    assert resting_opening(opening, 0) == pytest.approx(0.01)
    assert resting_opening(opening, 50) == pytest.approx(0.012)


def test_each_phone_is_shown_once_in_the_middle_of_its_longest_instance() -> None:
    phones = (Phone("AA", 0, 0.2), Phone("M", 0.2, 0.3), Phone("AA", 0.3, 0.9))
    assert pick_phones(phones, 25, 50) == {14: ["AA"], 6: ["M"]}


def test_the_liveliest_frames_are_shown_in_a_row() -> None:
    opening = np.zeros(100)
    opening[60:70:2] = 0.05
    run = pick_run(opening)
    assert len(run) == 24
    assert {60, 69} <= set(run)


def test_a_sheet_has_a_cell_for_each_picture(tmp_path: Path) -> None:
    cells = [Cell("AA", np.full((CELL, CELL, 3), 90, np.uint8))] * (COLUMNS + 1)
    write_sheet(cells, tmp_path / "sheet.png")
    sheet = cv2.imread(str(tmp_path / "sheet.png"))
    assert sheet.shape == (2 * CELL, COLUMNS * CELL, 3)
    assert sheet[CELL + 128, 128].tolist() == [90, 90, 90]


def test_a_sheet_for_the_documentation_is_small_whatever_it_shows(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (CELL, CELL, 3), np.uint8)
    busy = cv2.GaussianBlur(noise, (0, 0), 1.5)
    write_small_sheet([Cell("AA", busy)] * 40, tmp_path / "sheet.jpg")
    assert (tmp_path / "sheet.jpg").stat().st_size <= 150_000
    assert cv2.imread(str(tmp_path / "sheet.jpg")).shape == (800, 1280, 3)
