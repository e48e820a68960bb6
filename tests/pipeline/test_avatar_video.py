from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
import pytest

from rendering.engines.errors import FaceError, MediaError
from rendering.engines.face.base import Image
from rendering.engines.face.track import bridge_gaps, smooth, without_outliers
from rendering.engines.talking_head.base import VideoSource
from rendering.pipeline.avatar import AvatarBundle, cutout, load, prepare_video, save, shared_engines
from rendering.pipeline.avatar_video import unseen
from rendering.pipeline.clip_writer import ClipWriter
from rendering.pipeline.clips import first_frame, inspect, read_frames
from tests import pictures

pytestmark = pytest.mark.models

FRAMES = 52
SWAY = 40
"""Pixels by which the person walks to the right during the clip."""
NOSE_TIP = 1


def swaying(frames: int = FRAMES) -> Iterable[Image]:
    """The astronaut moving before a flat wall with a stripe behind her."""
    photo = pictures.astronaut(640)[:420, 60:460]
    for number in range(frames):
        shift = np.float32([[1, 0, 20 + SWAY * number / frames], [0, 1, 0]])
        yield cv2.warpAffine(photo, shift, (480, 400), borderMode=cv2.BORDER_REPLICATE)


def write_clip(path: Path, frames: Iterable[Image], fps: int = 25) -> Path:
    with ClipWriter(path, fps, 16) as writer:
        for frame in frames:
            writer.write(frame)
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("clip")


@pytest.fixture(scope="module")
def progress() -> list[float]:
    return []


@pytest.fixture(scope="module")
def bundle(folder: Path, progress: list[float]) -> AvatarBundle:
    larger = (pictures.resize(frame, 1.5) for frame in swaying())
    clip = write_clip(folder / "upload.mp4", larger)
    work = folder / "work"
    work.mkdir()
    return prepare_video(clip, work, engines=shared_engines(threads=1), progress=progress.append)


def video(bundle: AvatarBundle) -> VideoSource:
    assert isinstance(bundle.source, VideoSource)
    return bundle.source


def test_frames_are_read_as_they_were_written(tmp_path: Path) -> None:
    frames = list(swaying(5))
    again = list(read_frames(write_clip(tmp_path / "a.mp4", frames)))
    assert len(again) == 5
    assert np.abs(again[3].astype(int) - frames[3]).mean() < 4
    assert inspect(tmp_path / "a.mp4").fps == 25


def test_frames_can_be_read_at_another_rate(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "a.mp4", swaying(20), fps=10)
    assert len(list(read_frames(clip, fps=25))) == pytest.approx(49, abs=1)


def test_every_frame_has_a_face_and_a_matte(bundle: AvatarBundle) -> None:
    source = video(bundle)
    assert source.fps == 25
    assert source.mattes is not None
    assert len(source.faces) == FRAMES
    assert len(list(read_frames(source.path))) == FRAMES
    assert len(list(read_frames(source.mattes))) == FRAMES


def test_the_face_is_followed(bundle: AvatarBundle) -> None:
    noses = np.array([face.landmarks[NOSE_TIP, 0] for face in video(bundle).faces])
    steps = np.diff(noses[2:-2])
    assert noses[-1] - noses[0] == pytest.approx(SWAY * 1.5, rel=0.1)
    assert np.abs(steps - steps.mean()).max() < 0.6


def test_the_matte_lies_on_the_person(bundle: AvatarBundle) -> None:
    source = video(bundle)
    assert source.mattes is not None
    matte = first_frame(source.mattes)[..., 1]
    x, y = source.faces[0].landmarks[NOSE_TIP, :2].astype(int)
    assert matte[y, x] > 245
    assert matte[10:100, -60:].max() < 12


def test_progress_rises_to_one(bundle: AvatarBundle, progress: list[float]) -> None:
    assert bundle
    assert progress == sorted(progress)
    assert progress[-1] == pytest.approx(1)


def test_a_clip_survives_its_bundle(bundle: AvatarBundle, tmp_path: Path) -> None:
    save(bundle, tmp_path / "a.avatar")
    again = video(load(tmp_path / "a.avatar", tmp_path))
    assert Path(again.path).read_bytes() == Path(video(bundle).path).read_bytes()
    assert len(again.faces) == FRAMES
    assert again.own_colours
    assert again.matches == video(bundle).matches
    assert again.unseen == video(bundle).unseen
    assert again.plate.shape == video(bundle).plate.shape
    assert len(cutout(bundle)) > 1000


def test_a_short_clip_is_refused(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "a.mp4", swaying(20))
    with pytest.raises(MediaError, match=r"Video too short: it lasts 0\.8 seconds, we need 2"):
        prepare_video(clip, tmp_path / "..", engines=shared_engines(threads=1))


def test_a_long_clip_is_refused_by_its_header(tmp_path: Path) -> None:
    grey = np.full((64, 64, 3), 128, np.uint8)
    clip = write_clip(tmp_path / "a.mp4", (grey for _ in range(75)), fps=1)
    with pytest.raises(MediaError, match="Video too long: it lasts 75 seconds, at most 60 work"):
        prepare_video(clip, tmp_path, engines=shared_engines(threads=1))


def test_a_clip_without_a_face_is_refused(tmp_path: Path) -> None:
    wall = np.full((240, 320, 3), 128, np.uint8)
    clip = write_clip(tmp_path / "a.mp4", (wall for _ in range(55)))
    with pytest.raises(FaceError, match="No human face found in the video"):
        prepare_video(clip, _work(tmp_path), engines=shared_engines(threads=1))


def test_a_face_that_leaves_names_the_moment(tmp_path: Path) -> None:
    frames = [pictures.resize(frame, 0.6) for frame in swaying(60)]
    frames[20:40] = [np.full_like(frames[0], 128)] * 20
    clip = write_clip(tmp_path / "a.mp4", frames)
    with pytest.raises(FaceError, match=r"out of sight for 0\.8 of 2\.4 seconds, first at 0\.8 s"):
        prepare_video(clip, _work(tmp_path), engines=shared_engines(threads=1))


def test_frames_without_a_face_are_named_but_a_blurred_moment_is_not() -> None:
    face = np.zeros((468, 3), np.float32)
    found = [face] * 10 + [None] * 2 + [face] * 10 + [None] * 3 + [face]
    assert unseen(found, fps=25) == (22, 23, 24)


def test_what_is_no_video_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"no video at all")
    with pytest.raises(MediaError, match="The video is damaged or of a kind we cannot read"):
        prepare_video(path, tmp_path, engines=shared_engines(threads=1))


def test_soft_edges_hold_the_persons_own_colour(bundle: AvatarBundle) -> None:
    """The wall behind her is light, her suit and hair are not: what is left of it would be a light seam."""
    source = video(bundle)
    assert source.mattes is not None
    seen, alpha = first_frame(source.path), first_frame(source.mattes)[..., 1]
    filmed = pictures.resize(next(iter(swaying())), 1.5)
    edge = (alpha > 30) & (alpha < 200)
    background = source.plate[edge].astype(int)
    assert np.abs(seen[edge] - background).mean() > np.abs(filmed[edge] - background).mean()


def test_a_frame_that_misled_the_mesh_is_left_out() -> None:
    face = np.random.default_rng(0).uniform(0, 100, (468, 3)).astype(np.float32)
    track = [face + np.float32([0.3 * frame, 0, 0]) for frame in range(30)]
    track[12] = track[12] + 20
    kept = without_outliers(track)
    assert [frame for frame, landmarks in enumerate(kept) if landmarks is None] == [12]


def test_gaps_are_bridged_and_ends_held() -> None:
    known = np.zeros((468, 3), np.float32)
    track = bridge_gaps([None, known, None, known + 4, None])
    assert track[:, 0, 0].tolist() == [0, 0, 2, 4, 4]


def test_a_single_known_frame_is_enough() -> None:
    known = np.ones((468, 3), np.float32)
    assert bridge_gaps([None, known, None]).tolist() == np.ones((3, 468, 3)).tolist()


def test_smoothing_takes_out_jitter_and_keeps_slow_motion() -> None:
    slow = np.sin(np.arange(100) / 12) * 20
    jitter = np.random.default_rng(0).normal(0, 1, 100)
    track = np.zeros((100, 468, 3), np.float32)
    track[:] = (slow + jitter)[:, None, None]
    left = smooth(track)[5:-5, 0, 0] - slow[5:-5]
    assert left.std() < 0.65 * jitter.std()


def _work(folder: Path) -> Path:
    work = folder / "work"
    work.mkdir()
    return work
