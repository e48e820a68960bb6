import cv2
import numpy as np

from rendering.engines.face.base import Image
from rendering.engines.face.mesh import Landmarks
from rendering.pipeline.clip_matches import Looks

FPS = 25


def filmed(moments: list[float]) -> list[tuple[Image, Landmarks]]:
    """A patterned head that sways from side to side, at moments of its period."""
    random = np.random.default_rng(0)
    pattern = cv2.GaussianBlur(random.integers(0, 255, (180, 320, 3), np.uint8), (0, 0), 4)
    face = random.uniform((120, 40, -10), (200, 140, 10), (468, 3)).astype(np.float32)
    face[[10, 152, 33, 263], :2] = [(160, 40), (160, 140), (140, 80), (180, 80)]
    shown = []
    for moment in moments:
        shift = 40 * np.sin(2 * np.pi * moment)
        move = np.float32([[1, 0, shift], [0, 1, 0]])
        picture = cv2.warpAffine(pattern, move, (320, 180), borderMode=cv2.BORDER_REFLECT)
        noise = random.normal(0, 2, picture.shape)
        shown.append((np.clip(picture + noise, 0, 255).astype(np.uint8), face + np.float32([shift, 0, 0])))
    return shown


def matches(moments: list[float]) -> tuple[tuple[int, int], ...]:
    looks = Looks(FPS)
    for image, landmarks in filmed(moments):
        looks.see(image, landmarks)
    return looks.matches()


def test_a_motion_that_repeats_is_found_in_step() -> None:
    found = matches([frame / 40 for frame in range(100)])
    assert found
    assert all((later - earlier) % 40 == 0 for earlier, later in found)


def test_a_motion_that_goes_on_matches_nowhere() -> None:
    assert matches([0.25 * frame / 100 for frame in range(100)]) == ()


def test_a_moment_is_too_short() -> None:
    assert matches([0.0] * 20) == ()
