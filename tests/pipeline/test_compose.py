"""Composition: alpha is right at soft edges, solid inside, and nothing else changes."""

import numpy as np
import pytest

from rendering.pipeline import background
from rendering.pipeline.background import StillBackdrop
from rendering.pipeline.blending import lay_over, over
from rendering.pipeline.compose import Compositor
from rendering.pipeline.layout import Arrangement, Demands, arrange
from rendering.pipeline.spec import BackgroundSpec
from rendering.pipeline.subject import Subject
from tests.pipeline.acting import SKIN, EllipseActor

SIZE = (320, 180)
SUBJECT = Subject(1920, 1080, (960, 430), 340)
WHITE = np.full((SIZE[1], SIZE[0], 3), 255, np.uint8)


def first_frame(actor: EllipseActor) -> tuple[np.ndarray, np.ndarray]:
    chunk = next(iter(actor.animate(None, frames=1, fps=25, seed=0)))
    return chunk.rgb[0], chunk.alpha[0]


def compositor(arrangement: Arrangement, backdrop: np.ndarray = WHITE, **options: object) -> Compositor:
    return Compositor(
        arrangement, SIZE, EllipseActor(arrangement.placement), StillBackdrop(backdrop), **options
    )


def test_blending_is_exact_where_alpha_is_full_or_none_and_right_to_one_step_between() -> None:
    levels = np.arange(256, dtype=np.uint8)
    alpha = np.ascontiguousarray(np.tile(levels[:, None], (1, 256)))
    old = np.tile(levels, (256, 1))
    new = np.ascontiguousarray(old[:, ::-1])
    base = np.dstack([old] * 3)
    lay_over(base, np.dstack([new] * 3), alpha)
    share = alpha / 255
    assert np.abs(base[..., 0] - (new * share + old * (1 - share))).max() <= 1
    assert np.array_equal(base[0, :, 0], old[0])
    assert np.array_equal(base[255, :, 0], new[255])


def test_a_soft_edge_is_between_the_two_colours_without_a_fringe() -> None:
    arrangement = arrange(SUBJECT, SIZE, Demands("full"))
    rgb, alpha = first_frame(EllipseActor(arrangement.placement))
    frame = compositor(arrangement).frame(rgb, alpha, WHITE).rgb
    soft = (alpha > 0) & (alpha < 255)
    assert soft.any()
    low, high = np.minimum(SKIN, 255), np.maximum(SKIN, 255)
    assert (frame[soft] >= low - 1).all()
    assert (frame[soft] <= high).all()
    assert (frame[alpha == 255] == SKIN).all()
    assert (frame[alpha == 0] == 255).all()


def test_composing_does_not_draw_on_the_backdrop() -> None:
    arrangement = arrange(SUBJECT, SIZE, Demands("full"))
    backdrop = WHITE.copy()
    stage = compositor(arrangement, backdrop)
    first = stage.frame(*first_frame(EllipseActor(arrangement.placement)), backdrop).rgb
    again = stage.frame(*first_frame(EllipseActor(arrangement.placement)), backdrop).rgb
    assert np.array_equal(first, again)
    assert backdrop.min() == 255


def test_transparent_output_keeps_the_persons_own_colour_under_soft_alpha() -> None:
    arrangement = arrange(SUBJECT, SIZE, Demands("full"))
    rgb, alpha = first_frame(EllipseActor(arrangement.placement))
    composed = compositor(arrangement, transparent=True).frame(rgb, alpha, WHITE)
    assert np.array_equal(composed.alpha, alpha)
    assert (composed.colour[alpha > 0] == SKIN).all()


def test_a_transparent_card_is_opaque_inside_its_outline_and_empty_far_away() -> None:
    arrangement = arrange(SUBJECT, SIZE, Demands("card-left"))
    actor = EllipseActor(arrangement.placement)
    composed = compositor(arrangement, transparent=True).frame(*first_frame(actor), WHITE)
    middle = (arrangement.top + 60, arrangement.left + 20)
    assert composed.alpha[middle] == 255
    assert tuple(composed.colour[middle]) == actor.plate_colour
    assert composed.alpha[0, -1] == 0


def test_a_card_shows_the_plate_inside_and_the_backdrop_outside() -> None:
    arrangement = arrange(SUBJECT, SIZE, Demands("card-right"))
    actor = EllipseActor(arrangement.placement)
    frame = compositor(arrangement).frame(*first_frame(actor), WHITE).rgb
    assert tuple(frame[arrangement.top + 60, arrangement.left + 4]) == actor.plate_colour
    assert (frame[:, : SIZE[0] // 4] == 255).all()


def test_the_title_is_dark_on_light_and_light_on_dark() -> None:
    arrangement = arrange(SUBJECT, SIZE, Demands("card-left", title=True))
    left, top, right, bottom = arrangement.title
    actor = EllipseActor(arrangement.placement)
    for backdrop, extreme in ((WHITE, 0), (np.zeros_like(WHITE), 1)):
        frame = compositor(arrangement, backdrop, title="Title").frame(*first_frame(actor), backdrop).rgb
        room = frame[top:bottom, left:right]
        assert (room.max() > 240) if extreme else (room.min() < 60)


def test_layers_with_alpha_add_up() -> None:
    red, blue = np.full((1, 1, 3), (255, 0, 0), np.uint8), np.full((1, 1, 3), (0, 0, 255), np.uint8)
    half, none = np.full((1, 1), 128, np.uint8), np.zeros((1, 1), np.uint8)
    colour, alpha = over(red, none, blue, half)
    assert tuple(colour[0, 0]) == (0, 0, 255)
    assert alpha[0, 0] == 128
    colour, alpha = over(red, half, blue, half)
    assert alpha[0, 0] == pytest.approx(255 * 0.75, abs=2)
    assert colour[0, 0, 2] == pytest.approx(255 * 2 / 3, abs=3)


@pytest.mark.parametrize("kind", ["keep", "blur", "transparent"])
def test_every_backdrop_has_the_frames_size(kind: str) -> None:
    plate = np.full((90, 60, 3), 90, np.uint8)
    backdrop = background.prepare(BackgroundSpec(kind), SIZE, plate=plate, media=None)
    assert [picture.shape for picture in backdrop.frames(2, 25)] == [(SIZE[1], SIZE[0], 3)] * 2
