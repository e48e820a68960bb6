"""What is behind the person: gradients without bands, pictures that fill, clips that go on."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow

from rendering.engines.errors import MediaError
from rendering.pipeline import audio, background, looping
from rendering.pipeline.spec import BackgroundSpec
from rendering.pipeline.video import StreamWriter

SIZE = (160, 90)
PLATE = np.full((90, 160, 3), 120, np.uint8)


def prepare(spec: BackgroundSpec, media: Path | None = None) -> background.Backdrop:
    return background.prepare(spec, SIZE, plate=PLATE, media=media)


@given(st.sampled_from([0.0, 45.0, 90.0, 135.0, 180.0, 300.0]))
def test_a_gradient_runs_as_css_draws_it(angle: float) -> None:
    picture = background.gradient(("#000000", "#ffffff"), angle, (161, 91)).astype(float).mean(axis=2)
    x, y = np.sin(np.radians(angle)), -np.cos(np.radians(angle))
    assert picture[45, 80] == pytest.approx(127.5, abs=3)
    assert (picture[45, 160] - picture[45, 0]) * x >= -1
    assert (picture[90, 80] - picture[0, 80]) * y >= -1


def test_a_wide_gradient_is_dithered_into_bands_that_cannot_be_seen() -> None:
    picture = background.gradient(("#202020", "#282828"), 90, (1280, 4))
    changes = np.count_nonzero(np.diff(picture[0, :, 0].astype(int)))
    assert changes > 100
    assert np.abs(picture[:, :, 0].mean(axis=0) - np.linspace(32, 40, 1280)).mean() < 0.5


def test_the_same_gradient_is_the_same_picture() -> None:
    colours = ("#0b1b3a", "#2f6bff")
    assert np.array_equal(background.gradient(colours, 30, SIZE), background.gradient(colours, 30, SIZE))


@pytest.mark.parametrize("colour", ["red", "#12", "#gggggg"])
def test_what_is_no_colour_is_named(colour: str) -> None:
    with pytest.raises(MediaError, match=colour):
        background.parse_colour(colour)


@pytest.mark.parametrize("shape", [(400, 100), (100, 400), (90, 160), (33, 57)])
def test_a_picture_fills_the_frame_from_its_middle(tmp_path: Path, shape: tuple[int, int]) -> None:
    picture = np.zeros((*shape, 3), np.uint8)
    picture[shape[0] // 2 - 2 : shape[0] // 2 + 2, shape[1] // 2 - 2 : shape[1] // 2 + 2] = 255
    filled = background.cover(picture, SIZE)
    assert filled.shape == (SIZE[1], SIZE[0], 3)
    rows, columns = np.nonzero(filled[..., 0] > 100)
    assert rows.mean() == pytest.approx(44.5, abs=3)
    assert columns.mean() == pytest.approx(79.5, abs=3)


def test_an_image_background_is_read_from_its_file(tmp_path: Path) -> None:
    Pillow.new("RGB", (300, 300), (10, 200, 30)).save(tmp_path / "wall.png")
    still = prepare(BackgroundSpec("image"), tmp_path / "wall.png").still
    assert (still == (10, 200, 30)).all()


def test_a_missing_file_is_a_plain_sentence() -> None:
    with pytest.raises(MediaError, match="Choose the background once more"):
        prepare(BackgroundSpec("image"))


def test_blur_takes_detail_away_and_keeps_the_tone() -> None:
    stripes = np.zeros((90, 160, 3), np.uint8)
    stripes[:, ::2] = 200
    soft = background.blurred(stripes, SIZE)
    assert soft.std() < 5
    assert soft.mean() == pytest.approx(100, abs=3)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds that grow from dark to light: the brightness tells the time."""
    path = tmp_path_factory.mktemp("clip") / "ramp.ts"
    pcm = audio.conform(np.zeros(0, np.float32), 24_000, frames=50, fps=25)
    with StreamWriter(path, (64, 48), 25, pcm, threads=1) as stream:
        for index in range(50):
            stream.write(np.full((48, 64, 3), 40 + 3 * index, np.uint8))
    return path


def brightness(clip: Path, frames: int) -> np.ndarray:
    return np.array([picture.mean() for picture in looping.loop(clip, SIZE, frames=frames, fps=25)])


@pytest.mark.parametrize("frames", [1, 2, 20, 50, 175])
def test_a_clip_lasts_as_long_as_the_segment_and_fills_it(clip: Path, frames: int) -> None:
    pictures = list(looping.loop(clip, SIZE, frames=frames, fps=25))
    assert {picture.shape for picture in pictures} == {(SIZE[1], SIZE[0], 3)}
    assert len(pictures) == frames


def test_a_clip_never_jumps_neither_at_its_end_nor_where_segments_meet(clip: Path) -> None:
    first, second = brightness(clip, 90), brightness(clip, 70)
    assert np.abs(np.diff(np.concatenate([first, second]))).max() < 20


def test_a_clip_is_shown_at_the_videos_pace(clip: Path) -> None:
    at_25, at_30 = brightness(clip, 60)[10], list(looping.loop(clip, SIZE, frames=60, fps=30))[12].mean()
    assert at_25 == pytest.approx(at_30, abs=4)


def test_a_damaged_clip_is_a_plain_sentence(tmp_path: Path) -> None:
    (tmp_path / "clip.mp4").write_bytes(b"not a video")
    with pytest.raises(MediaError, match="background video"):
        list(looping.loop(tmp_path / "clip.mp4", SIZE, frames=5, fps=25))
