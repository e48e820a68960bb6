"""Expressions: what each makes of the same speech, and eyes that look at the viewer."""

from dataclasses import replace
from itertools import pairwise
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rendering.engines.talking_head.base import ExpressionName, Manner
from rendering.engines.talking_head.portrait.eyes import towards_viewer
from rendering.engines.talking_head.portrait.idle import BLINK_TIMES, FIRST, GLANCE_ASIDE, idle
from rendering.engines.talking_head.portrait.iris import EYE_TURN, RADIUS, STEP, Iris, find_iris
from rendering.engines.talking_head.portrait.manner import PLAIN, STYLES, style_of
from rendering.engines.talking_head.portrait.performance import (
    HIGHEST_BROW,
    WIDEST,
    Expression,
    Performance,
    perform,
)
from tests.engines.test_portrait_motion import FPS, PHONES, say

EXPRESSIONS = get_args(ExpressionName)
MANNERS = st.builds(Manner, st.sampled_from(EXPRESSIONS), st.floats(0, 2))
TALK = say(("SIL", 0.2), *[("AA", 0.2), ("M", 0.08), ("UW", 0.2), ("P", 0.08), ("IY", 0.2)] * 6, ("SIL", 0.4))


def play(expression: ExpressionName, intensity: float = 1.0, seed: int = 3) -> Performance:
    return perform(TALK, round(TALK.duration * FPS), FPS, seed, Manner(expression, intensity))


def test_there_is_a_style_for_every_expression() -> None:
    assert tuple(STYLES) == EXPRESSIONS


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_without_intensity_every_expression_is_the_same_face(expression: ExpressionName) -> None:
    assert style_of(Manner(expression, 0.0)) == PLAIN


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_at_full_intensity_no_factor_is_negative(expression: ExpressionName) -> None:
    style = style_of(Manner(expression, 2.0))
    factors = [style.opening, style.jaw, style.accent, style.nod, style.sway, style.pace, style.breath]
    assert min(factors) > 0.1
    assert min(style.blinks, style.glances) > 0
    assert 0 <= style.smile <= 1
    assert abs(style.brow) <= 1


@pytest.mark.parametrize("manner", [("ecstatic", 1.0), ("calm", -0.1), ("calm", 2.1), ("calm", float("nan"))])
def test_a_manner_that_does_not_exist_is_refused(manner: tuple[str, float]) -> None:
    with pytest.raises(ValueError, match=r"expression|intensity"):
        Manner(*manner)


def test_the_energetic_move_more_than_the_calm_and_the_serious_less() -> None:
    serious, calm, energetic = (play(name) for name in ("serious", "calm", "energetic"))

    def measures(played: Performance) -> list[float]:
        """Widest lips, lowest jaw, nods, head sway."""
        return [
            float(played.articulation.gap.max()),
            float(played.articulation.jaw.max()),
            float(np.ptp(played.prosody.nod)),
            float(np.abs(played.idle.yaw).max()),
        ]

    for less, more in pairwise(measures(each) for each in (serious, calm, energetic)):
        assert all(one < other for one, other in zip(less, more, strict=True))


def test_only_who_is_friendly_or_energetic_smiles() -> None:
    smiles = {name: play(name)[10].smile for name in EXPRESSIONS}
    assert smiles["calm"] == smiles["serious"] == 0
    assert smiles["friendly"] > smiles["energetic"] > 0


def test_serious_brows_are_lowered() -> None:
    assert play("serious")[0].brow < play("calm")[0].brow <= play("friendly")[0].brow


def test_a_smile_grows_with_its_intensity() -> None:
    smiles = [play("friendly", intensity)[0].smile for intensity in (0.0, 0.5, 1.0, 2.0)]
    assert smiles == sorted(set(smiles))


def test_a_smile_waxes_and_wanes_a_little() -> None:
    smile = play("friendly").idle.warmth
    assert 0.02 < np.ptp(smile) < 0.6


def test_a_pucker_takes_some_of_a_smile_away() -> None:
    played = play("friendly")
    round_lips = int(np.argmax(played.articulation.rounding))
    assert played[round_lips].smile < 0.8 * played[0].smile


def test_calm_people_blink_less_than_energetic_ones() -> None:
    def blinks(expression: ExpressionName) -> int:
        blink = idle(120 * FPS, FPS, 1, STYLES[expression]).blink
        return int(((blink[1:] > 0) & (blink[:-1] == 0)).sum())

    assert blinks("serious") < blinks("calm") < blinks("energetic")
    assert 26 <= blinks("calm") <= 38  # a minute: 13 to 19


@given(parts=PHONES, manner=MANNERS, seed=st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_sentences_of_one_manner_join(parts: list[tuple[str, float]], manner: Manner, seed: int) -> None:
    spoken, style = say(*parts), style_of(manner)
    played = perform(spoken, max(1, int(np.ceil(spoken.duration * FPS))), FPS, seed, manner)
    rest = Expression(smile=style.smile, brow=style.brow)
    assert played[0] == played[len(played) - 1] == rest


@given(parts=PHONES, manner=MANNERS)
@settings(max_examples=40, deadline=None)
def test_the_mouth_stays_in_range(parts: list[tuple[str, float]], manner: Manner) -> None:
    spoken = say(*parts)
    played = perform(spoken, max(1, int(np.ceil(spoken.duration * FPS))), FPS, 0, manner)
    assert played.articulation.gap.max() <= WIDEST
    assert played.articulation.jaw.max() <= WIDEST
    assert played.prosody.brow.max() <= HIGHEST_BROW


@pytest.mark.parametrize("label", ["M", "B", "P"])
def test_a_closure_is_shut_in_the_most_energetic_speech(label: str) -> None:
    spoken = say(("SIL", 0.2), ("AA", 0.15), (label, 0.03), ("AA", 0.15), ("SIL", 0.2))
    played = perform(spoken, round(spoken.duration * FPS), FPS, 0, Manner("energetic", 2.0))
    frame = round(0.365 * FPS - 0.5)
    assert played.articulation.gap[frame] == 0
    assert played.articulation.press[frame] >= 0.7


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_the_eyes_are_on_the_viewer_most_of_the_time(expression: ExpressionName) -> None:
    aside = np.abs(idle(120 * FPS, FPS, 4, STYLES[expression]).gaze[:, 0]) > GLANCE_ASIDE[0] - 1e-9
    assert 0.01 < aside.mean() < 0.15


@pytest.mark.parametrize("seed", range(10))
def test_nobody_looks_away_at_the_start_or_at_the_end(seed: int) -> None:
    gaze = idle(6 * FPS, FPS, seed, STYLES["energetic"]).gaze
    assert not gaze[: int(FIRST * FPS)].any()
    assert not gaze[-int(0.25 * FPS) :].any()


def test_looks_away_come_with_blinks_more_often_than_by_chance() -> None:
    with_blink = chance = total = 0
    for seed in range(12):
        motion = idle(60 * FPS, FPS, seed, STYLES["calm"])
        away = np.abs(motion.gaze[:, 0]) > 0.04
        turns = np.flatnonzero(away[1:] != away[:-1]) + 1
        with_blink += int((motion.blink[turns] > 0.5).sum())
        chance += len(turns) * float((motion.blink > 0.5).mean())
        total += len(turns)
    assert total > 50
    assert with_blink > 3 * chance


def test_eyes_stay_on_the_viewer_while_the_head_turns() -> None:
    played = play("calm")
    frame = int(np.argmax(np.abs(played.idle.yaw)))
    shown = played[frame]
    assert shown.gaze[0] - played.idle.gaze[frame, 0] == pytest.approx(-EYE_TURN * shown.yaw)
    assert abs(shown.yaw) > 0.005


def test_another_seed_blinks_at_other_times() -> None:
    assert not np.array_equal(play("calm", seed=1).idle.blink, play("calm", seed=2).idle.blink)


def test_blinks_do_not_overlap() -> None:
    blink = idle(60 * FPS, FPS, 5, style_of(Manner("energetic", 2.0))).blink
    begins = np.flatnonzero((blink[1:] > 0) & (blink[:-1] == 0))
    assert np.diff(begins).min() / FPS > BLINK_TIMES[-1]


CENTRED = Iris(x=0.0, y=-0.1, radius=0.195, contrast=60.0)


def looking(right: float, left: float, contrast: float = 60.0) -> tuple[Iris, Iris]:
    return replace(CENTRED, x=right, contrast=contrast), replace(CENTRED, x=left, contrast=contrast)


def test_a_portrait_that_looks_aside_is_turned_to_the_viewer() -> None:
    assert towards_viewer(*looking(0.10, 0.08), yaw=0.0) == pytest.approx(-0.072, abs=0.01)
    assert towards_viewer(*looking(-0.10, -0.08), yaw=0.0) == pytest.approx(0.072, abs=0.01)


def test_a_turned_head_that_looks_at_the_viewer_is_left_alone() -> None:
    assert towards_viewer(*looking(-0.07, -0.05), yaw=0.18) == 0
    assert towards_viewer(*looking(-0.07, -0.05), yaw=0.0) != 0


@pytest.mark.parametrize(
    "eyes",
    [looking(0.02, 0.03), looking(-0.08, 0.08), looking(0.2, 0.02), looking(0.10, 0.08, contrast=10.0)],
    ids=["at the viewer", "across", "one not found", "too faint"],
)
def test_eyes_that_are_not_surely_aside_stay(eyes: tuple[Iris, Iris]) -> None:
    assert towards_viewer(*eyes, yaw=0.0) == 0


@pytest.mark.parametrize("place", [-0.15, 0.0, 0.1])
def test_an_iris_is_found_where_it_is_and_not_in_the_shade_of_the_lashes(place: float) -> None:
    x, y = np.meshgrid(np.linspace(-0.6, 0.6, 72), np.linspace(-0.3, 0.3, 36))
    upper, lower = 0.8 * x**2 - 0.2, 0.14 - 0.5 * x**2
    light = np.where(np.hypot(x - place, y + 0.04) < RADIUS, 60.0, 190.0)
    light[y < upper + 0.05] = 20.0
    found = find_iris(light, x, y, upper, lower)
    assert found.x == pytest.approx(place, abs=1.5 * STEP)
    assert found.contrast > 60


def test_an_eye_without_an_iris_has_no_contrast() -> None:
    x, y = np.meshgrid(np.linspace(-0.6, 0.6, 72), np.linspace(-0.3, 0.3, 36))
    found = find_iris(np.full(x.shape, 120.0), x, y, np.full(x.shape, -0.01), np.full(x.shape, 0.01))
    assert (found.x, found.contrast) == (0.0, 0.0)
