"""Where a real face is cropped, painted and encoded."""

import numpy as np
import pytest

from rendering.engines.face.regions import BOTH_EYES, LIPS
from rendering.engines.talking_head.diffdub import region
from rendering.engines.talking_head.dubbing.crops import cut, to_crop
from tests.engines.test_portrait import still

pytestmark = pytest.mark.models

SIDES = pytest.mark.parametrize("side", [64, 256])


def frames(count: int = 1) -> np.ndarray:
    return np.repeat(still().face.landmarks[None], count, axis=0)


def crop_points(side: int) -> tuple[np.ndarray, np.ndarray]:
    """All landmarks, and the polygon's corners, in pixels of the crop."""
    box = region.square(frames(), still().face.image_size)
    return to_crop(frames()[0, :, :2], box, side), region.corners(frames(), box, side)[0]


def shows(mask: np.ndarray, points: np.ndarray) -> np.ndarray:
    columns, rows = np.rint(points).astype(int).T
    return mask[rows, columns] > 0


def test_the_square_holds_the_face_and_stays_in_the_picture() -> None:
    face = still().face
    left, top, right, bottom = region.square(frames(), face.image_size)
    assert right - left == bottom - top
    assert left >= 0
    assert top >= 0
    assert right <= face.image_size[0]
    assert bottom <= face.image_size[1]
    inside = face.landmarks[:, :2]
    assert (inside > (left, top)).all()
    assert (inside < (right, bottom)).all()


def test_a_clip_has_one_square_that_a_few_odd_frames_do_not_move() -> None:
    usual = region.square(frames(9), still().face.image_size)
    track = frames(9)
    track[:2] += 60
    assert np.array_equal(region.square(track, still().face.image_size), usual)


def test_a_picture_smaller_than_the_square_bounds_it() -> None:
    close = frames()
    close[..., :2] *= 3
    assert region.square(close, (500, 400)).tolist()[3] <= 400


@SIDES
def test_lips_and_chin_are_painted_and_eyes_are_not(side: int) -> None:
    points, corners = crop_points(side)
    mask = region.painted(corners, side)
    assert shows(mask, points[list(LIPS)]).all()
    assert shows(mask, points[[152]]).all()
    assert not shows(mask, points[list(BOTH_EYES[:8])]).any()


@SIDES
def test_the_encoder_sees_from_the_brows_down(side: int) -> None:
    _, corners = crop_points(side)
    encoded, painted = region.encoded(corners, side), region.painted(corners, side)
    first = [int(np.flatnonzero(mask.any(axis=1))[0]) for mask in (encoded, painted)]
    assert first[0] < corners[3, 1] < first[1]
    assert (encoded >= painted).all()


def test_the_encoders_picture_is_the_mask_enlarged_without_interpolation() -> None:
    side = 256
    _, corners = crop_points(side)
    box = region.square(frames(), still().face.image_size)
    crop = cut(still().image, box, side)
    lips = region.lip_crop(crop, region.encoded(corners, side))
    assert lips.shape == (side, side, 3)
    colours = {tuple(colour) for colour in crop.reshape(-1, 3).tolist()} | {(0, 0, 0)}
    assert {tuple(colour) for colour in lips.reshape(-1, 3).tolist()} <= colours


def test_what_is_pasted_back_was_painted() -> None:
    side = 256
    _, corners = crop_points(side)
    box = region.square(frames(), still().face.image_size)
    plan = region.crop_plan(corners[None], box, side)
    pasted = to_crop(plan.regions[0], box, side)
    inward = pasted + np.sign(pasted.mean(axis=0) - pasted) * 1.5
    assert shows(region.painted(corners, side), inward).all()


def test_the_polygon_trembles_less_than_the_landmarks() -> None:
    trembling = frames(40)
    trembling[..., :2] += np.random.default_rng(1).normal(0, 1, (40, 1, 2))
    box = region.square(trembling, still().face.image_size)
    raw = to_crop(trembling[:, region.CHIN, :2], box, 256)
    smooth = region.corners(trembling, box, 256)[:, 1]
    assert np.abs(np.diff(smooth, axis=0)).mean() < 0.5 * np.abs(np.diff(raw, axis=0)).mean()
