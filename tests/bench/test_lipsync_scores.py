"""Scores of made-up tracks, whose right answer is known."""

import math

import numpy as np
import pytest

from rendering.bench.lipsync.openness import OPENNESS, expected_openness
from rendering.bench.lipsync.scores import (
    CLOSED,
    blink_rate,
    closures,
    correlation,
    jitter,
    lag,
    opening_in_silence,
)
from rendering.engines.speech.base import Phone
from rendering.engines.talking_head.portrait.visemes import VISEMES

FPS = 25
FRAMES = 200
TIME = (np.arange(FRAMES) + 0.5) / FPS
REST = 0.008


def movement(seed: int = 1) -> np.ndarray:
    """A smooth curve that never repeats."""
    steps = np.random.default_rng(seed).normal(size=FRAMES)
    return np.convolve(steps, np.hanning(7), "same")


@pytest.mark.parametrize("late", [-3, -1, 0, 2, 4])
def test_a_shifted_track_gives_its_lag(late: int) -> None:
    intended = movement()
    assert lag(np.roll(intended, late), intended) == late


def test_a_track_scaled_and_moved_correlates_fully() -> None:
    assert correlation(0.03 * movement() + REST, movement()) == pytest.approx(1)


def test_frames_without_a_face_do_not_count() -> None:
    measured = movement()
    measured[50:60] = np.nan
    assert correlation(measured, movement()) == pytest.approx(1)
    assert lag(measured, movement()) == 0


def test_a_mouth_that_never_moves_has_no_correlation() -> None:
    assert math.isnan(correlation(np.full(FRAMES, REST), movement()))


def test_unrelated_tracks_hardly_correlate() -> None:
    assert abs(correlation(movement(1), movement(2))) < 0.4


def open_but_at(*moments: float) -> np.ndarray:
    """A mouth that is open except in the frames nearest to these seconds."""
    opening = np.full(FRAMES, 0.04)
    for moment in moments:
        opening[np.argmin(np.abs(TIME - moment))] = REST
    return opening


def test_a_mouth_that_does_not_close_is_counted() -> None:
    phones = (Phone("M", 1.0, 1.08), Phone("B", 2.0, 2.08), Phone("P", 3.0, 3.08))
    found = closures(open_but_at(1.04, 3.04), phones, TIME, REST)
    assert found.count == 3
    assert found.open == (phones[1],)
    assert found.share == pytest.approx(2 / 3)


def test_lips_meet_up_to_the_tolerance_and_no_further() -> None:
    phones = (Phone("M", 1.0, 1.08),)
    assert closures(np.full(FRAMES, REST + 0.99 * CLOSED), phones, TIME, REST).share == 1
    assert closures(np.full(FRAMES, REST + 1.01 * CLOSED), phones, TIME, REST).share == 0


def test_short_closures_and_other_phones_do_not_count() -> None:
    phones = (Phone("B", 1.0, 1.03), Phone("AA", 1.03, 1.2), Phone("B", 2.0, 2.04))
    assert closures(open_but_at(), phones, TIME, REST).count == 1


def test_without_closures_there_is_no_share() -> None:
    assert math.isnan(closures(open_but_at(), (), TIME, REST).share)


def test_a_closure_between_two_frames_is_seen_in_the_nearest() -> None:
    phone = Phone("P", 1.021, 1.061)
    assert closures(open_but_at(1.041), (phone,), TIME, REST).share == 1


def test_silence_is_measured_inside_pauses_only() -> None:
    pause = Phone("SIL", 2.0, 4.0)
    opening = np.full(FRAMES, 0.04)
    opening[(TIME > 2.2) & (TIME < 3.85)] = REST + 0.002
    assert opening_in_silence(opening, (pause,), TIME, REST) == pytest.approx(0.002)
    assert math.isnan(opening_in_silence(opening, (Phone("AA", 0, 8),), TIME, REST))


def face(frames: int = FRAMES) -> np.ndarray:
    """The same points in every frame, [frames, 6, 2]."""
    points = np.array([(0, 0), (100, 0), (50, 20), (50, 60), (-20, 30), (120, 30)], float)
    return np.repeat(points[None], frames, axis=0)


def test_a_head_that_turns_and_moves_does_not_jitter() -> None:
    angle = 0.1 * np.sin(TIME)
    turned = face() @ np.stack(
        [np.stack([np.cos(angle), -np.sin(angle)], -1), np.stack([np.sin(angle), np.cos(angle)], -1)], -1
    )
    moved = turned * (1 + 0.05 * np.cos(TIME))[:, None, None] + 10 * TIME[:, None, None]
    assert jitter(moved, 200.0) < 1e-9


def test_a_point_that_jumps_to_and_fro_is_jitter() -> None:
    shaky = face()
    shaky[::2, 3, 1] += 2
    assert 0.001 < jitter(shaky, 200.0) < 0.01


def test_blinks_are_counted_not_their_frames() -> None:
    likeness = np.full(FRAMES, 0.95)
    for start in (40, 100, 160):
        likeness[start : start + 5] = 0.3
    assert blink_rate(likeness, FPS) == pytest.approx(3 / (FRAMES / FPS / 60))
    assert blink_rate(np.full(FRAMES, 0.95), FPS) == 0


def test_every_phone_has_an_expected_openness() -> None:
    assert set(OPENNESS) == set(VISEMES)


def test_expected_openness_follows_the_phones() -> None:
    phones = (Phone("SIL", 0, 1), Phone("AA", 1, 2), Phone("M", 2, 3), Phone("AY", 3, 4), Phone("SIL", 4, 8))
    curve = expected_openness(phones, TIME)
    at = dict(zip(np.round(TIME, 2), curve, strict=True))
    assert at[0.5] == pytest.approx(0, abs=1e-6)
    assert at[1.5] == pytest.approx(1)
    assert at[2.5] == pytest.approx(0, abs=1e-6)
    assert at[3.26] > at[3.74] > 0.3


def test_close_and_rounded_vowels_are_narrower_than_open_ones() -> None:
    openness = {label: start for label, (start, _) in OPENNESS.items()}
    assert openness["AA"] > openness["EH"] > openness["IH"] > openness["IY"] > openness["UW"] > openness["M"]
