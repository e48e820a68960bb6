"""The background before encoding: a picture that is changed in a known way."""

import numpy as np
import pytest

from rendering.bench.lipsync.kept import Kept, compare
from rendering.engines.matting.base import Alpha

PHOTO = np.random.default_rng(2).integers(20, 230, (40, 60, 3), np.uint8)
NOTHING = np.zeros(PHOTO.shape[:2], bool)


def person(left: int) -> Alpha:
    alpha = np.zeros(PHOTO.shape[:2], np.uint8)
    alpha[:, left : left + 20] = 255
    return alpha


def test_a_background_that_is_copied_does_not_change() -> None:
    moving = PHOTO.copy()
    moving[:, 10:34] = 0
    assert compare([(PHOTO, person(10)), (moving, person(14))], PHOTO, NOTHING) == Kept(0, 0, 0.0)


def test_one_level_in_one_pixel_of_one_frame_is_seen() -> None:
    touched = PHOTO.copy()
    touched[5, 50, 1] += 1
    assert compare([(PHOTO, person(10)), (touched, person(10))], PHOTO, NOTHING) == Kept(1, 1, 0.0)


def test_a_background_that_stays_but_is_not_the_photo_is_seen() -> None:
    other = PHOTO + 3
    assert compare([(other, person(10))] * 2, PHOTO, NOTHING) == Kept(0, 3, 0.0)


def test_what_the_plate_invents_may_differ_from_the_photo_but_not_move() -> None:
    invented = NOTHING.copy()
    invented[:, 30:34] = True
    filled, moved = PHOTO.copy(), PHOTO.copy()
    filled[:, 30:34] = 128
    moved[:, 30:34] = 120
    found = compare([(filled, person(10))] * 2, PHOTO, invented)
    assert (found.over_time, found.photo) == (0, 0)
    assert found.invented == pytest.approx(0.1)
    assert compare([(filled, person(10)), (moved, person(10))], PHOTO, invented).over_time == 8
