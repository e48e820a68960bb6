"""A filmed avatar: the clip plays forth and back, and its mouth speaks."""

from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow

from rendering.engines.errors import MediaError
from rendering.engines.face.analysis import analyse, describe, shared_analyser
from rendering.engines.face.track import bridge_gaps, smooth
from rendering.engines.talking_head.base import Placement, StillSource, VideoSource
from rendering.engines.talking_head.clips.path import ClipGraph, walk
from rendering.engines.talking_head.clips.reader import KEPT_FRAMES, ClipReader
from rendering.engines.talking_head.portrait import PortraitHead
from rendering.engines.talking_head.portrait.clip import ClipActor
from rendering.engines.talking_head.portrait.performance import Expression
from rendering.engines.talking_head.portrait.still import StillActor
from rendering.engines.talking_head.portrait.tracking import HeadPose
from rendering.engines.talking_head.portrait.visemes import VISEMES, Viseme
from studio.seeding.shipped import FOLDER
from tests.engines.clips import LENGTH, encode, nodding
from tests.engines.test_portrait import FPS, SIDE, WORDS, lip_gap, speech

HALF = Placement(width=320, height=320, scale=0.5, offset_x=0.0, offset_y=0.0)

SAME = Placement(width=SIDE, height=SIDE, scale=1.0, offset_x=0.0, offset_y=0.0)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> VideoSource:
    return nodding(tmp_path_factory.mktemp("clip"))


def render(who: ClipActor, frames: int):
    chunks = list(who.animate(speech(), frames=frames, fps=FPS, seed=3))
    return np.concatenate([c.rgb for c in chunks]), np.concatenate([c.alpha for c in chunks])


@pytest.mark.models
def test_a_clip_speaks_and_returns_to_where_it_began(source: VideoSource) -> None:
    who = PortraitHead().prepare(source, HALF)
    frames = int(len(WORDS) * 0.16 * FPS)
    rgb, alpha = render(who, frames)
    assert rgb.shape == (frames, 320, 320, 3)
    assert np.array_equal(rgb[0], rgb[-1])
    assert np.array_equal(alpha[0], alpha[-1])
    vowel = rgb[int(2.5 * 0.16 * FPS)]
    assert lip_gap(vowel) > lip_gap(rgb[0]) + 0.015


OPENED = 34
"""Frame of the talking clip whose mouth is widest open."""


@pytest.fixture(scope="module")
def talking(tmp_path_factory: pytest.TempPathFactory) -> VideoSource:
    """A preset face that says AA while its head turns and its light changes."""
    folder, analyser = tmp_path_factory.mktemp("talking"), shared_analyser()
    with Pillow.open(FOLDER / "avatars" / "claire.webp") as file:
        left = (file.width - file.height) / 2
        middle = (left, 0, left + file.height, file.height)
        photo = np.array(file.convert("RGB").resize((SIDE, SIDE), box=middle))
    who = StillActor(StillSource(photo, np.full(photo.shape[:2], 255, np.uint8), photo, analyse(photo)), SAME)
    pictures, found = [], []
    for frame in range(46):
        opened = float(np.clip(1.4 - abs(frame - OPENED) / 6, 0, 1))
        mouth = Viseme(*(opened * value for value in VISEMES["AA"]))
        rgb, alpha = np.zeros((SIDE, SIDE, 3), np.uint8), np.zeros((SIDE, SIDE), np.uint8)
        pose = {"yaw": 0.10 * np.sin(frame / 9), "roll": 0.05 * np.sin(frame / 7)}
        who.draw(Expression(mouth=mouth, **pose), rgb, alpha)
        pictures.append(np.clip(rgb * (1 + 0.1 * np.sin(frame / 12)), 0, 255).astype(np.uint8))
        found.append(analyser.follow(pictures[-1], found[-1] if found else None))
    faces = tuple(describe(points, pictures[0]) for points in smooth(bridge_gaps(found)))
    path = encode(folder / "clip.mp4", pictures)
    return VideoSource(path, None, faces, photo, float(FPS), own_colours=True)


@pytest.mark.models
def test_a_clip_that_talks_is_silent_in_silence(talking: VideoSource) -> None:
    hush = speech(("SIL",) * 25)
    chunks = ClipActor(talking, SAME).animate(hush, frames=100, fps=FPS, seed=3)
    frames = [frame for chunk in chunks for frame in chunk.rgb]
    with ClipReader(talking.path) as clip:
        filmed = [clip.read(number) for number in range(46)]
    # The frame is the clip's widest one, but for its mouth.
    nearest = [np.abs(frame[:250].astype(int) - filmed[OPENED][:250]).mean() for frame in frames]
    shown = frames[int(np.argmin(nearest))]
    assert lip_gap(filmed[OPENED]) > lip_gap(frames[0]) + 0.03
    assert lip_gap(shown) < lip_gap(frames[0]) + 0.006


@pytest.mark.models
def test_a_closed_mouth_in_silence_is_as_filmed(talking: VideoSource) -> None:
    who = ClipActor(talking, SAME)
    first = next(who.animate(speech(("SIL",) * 3), frames=12, fps=FPS, seed=3)).rgb[0]
    with ClipReader(talking.path) as clip:
        assert any(np.array_equal(first, clip.read(number)) for number in range(46))


@pytest.mark.models
def test_a_clip_that_talks_says_something_else(talking: VideoSource) -> None:
    labels, each = ("SIL", "AA", "M", "AA", "P", "AA", "SIL"), 0.24
    who, frames = ClipActor(talking, SAME), int(7 * 0.24 * FPS)
    chunks = who.animate(speech(labels, each), frames=frames, fps=FPS, seed=3)
    rgb = np.concatenate([chunk.rgb for chunk in chunks])
    rest = lip_gap(rgb[0])
    vowels, closures = ([round((place + 0.5) * each * FPS) for place in row] for row in ((1, 3, 5), (2, 4)))
    assert all(lip_gap(rgb[frame]) > rest + 0.02 for frame in vowels)
    assert all(min(lip_gap(rgb[near]) for near in (at - 1, at)) < rest + 0.008 for at in closures)


@pytest.mark.models
def test_segments_of_any_length_join(talking: VideoSource) -> None:
    """Far longer than the clip or only a moment long: all begin and end with the same picture."""
    who = ClipActor(talking, HALF)
    with ClipReader(talking.path) as clip:
        filmed = [cv2.resize(clip.read(number), (320, 320)).astype(np.int16) for number in range(46)]
    usual = max(np.abs(after - before).mean() for before, after in pairwise(filmed))
    ends = []
    for frames in (1, 5, 150):
        rgb, _ = render(who, frames)
        ends += [rgb[0], rgb[-1]]
        steps = np.abs(np.diff(rgb.astype(np.int16), axis=0)).mean(axis=(1, 2, 3))
        assert steps.max(initial=0) < 1.3 * usual
    assert all(np.array_equal(end, ends[0]) for end in ends)


@pytest.mark.models
def test_the_matte_of_the_clip_is_its_alpha(source: VideoSource) -> None:
    _, alpha = render(ClipActor(source, HALF), 4)
    with ClipReader(source.mattes) as mattes:
        filmed = [
            cv2.resize(mattes.read(i)[..., 1], (320, 320), None, 0, 0, cv2.INTER_AREA) for i in range(LENGTH)
        ]
    assert min(np.abs(alpha[0].astype(int) - matte).mean() for matte in filmed) < 1


@pytest.mark.models
def test_a_clip_without_a_matte_is_opaque(source: VideoSource) -> None:
    bare = VideoSource(source.path, None, source.faces, source.plate, source.fps)
    _, alpha = render(ClipActor(bare, HALF), 3)
    assert (alpha == 255).all()


@pytest.mark.models
def test_frames_are_read_in_any_order(source: VideoSource) -> None:
    with ClipReader(source.path) as clip:
        forwards = [clip.read(index) for index in range(LENGTH)]
        assert len(clip) == LENGTH
        for index in (19, 3, 4, 18, 0, 0, 11):
            assert np.array_equal(clip.read(index), forwards[index])


def test_reading_backwards_keeps_few_frames(tmp_path: Path) -> None:
    levels = [np.full((64, 64, 3), 3 * index, np.uint8) for index in range(80)]
    with ClipReader(encode(tmp_path / "long.mp4", levels)) as clip:
        for index in reversed(range(80)):
            assert abs(int(clip.read(index).mean()) - 3 * index) <= 2
            assert len(clip._kept) <= KEPT_FRAMES


def test_a_file_that_is_no_video_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"not a video" * 100)
    with pytest.raises(MediaError, match="Upload it again"):
        ClipReader(str(path))


@settings(deadline=None, max_examples=60)
@given(
    frames=st.integers(1, 700),
    fps=st.sampled_from([25, 30]),
    clip_frames=st.integers(1, 200),
    clip_fps=st.sampled_from([24.0, 25.0, 29.97, 60.0]),
    home=st.floats(0, 1),
    seed=st.integers(0, 2**32 - 1),
)
def test_a_walk_comes_home_and_never_jumps(
    frames: int, fps: int, clip_frames: int, clip_fps: float, home: float, seed: int
) -> None:
    start = round(home * (clip_frames - 1))
    shown = walk(graph(clip_frames, clip_fps, start), frames, fps, seed)
    assert len(shown) == frames
    assert shown[0] == shown[-1] == start
    assert shown.min() >= 0
    assert shown.max() < clip_frames
    assert np.abs(np.diff(shown)).max(initial=0) <= np.ceil(clip_fps / fps) + 1


def graph(frames: int, fps: float, home: int, matches: tuple[tuple[int, int], ...] = ()) -> ClipGraph:
    pairs = np.array(matches, np.intp).reshape(-1, 2)
    return ClipGraph(fps, home, np.ones(frames), pairs, np.zeros(frames, bool))


def test_a_walk_jumps_where_frames_match_rather_than_going_back() -> None:
    shown = walk(graph(60, 25.0, 20, ((5, 55),)), 300, FPS, seed=1)
    steps = np.diff(shown)
    assert {int(step) for step in steps[np.abs(steps) > 2]} == {6 - 55}
    assert steps[steps >= 0].sum() > 0.9 * np.abs(steps[np.abs(steps) <= 2]).sum()


def test_a_walk_slows_down_before_it_turns() -> None:
    shown = walk(graph(200, 25.0, 100), 150, FPS, seed=1)
    turn = int(np.argmax(np.abs(shown - 100)))
    assert np.abs(np.diff(shown[turn - 2 : turn + 3])).sum() <= 2


def test_a_walk_keeps_out_of_barred_frames() -> None:
    clip = graph(60, 25.0, 20)
    clip.barred[30:34] = True
    shown = walk(clip, 300, FPS, seed=1)
    assert shown.max() < 30
    assert shown.min() < 20


def test_a_head_pose_is_found_from_what_is_seen() -> None:
    points = np.random.default_rng(1).uniform(0, 100, (12, 3)).astype(np.float32)
    angle = np.radians(20)
    turn = 1.1 * np.array([[np.cos(angle), 0, np.sin(angle)], [0, 1, 0]])
    known = HeadPose(turn, np.array([30.0, -12.0]))
    found = HeadPose.between(points, known(points))
    assert np.allclose(found.turn, known.turn, atol=1e-4)
    assert np.allclose(found.shift, known.shift, atol=1e-2)
