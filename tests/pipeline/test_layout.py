"""Layouts hold for any portrait: nothing is cut where it shows, nothing leaves the frame."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rendering.engines.talking_head.base import Placement
from rendering.pipeline.layout import Arrangement, Demands, arrange, outline
from rendering.pipeline.spec import FormatSpec
from rendering.pipeline.subject import Subject

ROUNDING = 0.02
PRESENTER = Subject(width=1920, height=1080, eyes=(960, 430), face_height=340)
"""A widened portrait: shoulders whole, only the bottom cuts."""

sizes = st.builds(
    lambda aspect, height: FormatSpec(aspect, height).size,
    st.sampled_from(["16:9", "9:16", "1:1", "4:5"]),
    st.sampled_from([480, 720, 1080]),
)
cuts = st.one_of(st.just(math.inf), st.floats(0, 1000))


@st.composite
def subjects(draw: st.DrawFn) -> Subject:
    width, height = draw(st.integers(300, 2000)), draw(st.integers(300, 2000))
    return Subject(
        width,
        height,
        (width * draw(st.floats(0.3, 0.7)), height * draw(st.floats(0.2, 0.6))),
        height * draw(st.floats(0.15, 0.7)),
        draw(cuts),
        draw(cuts),
        draw(st.booleans()),
    )


demands = st.builds(
    Demands,
    st.sampled_from(["full", "card-left", "card-right", "circle"]),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)


def covers(subject: Subject, placement: Placement) -> bool:
    return (
        placement.offset_x <= ROUNDING
        and placement.offset_y <= ROUNDING
        and placement.offset_x + placement.scale * subject.width >= placement.width - ROUNDING
        and placement.offset_y + placement.scale * subject.height >= placement.height - ROUNDING
    )


@given(subjects(), sizes, demands)
def test_no_cut_edge_of_the_person_lies_inside_the_panel(
    subject: Subject, size: tuple[int, int], wanted: Demands
) -> None:
    placement = arrange(subject, size, wanted).placement
    bottom = placement.offset_y + placement.scale * subject.height
    assert bottom >= placement.height - ROUNDING
    if subject.cut_top:
        assert placement.offset_y <= ROUNDING
    for column, edge, cut in (
        ("left", placement.offset_x, subject.left_from),
        ("right", placement.width - placement.offset_x - placement.scale * subject.width, subject.right_from),
    ):
        shows = placement.offset_y + placement.scale * cut < placement.height
        assert not shows or edge <= ROUNDING, column


@given(subjects(), sizes, demands)
def test_a_panel_that_is_not_the_frame_is_filled_by_the_picture(
    subject: Subject, size: tuple[int, int], wanted: Demands
) -> None:
    arrangement = arrange(subject, size, wanted)
    if not arrangement.whole or wanted.plate:
        assert covers(subject, arrangement.placement)


@given(subjects(), sizes, demands)
def test_panel_and_title_lie_in_the_frame_and_apart(
    subject: Subject, size: tuple[int, int], wanted: Demands
) -> None:
    arrangement = arrange(subject, size, wanted)
    left, top = arrangement.left, arrangement.top
    right, bottom = left + arrangement.placement.width, top + arrangement.placement.height
    assert 0 <= left < right <= size[0]
    assert 0 <= top < bottom <= size[1]
    assert all(value % 2 == 0 for value in (left, top, right, bottom))
    if arrangement.title:
        assert 0 <= arrangement.title[0] < arrangement.title[2] <= size[0]
        assert 0 <= arrangement.title[1] < arrangement.title[3] <= size[1]
        apart = (
            arrangement.title[2] <= left
            or arrangement.title[0] >= right
            or arrangement.title[3] <= top
            or arrangement.title[1] >= bottom
        )
        assert apart


@given(sizes, st.booleans())
def test_a_roomy_portrait_fills_the_frame_with_the_eyes_at_two_fifths(
    size: tuple[int, int], plate: bool
) -> None:
    arrangement = arrange(PRESENTER, size, Demands("full", plate=plate))
    placement = arrangement.placement
    eyes = (placement.scale * PRESENTER.eyes[1] + placement.offset_y) / size[1]
    face = placement.scale * PRESENTER.face_height / size[1]
    assert arrangement.whole
    assert 0.34 <= eyes <= 0.46
    assert 0.28 <= face <= 0.38


def test_a_person_cut_at_both_sides_becomes_a_card() -> None:
    narrow = Subject(600, 1200, (300, 400), 260, left_from=450, right_from=450)
    arrangement = arrange(narrow, (1280, 720), Demands("full"))
    assert arrangement.shape == "rounded"


def test_a_cut_below_the_frame_does_not_matter() -> None:
    low = Subject(1000, 1600, (500, 400), 200, left_from=1500, right_from=1500)
    assert arrange(low, (1280, 720), Demands("full")).whole


def test_a_circle_keeps_to_the_corner_when_there_is_something_to_look_at() -> None:
    corner = arrange(PRESENTER, (1280, 720), Demands("circle", busy=True))
    centre = arrange(PRESENTER, (1280, 720), Demands("circle"))
    assert corner.left > 640
    assert centre.left + centre.placement.width // 2 == pytest.approx(640, abs=2)


@pytest.mark.parametrize("layout", ["card-left", "circle"])
def test_an_outline_is_solid_inside_smooth_at_its_edge_and_empty_in_the_corner(layout: str) -> None:
    mask = outline(arrange(PRESENTER, (1280, 720), Demands(layout)))
    height, width = mask.shape
    assert mask[height // 2, width // 2] == 255
    assert mask[0, 0] == 0
    assert np.any((mask > 0) & (mask < 255))
    assert np.array_equal(mask, mask[:, ::-1])


def test_a_whole_frame_has_no_outline() -> None:
    placement = Placement(64, 36, 1.0, 0.0, 0.0)
    assert outline(Arrangement(placement)).min() == 255
