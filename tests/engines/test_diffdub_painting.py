"""Painting in few steps: what is kept, what is shared by the frames of a film, and where steps are saved."""

import numpy as np
import pytest
import torch
from torch import Tensor

from rendering.bench.engines import formula
from rendering.engines.errors import EngineError
from rendering.engines.neural.runtime import Runtime
from rendering.engines.talking_head.diffdub import compiling, ddim
from rendering.engines.talking_head.diffdub.painter import Film, Painter
from rendering.engines.talking_head.diffdub.quality import QUALITIES, WARM_START
from rendering.engines.talking_head.diffdub.renderer import Renderer
from tests.engines.diffdub_files import LATENT, LAYOUT, SIDE

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def painter() -> Painter:
    renderer = Renderer(LAYOUT)
    formula.fill(renderer)
    return Painter(renderer, Runtime(CPU, half=False))


def crops(count: int) -> np.ndarray:
    return np.random.default_rng(5).integers(0, 256, (count, SIDE, SIDE, 3), np.uint8)


def masks(count: int) -> np.ndarray:
    mask = np.zeros((count, SIDE, SIDE), np.uint8)
    mask[:, SIDE // 2 : SIDE - 4, SIDE // 4 : -SIDE // 4] = 1
    return mask


def paint(painter: Painter, count: int, *, seed: int = 1, only: slice = slice(None)) -> np.ndarray:
    """The frames of a film that `only` says, painted together."""
    latents = formula.array("latents", (count, LATENT))
    images = crops(count)
    drawn, _ = painter.paint(
        images[only],
        masks(count)[only],
        painter.tensor(images[:1]),
        latents[only],
        painter.noise(seed),
        ddim.schedule(5),
    )
    return drawn


@pytest.mark.parametrize("steps", [0, 60, 900, 1001])
def test_steps_that_do_not_divide_those_of_training_are_refused(steps: int) -> None:
    with pytest.raises(EngineError, match=f"{steps} steps cannot be spread.*Choose"):
        ddim.schedule(steps)


@pytest.mark.parametrize("steps", [5, 8, 10, 20, 25, 40, 50, 100])
def test_a_schedule_visits_as_many_steps_as_asked_for_and_ends_at_a_clean_picture(steps: int) -> None:
    visits = ddim.schedule(steps)
    assert len(visits) == steps
    assert visits.times[-1] == 0
    assert visits.after[-1] == 1.0


def test_kept_pixels_are_the_same_to_the_bit(painter: Painter) -> None:
    drawn = paint(painter, 3)
    outside = masks(3) == 0
    assert np.array_equal(drawn[outside], crops(3)[outside])
    assert not np.array_equal(drawn[~outside], crops(3)[~outside])


def test_a_frame_does_not_depend_on_those_in_its_batch(painter: Painter) -> None:
    together, alone = paint(painter, 3), paint(painter, 3, only=slice(1, 2))
    assert np.abs(together[1].astype(int) - alone[0]).max() <= 1


def test_equal_frames_share_their_noise(painter: Painter) -> None:
    noise = painter.noise(4)
    images, latent = np.repeat(crops(1), 2, axis=0), formula.array("one", (1, LATENT)).expand(2, -1)
    drawn, _ = painter.paint(images, masks(2), painter.tensor(images[:1]), latent, noise, ddim.schedule(5))
    assert np.abs(drawn[0].astype(int) - drawn[1]).max() <= 1


def test_the_seed_decides(painter: Painter) -> None:
    assert np.array_equal(paint(painter, 1, seed=1), paint(painter, 1, seed=1))
    assert not np.array_equal(paint(painter, 1, seed=1), paint(painter, 1, seed=2))


def test_other_lips_are_painted_for_another_latent(painter: Painter) -> None:
    noise, images = painter.noise(1), crops(1)
    given = (images, masks(1), painter.tensor(images))
    one, other = (
        painter.paint(*given, formula.array(name, (1, LATENT)), noise, ddim.schedule(5))[0]
        for name in ("one", "other")
    )
    assert not np.array_equal(one, other)


def test_a_perfect_network_gives_the_picture_back_whatever_the_noise() -> None:
    picture = formula.array("picture", (1, 3, 8, 8), -0.9, 0.9)
    visits = ddim.schedule(10)
    signal = dict(zip(visits.times, visits.signal, strict=True))

    def predict(x: Tensor, references: Tensor, steps: Tensor, latents: Tensor) -> Tensor:
        share = signal[int(steps[0])]
        return (x - share**0.5 * picture) / (1 - share) ** 0.5

    scene = ddim.Scene(torch.zeros(1, 3, 8, 8), torch.zeros(1, 1, 8, 8), picture, torch.zeros(1, 1))
    painted = ddim.paint(predict, scene, formula.array("noise", (1, 3, 8, 8), -2, 2), visits)
    assert torch.allclose(painted, picture, atol=1e-5)


def test_a_warm_start_saves_the_noisiest_steps() -> None:
    draft = QUALITIES["draft"]
    cold, warm = draft.cold_start(), draft.warm_start()
    assert draft.warm
    assert warm.times == tuple(time for time in cold.times if time <= WARM_START)
    assert len(warm) < len(cold)


def test_a_film_begins_cold_and_goes_on_warm(painter: Painter) -> None:
    noise, images = painter.noise(1), crops(2)
    latents, reference = formula.array("latents", (2, LATENT)), painter.tensor(images[:1])
    draft = QUALITIES["draft"]
    film = Film(painter, draft, reference, noise)
    first, second = (film.paint(images[i : i + 1], masks(1), latents[i : i + 1]) for i in (0, 1))
    given = (masks(1), reference)
    cold, last = painter.paint(images[:1], *given, latents[:1], noise, draft.cold_start())
    warm, _ = painter.paint(images[1:], *given, latents[1:], noise, draft.warm_start(), last)
    assert np.array_equal(first, cold)
    assert np.array_equal(second, warm)


def test_a_warm_start_begins_at_the_picture_before(painter: Painter) -> None:
    images, latents, noise = crops(1), formula.array("one", (1, LATENT)), painter.noise(1)
    given = (images, masks(1), painter.tensor(images), latents, noise)
    light, dark = (
        painter.paint(*given, ddim.schedule(5).starting_at(200), torch.full((1, 3, SIDE, SIDE), level))[0]
        for level in (0.8, -0.8)
    )
    inside = masks(1)[0] > 0
    assert light[0][inside].mean() > dark[0][inside].mean() + 20


def test_half_precision_changes_few_levels() -> None:
    drawn = []
    for half in (False, True):
        renderer = Renderer(LAYOUT)
        formula.fill(renderer)
        drawn.append(paint(Painter(renderer, Runtime(CPU, half=half)), 1).astype(int))
    assert np.abs(drawn[0] - drawn[1]).mean() < 0.5


def test_compiling_is_asked_for_in_words_that_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AVATARLAB_COMPILE", "maybe")
    with pytest.raises(EngineError, match="AVATARLAB_COMPILE is maybe"):
        compiling.wanted()
