"""Repainted mouths: what is cut from a template, where it is pasted, and what stays as it was."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rendering.engines.face.analysis import describe
from rendering.engines.face.base import Image
from rendering.engines.speech.base import Speech
from rendering.engines.talking_head.base import AvatarSource, Placement, StillSource, VideoSource
from rendering.engines.talking_head.dubbing.actor import CropBatch, Crops, DubbedActor
from rendering.engines.talking_head.dubbing.crops import (
    CropPlan,
    cut,
    face_boxes,
    to_crop,
)
from rendering.engines.talking_head.dubbing.paste import Pasting, Repainted
from rendering.engines.talking_head.dubbing.region import face_height, lower_face, soft_mask
from rendering.engines.talking_head.dubbing.template import template
from rendering.engines.talking_head.panel_picture import Rectangle
from tests.engines.clips import LENGTH, nodding, turn
from tests.engines.test_portrait import FPS, SIDE, speech, still

CROP = 96
SAME = Placement(width=SIDE, height=SIDE, scale=1.0, offset_x=0.0, offset_y=0.0)
SMALL = Placement(width=320, height=320, scale=0.5, offset_x=0.0, offset_y=0.0)
GREEN = (0, 255, 0)
HUSH = ("SIL",) * 8


class GreenMouths:
    """Implements `Dubber`: everything is green. Remembers which frames it was asked for."""

    def __init__(self, batch: int = 4) -> None:
        self.batch = batch
        self.asked: list[int] = []

    def dub(
        self, batches: Iterable[CropBatch], speech: Speech, *, frames: int, fps: int, seed: int
    ) -> Iterator[Crops]:
        for batch in batches:
            self.asked += batch.frames.tolist()
            yield np.broadcast_to(np.array(GREEN, np.uint8), batch.images.shape)


def actor(source: AvatarSource, placement: Placement, dubber: GreenMouths | None = None) -> DubbedActor:
    shown = template(source, placement)
    plan = CropPlan(CROP, face_boxes(shown.landmarks, shown.size), lower_face(shown.landmarks))
    return DubbedActor(shown, plan, dubber or GreenMouths())


def render(who: DubbedActor, spoken: Speech, frames: int) -> tuple[np.ndarray, np.ndarray]:
    chunks = list(who.animate(spoken, frames=frames, fps=FPS, seed=3))
    return np.concatenate([c.rgb for c in chunks]), np.concatenate([c.alpha for c in chunks])


def greenness(rgb: np.ndarray) -> np.ndarray:
    """How much greener than anything in the photo, [...]."""
    return rgb[..., 1].astype(int) - rgb[..., [0, 2]].max(axis=-1)


@cache
def landmarks() -> np.ndarray:
    return still().face.landmarks[None]


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> VideoSource:
    """The photo nodding, its landmarks following exactly: its mouth does not move in the face."""
    source, points = nodding(tmp_path_factory.mktemp("clip")), still().face.landmarks
    ways = map(turn, range(LENGTH))
    moved = [np.column_stack([points[:, :2] @ way[:, :2].T + way[:, 2], points[:, 2]]) for way in ways]
    faces = tuple(describe(each.astype(np.float32), still().image) for each in moved)
    return replace(source, faces=faces)


# ---- crops -----------------------------------------------------------------------------------------------


@pytest.mark.models
def test_a_box_holds_the_face_and_what_was_asked_for_below() -> None:
    [plain], [longer] = (face_boxes(landmarks(), (SIDE, SIDE), below=below) for below in (0.0, 0.1))
    low, high = landmarks()[0, :, :2].min(axis=0), landmarks()[0, :, :2].max(axis=0)
    assert np.abs(plain - [*low, *high]).max() <= 0.5
    assert longer[:3].tolist() == plain[:3].tolist()
    assert longer[3] - plain[3] == pytest.approx(0.1 * (plain[3] - plain[1]), abs=1.5)


@given(x=st.floats(-900, 900), y=st.floats(-900, 900))
@pytest.mark.models
def test_boxes_never_leave_the_picture_and_are_never_empty(x: float, y: float) -> None:
    moved = landmarks() + np.array([x, y, 0])
    [box] = face_boxes(moved, (SIDE, SIDE), below=0.05)
    assert (box[:2] >= 0).all()
    assert (box[2:] > box[:2]).all()
    assert (box[2:] <= SIDE).all()
    assert cut(still().image, box, CROP).shape == (CROP, CROP, 3)


@pytest.mark.models
def test_boxes_of_a_head_that_moves_evenly_do_not_trail_behind() -> None:
    path = landmarks() + np.arange(20)[:, None, None] * np.array([4.0, 0, 0])
    boxes = face_boxes(path, (SIDE, SIDE), smoothing=5)
    each = np.concatenate([face_boxes(path[i : i + 1], (SIDE, SIDE)) for i in range(20)])
    assert np.abs(boxes - each)[2:-2].max() <= 1


@pytest.mark.models
def test_points_of_a_picture_are_found_in_its_crop() -> None:
    box = np.array([100, 50, 300, 350])
    corners = to_crop(np.array([[100.0, 50.0], [300.0, 350.0], [200.0, 200.0]]), box, CROP)
    assert corners.tolist() == [[0, 0], [96, 96], [48, 48]]


# ---- the region ------------------------------------------------------------------------------------------


@pytest.mark.models
def test_the_lower_face_holds_lips_and_chin_but_no_eyes() -> None:
    [outline] = lower_face(landmarks())
    inside = {
        name: cv2.pointPolygonTest(outline, landmarks()[0, index, :2].tolist(), False) > 0
        for name, index in {"lip": 0, "corner": 61, "chin": 152, "eye": 145, "bridge": 6}.items()
    }
    assert inside == {"lip": True, "corner": True, "chin": True, "eye": False, "bridge": False}


@pytest.mark.models
def test_lips_are_the_new_ones_throughout() -> None:
    [outline], face = lower_face(landmarks()), landmarks()[0]
    area, mask = soft_mask(outline, 0.06 * face_height(face), Rectangle(0, 0, SIDE, SIDE))
    for index in (0, 17, 61, 291):
        x, y = face[index, :2].astype(int)
        assert mask[y - area.top, x - area.left] > 0.95


def test_a_mask_is_nothing_on_its_outline_and_everything_within() -> None:
    outline = np.array([[10, 10], [90, 10], [90, 90], [10, 90]], np.float32)
    area, mask = soft_mask(outline, 10, Rectangle(0, 0, 60, 100))
    whole = np.zeros((100, 100), np.float32)
    whole[area.slices] = mask
    assert whole[50, 40] == 1
    assert whole[50, 10] == whole[10, 40] == whole[50, 59] == 0
    assert np.abs(np.diff(whole, axis=0)).max() < 0.2
    assert not whole[:, 60:].any()


def test_a_region_out_of_sight_has_no_mask() -> None:
    outline = np.array([[-30, 10], [-10, 10], [-10, 40]], np.float32)
    area, mask = soft_mask(outline, 5, Rectangle(0, 0, 60, 60))
    assert area.empty
    assert not mask.size


# ---- pasting ---------------------------------------------------------------------------------------------


def ramp(width: int, height: int) -> Image:
    """Columns get redder, rows greener."""
    x, y = np.meshgrid(np.linspace(20, 220, width), np.linspace(20, 220, height))
    return np.dstack([x, y, np.full_like(x, 90)]).astype(np.uint8)


@pytest.mark.parametrize("scale", [0.25, 0.6, 1.0, 2.3])
def test_a_crop_that_nobody_changed_lands_where_it_was(scale: float) -> None:
    picture = ramp(200, 160)
    box = np.array([40, 30, 140, 130])
    region = np.array([[50, 40], [130, 40], [130, 120], [50, 120]], np.float32)
    size = (round(200 * scale), round(160 * scale))
    target = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    before = target.copy()
    pasting = Pasting(np.array(size) / (200, 160), np.zeros(2), Rectangle(0, 0, *size))
    pasting.paste(Repainted(cut(picture, box, CROP), box, region, 8.0, 1.0), target)
    assert np.abs(target.astype(int) - before).max() <= 3


def test_pasting_leaves_a_fourth_channel_alone() -> None:
    target = np.dstack([ramp(100, 100), np.full((100, 100), 77, np.uint8)])
    region = np.array([[20, 20], [80, 20], [80, 80], [20, 80]], np.float32)
    green = np.full((CROP, CROP, 3), GREEN, np.uint8)
    repainted = Repainted(green, np.array([10, 10, 90, 90]), region, 5.0, 1.0)
    Pasting(np.ones(2), np.zeros(2), Rectangle(0, 0, 100, 100)).paste(repainted, target)
    assert (target[50, 50] == [*GREEN, 77]).all()
    assert (target[..., 3] == 77).all()


@pytest.mark.parametrize("box", [[-20, -20, 60, 60], [10, 10, 60, 60]])
def test_only_edges_that_are_seen_are_soft(box: list[int]) -> None:
    target = np.zeros((100, 100, 3), np.uint8)
    region = np.array([[-20, -20], [80, -20], [80, 80], [-20, 80]], np.float32)
    green = np.full((CROP, CROP, 3), GREEN, np.uint8)
    pasting = Pasting(np.ones(2), np.zeros(2), Rectangle(0, 0, 100, 100))
    pasting.paste(Repainted(green, np.array(box), region, 8.0, 1.0), target)
    at_the_edge = target[max(0, box[1]), 40, 1]
    assert at_the_edge == (255 if box[1] < 0 else 0)
    assert target[40, 40, 1] == 255
    assert target[59, 40, 1] == 0


# ---- the actor -------------------------------------------------------------------------------------------


@pytest.mark.models
@pytest.mark.parametrize("kind", ["still", "clip"])
def test_in_silence_the_template_is_shown(kind: str, clip: VideoSource) -> None:
    dubber = GreenMouths()
    who = actor(still() if kind == "still" else clip, SAME, dubber)
    rgb, _ = render(who, speech(HUSH), 30)
    assert dubber.asked == []
    assert greenness(rgb[10:20]).max() < 100


@pytest.mark.models
@pytest.mark.parametrize("kind", ["still", "clip"])
def test_segments_begin_and_end_with_the_template(kind: str, clip: VideoSource) -> None:
    rgb, alpha = render(actor(still() if kind == "still" else clip, SMALL), speech(), 32)
    assert rgb.shape == (32, 320, 320, 3)
    assert greenness(rgb[0]).max() < 100
    assert np.array_equal(rgb[0], rgb[-1])
    assert np.array_equal(alpha[0], alpha[-1])
    assert greenness(rgb[16]).max() > 200


@pytest.mark.models
@pytest.mark.parametrize("kind", ["still", "clip"])
def test_only_the_lower_face_is_repainted(kind: str, clip: VideoSource) -> None:
    source = still() if kind == "still" else clip
    spoken = speech()
    rgb, alpha = render(actor(source, SAME), spoken, 32)
    shown = template(source, SAME)
    untouched, its_alpha = render(
        DubbedActor(
            shown, CropPlan(CROP, face_boxes(shown.landmarks, shown.size), _nowhere(shown)), GreenMouths()
        ),
        spoken,
        32,
    )
    assert np.array_equal(alpha, its_alpha)
    changed = (rgb != untouched).any(axis=(0, 3))
    faces = shown.landmarks[:, :, :2]
    # The chin's margin, and as far as a still's head moves.
    margin = 0.12 * face_height(shown.landmarks[0])
    low, high = faces.min(axis=(0, 1)) - margin, faces.max(axis=(0, 1)) + margin
    rows, columns = np.nonzero(changed)
    assert len(rows)
    assert columns.min() > low[0]
    assert columns.max() < high[0]
    assert rows.min() > faces[:, 6, 1].min()
    assert rows.max() < high[1]


def _nowhere(shown) -> np.ndarray:
    return np.full((len(shown.landmarks), 3, 2), -1000, np.float32)


@pytest.mark.models
def test_a_still_moves_its_head_while_it_speaks() -> None:
    rgb, _ = render(actor(still(), SAME), speech(("AA",) * 20), 80)
    eyes = still().face.landmarks[[33, 263], :2].astype(int)
    region = (slice(None), slice(eyes[:, 1].min() - 20, eyes[:, 1].max() + 20), slice(*sorted(eyes[:, 0])))
    assert np.abs(rgb[region].astype(int) - rgb[0][region[1:]]).max() > 20


@pytest.mark.models
def test_frames_do_not_depend_on_what_was_rendered_before() -> None:
    who = actor(still(), SMALL)
    first, _ = render(who, speech(), 32)
    render(who, speech(HUSH), 8)
    again, _ = render(who, speech(), 32)
    assert np.array_equal(first, again)


@pytest.mark.models
def test_only_frames_that_speak_are_repainted(clip: VideoSource) -> None:
    dubber = GreenMouths(batch=16)
    render(actor(clip, SMALL, dubber), speech(), 32)
    assert dubber.asked == sorted(set(dubber.asked))
    assert 0 < len(dubber.asked) < 32


@pytest.mark.models
@pytest.mark.parametrize("shift", [(-150.0, 0.0), (150.0, 0.0), (0.0, -100.0), (0.0, 120.0)])
def test_a_face_cut_by_the_panel_is_dubbed_as_far_as_it_is_seen(shift: tuple[float, float]) -> None:
    part = Placement(width=400, height=400, scale=1.0, offset_x=-120 + shift[0], offset_y=shift[1])
    rgb, _ = render(actor(still(), part), speech(), 24)
    assert rgb.shape == (24, 400, 400, 3)


@pytest.mark.models
@pytest.mark.parametrize("size", [(200, 260), (641, 640), (1500, 1300)])
def test_pictures_of_any_size_are_dubbed(size: tuple[int, int]) -> None:
    whole = still()
    factor = np.array(size) / SIDE

    def resized(plane: np.ndarray) -> np.ndarray:
        return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA))

    face = replace(
        whole.face,
        image_size=size,
        landmarks=(whole.face.landmarks * np.array([*factor, factor.mean()])).astype(np.float32),
    )
    source = StillSource(resized(whole.image), resized(whole.alpha), resized(whole.plate), face)
    scale = 320 / max(size)
    rgb, _ = render(actor(source, Placement(320, 320, scale, 0.0, 0.0)), speech(), 24)
    assert greenness(rgb[12]).max() > 200


@pytest.mark.models
def test_a_short_segment_stays_the_template(clip: VideoSource) -> None:
    rgb, _ = render(actor(clip, SMALL), speech(("AA",)), 2)
    assert len(rgb) == 2
    assert greenness(rgb).max() < 100
