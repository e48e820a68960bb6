"""Silence inside aligned phones."""

from itertools import pairwise

import numpy as np
import pytest

from rendering.engines.speech.alignment import Aligner
from rendering.engines.speech.base import SAMPLE_RATE, Phone, Samples, SpeechEngine
from rendering.engines.speech.pauses import put_in
from rendering.engines.speech.speak import speak
from rendering.engines.text.script import parse_script

PHONES = (Phone("SIL", 0.0, 0.2), Phone("AE", 0.2, 1.2), Phone("N", 1.2, 1.4), Phone("SIL", 1.4, 1.6))


def tone(*quiet: tuple[float, float], floor: float = 0.0) -> Samples:
    """A tone of 1.6 s that is silent in the given seconds and before 0.2 and after 1.4."""
    time = np.arange(int(1.6 * SAMPLE_RATE)) / SAMPLE_RATE
    gain = np.ones(len(time))
    for start, end in (*quiet, (0.0, 0.2), (1.4, 1.6)):
        gain[(time >= start) & (time < end)] = floor
    return (0.2 * gain * np.sin(2 * np.pi * 200 * time)).astype(np.float32)


def test_a_vowel_does_not_last_through_a_pause() -> None:
    placed = put_in(tone((0.4, 0.9)), PHONES)
    assert [phone.label for phone in placed] == ["SIL", "AE", "SIL", "AE", "N", "SIL"]
    assert placed[2].start == pytest.approx(0.4, abs=0.011)
    assert placed[2].end == pytest.approx(0.9, abs=0.011)


def test_phones_still_cover_everything() -> None:
    placed = put_in(tone((0.3, 0.6), (1.1, 1.35)), PHONES)
    assert (placed[0].start, placed[-1].end) == (0.0, 1.6)
    assert all(before.end == after.start for before, after in pairwise(placed))
    assert not any(a.label == b.label == "SIL" for a, b in pairwise(placed))


def test_the_closure_of_a_stop_is_no_pause() -> None:
    assert put_in(tone((0.5, 0.62)), PHONES) == PHONES


def test_a_noisy_recording_is_left_as_it_is() -> None:
    assert put_in(tone((0.4, 0.9), floor=0.1), PHONES) == PHONES


@pytest.mark.parametrize("samples", [np.zeros(0), np.zeros(38_400)])
def test_silence_has_no_phones_to_part(samples: Samples) -> None:
    silent = (Phone("SIL", 0.0, 1.6),)
    assert put_in(samples.astype(np.float32), silent) == silent


def test_the_pause_at_a_comma_is_found(hibari: SpeechEngine, aligner: Aligner) -> None:
    """The aligner alone hears a vowel of 0.4 s here."""
    (sentence,) = parse_script("The baker's shop opens at seven, and people wait for warm bread before work.")
    speech = speak(hibari, sentence, "heart", aligner=aligner)
    pauses = [phone for phone in speech.phones[1:-1] if phone.label == "SIL"]
    assert any(phone.end - phone.start > 0.25 for phone in pauses)
