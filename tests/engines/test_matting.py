import numpy as np
import pytest

from rendering.engines.face.base import Image
from rendering.engines.matting.base import Alpha
from rendering.engines.matting.foreground import estimate_foreground
from rendering.engines.matting.rvm import RobustVideoMatting, inner_ratio
from tests import pictures

pytestmark = pytest.mark.models


@pytest.fixture(scope="module")
def rvm() -> RobustVideoMatting:
    return RobustVideoMatting(threads=1)


@pytest.fixture(scope="module")
def photo() -> Image:
    return pictures.astronaut(768)


@pytest.fixture(scope="module")
def alpha(rvm: RobustVideoMatting, photo: Image) -> Alpha:
    return rvm.matte_still(photo)


def test_the_person_is_solid_and_the_wall_is_not(alpha: Alpha, photo: Image) -> None:
    assert alpha.shape == photo.shape[:2]
    assert alpha.dtype == np.uint8
    assert alpha[150:230, 300:370].min() > 245  # the face
    assert alpha[20:150, 480:560].max() < 10  # the wall


def test_a_still_gives_the_same_matte_twice(rvm: RobustVideoMatting, photo: Image, alpha: Alpha) -> None:
    assert np.array_equal(rvm.matte_still(photo), alpha)


def test_a_video_carries_its_memory_on(rvm: RobustVideoMatting, photo: Image) -> None:
    small = pictures.resize(photo, 0.4)
    dark = small // 8
    alone = next(rvm.matte_video([dark]))
    *_, remembered = rvm.matte_video([small, small, dark])
    assert not np.array_equal(alone, remembered)


def test_a_video_gives_one_matte_per_frame_as_it_comes(rvm: RobustVideoMatting, photo: Image) -> None:
    small = pictures.resize(photo, 0.4)
    mattes = rvm.matte_video(small for _ in range(3))
    assert next(mattes).shape == small.shape[:2]
    assert len(list(mattes)) == 2


@pytest.mark.parametrize(
    ("size", "ratio"), [((400, 300), 1.0), ((1024, 512), 0.5), ((1080, 1920), 512 / 1920)]
)
def test_the_inner_picture_is_never_larger_than_512(size: tuple[int, int], ratio: float) -> None:
    assert inner_ratio(*size) == pytest.approx(ratio)


def test_a_soft_edge_gets_the_colour_of_the_person() -> None:
    """Grey hair before a green wall, mixed by a known alpha, comes back grey."""
    alpha = np.tile(np.clip(np.linspace(-2500, 2755, 600), 0, 255), (300, 1)).astype(np.uint8)
    weight = alpha[..., None] / 255
    image = np.rint(np.array([90, 85, 80]) * weight + np.array([20, 220, 40]) * (1 - weight))
    colour = estimate_foreground(image.astype(np.uint8), alpha)
    soft = (alpha > 25) & (alpha < 250)
    assert np.abs(colour[soft].astype(int) - (90, 85, 80)).mean() < 4
    assert np.abs(image[soft] - (90, 85, 80)).mean() > 30


def test_solid_pixels_keep_their_own_colour(photo: Image, alpha: Alpha) -> None:
    colour = estimate_foreground(photo, alpha)
    assert np.array_equal(colour[alpha == 255], photo[alpha == 255])
