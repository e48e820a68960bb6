import numpy as np
import pytest

from rendering.engines.inpainting.migan import MiganInpainting
from rendering.engines.inpainting.smooth import SmoothInpainting
from tests import pictures


def test_a_smooth_fill_continues_a_gradient() -> None:
    line = np.linspace(40, 200, 400)
    image = np.repeat(np.tile(line, (300, 1))[..., None], 3, axis=2).astype(np.uint8)
    known = np.ones((300, 400), np.bool_)
    known[80:220, 120:280] = False
    holed = np.where(known[..., None], image, 0).astype(np.uint8)
    filled = SmoothInpainting().fill(holed, known)
    assert np.array_equal(filled[known], image[known])
    assert np.abs(filled.astype(int) - image).max() < 30


def test_a_smooth_fill_never_leaves_the_range_around_it() -> None:
    image = np.random.default_rng(0).integers(60, 90, (200, 300, 3), dtype=np.uint8)
    known = np.zeros((200, 300), np.bool_)
    known[:, :40] = True
    filled = SmoothInpainting().fill(np.where(known[..., None], image, 255).astype(np.uint8), known)
    assert filled.min() >= 55
    assert filled.max() <= 95


@pytest.mark.models
def test_migan_invents_only_what_is_unknown() -> None:
    image = pictures.astronaut(512)
    known = np.ones((512, 512), np.bool_)
    known[100:200, 380:480] = False
    holed = np.where(known[..., None], image, 0).astype(np.uint8)
    filled = MiganInpainting(threads=1).fill(holed, known)
    assert np.array_equal(filled[known], image[known])
    assert filled[~known].mean() > 60
