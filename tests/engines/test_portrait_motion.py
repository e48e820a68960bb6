"""Articulator and idle curves, without a picture."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rendering.engines.speech.base import SAMPLE_RATE, Phone, Speech
from rendering.engines.talking_head.portrait.gap import solve
from rendering.engines.talking_head.portrait.idle import BLINK_TIMES, idle, rest_window
from rendering.engines.talking_head.portrait.manner import STYLES
from rendering.engines.talking_head.portrait.performance import Performance, perform
from rendering.engines.talking_head.portrait.visemes import BILABIALS, VISEMES, Viseme

FPS = 25
PHONES = st.lists(st.tuples(st.sampled_from(sorted(VISEMES)), st.floats(0.02, 0.4)), min_size=1, max_size=25)


def say(*parts: tuple[str, float], tone: float = 0.2) -> Speech:
    """Phones one after another, over a steady tone."""
    phones, start = [], 0.0
    for label, seconds in parts:
        phones.append(Phone(label, start, start + seconds))
        start += seconds
    time = np.arange(int(start * SAMPLE_RATE)) / SAMPLE_RATE
    samples = (tone * np.sin(2 * np.pi * 120 * time)).astype(np.float32)
    return Speech(samples, (), tuple(phones), "aligned")


def play(spoken: Speech, fps: int = FPS, seed: int = 0) -> Performance:
    return perform(spoken, max(1, int(np.ceil(spoken.duration * fps))), fps, seed)


@pytest.mark.parametrize("fps", [25, 30])
@pytest.mark.parametrize("label", sorted(BILABIALS))
def test_a_closure_shorter_than_a_frame_is_shut_on_one_frame(label: str, fps: int) -> None:
    performance = play(say(("SIL", 0.2), ("AA", 0.15), (label, 0.03), ("AA", 0.15), ("SIL", 0.2)), fps)
    frame = round(0.365 * fps - 0.5)
    assert performance.articulation.gap[frame] == 0
    assert performance.articulation.press[frame] >= 0.7
    assert performance.articulation.gap[frame - 3] > 0.3


def test_lips_round_before_a_rounded_vowel() -> None:
    plain = play(say(("SIL", 0.3), ("S", 0.12), ("IY", 0.2), ("SIL", 0.3)))
    rounded = play(say(("SIL", 0.3), ("S", 0.12), ("UW", 0.2), ("SIL", 0.3)))
    frame = int(0.36 * FPS)
    assert rounded.articulation.rounding[frame] > plain.articulation.rounding[frame] + 0.15


def test_the_teeth_rest_on_the_lower_lip_in_f() -> None:
    performance = play(say(("SIL", 0.2), ("AA", 0.15), ("F", 0.09), ("AA", 0.15), ("SIL", 0.2)))
    frame = round(0.395 * FPS - 0.5)
    assert performance.articulation.gap[frame] <= VISEMES["F"].gap
    assert performance.articulation.tuck[frame] >= 0.8


def test_the_mouth_is_shut_in_a_pause() -> None:
    performance = play(say(("AA", 0.3), ("SIL", 0.6), ("AA", 0.3)))
    middle = int(0.6 * FPS)
    assert performance.articulation.gap[middle] < 0.02


def test_louder_vowels_open_wider() -> None:
    spoken = say(("SIL", 0.2), ("AA", 0.2), ("SIL", 0.2), ("AA", 0.2), ("SIL", 0.2))
    spoken.samples[: int(0.5 * SAMPLE_RATE)] *= 0.25
    gap = play(spoken).articulation.gap
    assert gap[int(0.7 * FPS)] > gap[int(0.3 * FPS)] + 0.1


def test_a_digital_silence_raises_no_brow() -> None:
    performance = play(say(("SIL", 1.0), ("AA", 0.2), ("SIL", 1.0), tone=0.0))
    assert not performance.prosody.brow.any()
    assert not performance.prosody.nod.any()


@given(parts=PHONES, fps=st.sampled_from([25, 30]), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_any_speech_begins_and_ends_at_rest(parts: list[tuple[str, float]], fps: int, seed: int) -> None:
    performance = play(say(*parts), fps, seed)
    for frame in (0, len(performance) - 1):
        expression = performance[frame]
        assert expression.mouth == Viseme()
        assert expression.smile == 0
        assert (expression.brow, expression.blink, expression.gaze) == (0, 0, (0, 0))
        assert (expression.yaw, expression.pitch, expression.roll, expression.breath) == (0, 0, 0, 0)


@given(parts=PHONES)
@settings(max_examples=40, deadline=None)
def test_curves_stay_in_range(parts: list[tuple[str, float]]) -> None:
    mouth = play(say(*parts)).articulation
    assert mouth.gap.min() >= -1e-9
    assert mouth.gap.max() <= 1.3
    assert np.abs(mouth.rounding).max() <= 1
    assert np.abs(mouth.spread).max() <= 1


@pytest.mark.parametrize("frames", [1, 2, 5, 30, 400])
def test_no_blink_crosses_the_end(frames: int) -> None:
    for seed in range(20):
        blink = idle(frames, FPS, seed, STYLES["energetic"]).blink
        assert blink[0] == blink[-1] == 0


@pytest.mark.parametrize("seed", range(20))
def test_nobody_blinks_in_the_first_half_second(seed: int) -> None:
    assert not idle(4 * FPS, FPS, seed, STYLES["energetic"]).blink[: FPS // 2].any()


def test_people_blink_some_times_a_minute() -> None:
    blink = idle(60 * FPS, FPS, 5, STYLES["calm"]).blink
    begins = np.flatnonzero((blink[1:] > 0) & (blink[:-1] == 0))
    assert 10 <= len(begins) <= 30
    assert np.diff(begins).min() / FPS > BLINK_TIMES[-1]


def test_the_window_is_zero_at_both_ends_and_one_inside() -> None:
    window = rest_window(60, FPS)
    assert window[0] == window[-1] == 0
    assert window[30] == 1
    assert np.abs(np.diff(window)).max() < 0.2


@given(
    gap=st.floats(0, 1.2),
    jaw=st.floats(0, 1.2),
    rounding=st.floats(0, 1),
    raised=st.floats(0, 0.6),
)
def test_lips_part_by_the_same_whatever_the_jaw_does(
    gap: float, jaw: float, rounding: float, raised: float
) -> None:
    travel = solve(Viseme(gap=gap, jaw=jaw, rounding=rounding, raised=raised), 300.0, overlap=0.0)
    parted = travel.upper + travel.upper_round + travel.lower + travel.lower_round + travel.jaw * 0.078 * 300
    assert parted == pytest.approx(travel.opening, abs=1e-6)
