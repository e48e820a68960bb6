"""Times of words where the sound cannot be aligned."""

import numpy as np
import pytest

from rendering.engines.speech import levels
from rendering.engines.speech.alignment import Aligner
from rendering.engines.speech.base import SAMPLE_RATE, Samples, SpokenWord
from rendering.engines.speech.timing import time_words

WORDS = (SpokenWord("2", "two"), SpokenWord("🙂", ""), SpokenWord("New York", "new york"))


def hum(seconds: float) -> Samples:
    t = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (0.2 * np.sin(2 * np.pi * 50 * t)).astype(np.float32)


def test_what_the_engine_knows_is_taken(aligner: Aligner) -> None:
    known = [(0.1, 0.3), None, (0.9, 1.4)]

    speech = time_words(hum(2), WORDS, language="en-us", pronunciations={}, known=known, aligner=aligner)

    assert speech.timing == "estimated"
    assert [(word.start, word.end) for word in speech.words] == [(0.1, 0.3), (0.3, 0.3), (0.3, 1.4)]


@pytest.mark.parametrize("known", [(), (None, None, None), ((0.1, 0.2),)])
def test_what_does_not_fit_the_words_is_not(known: tuple, aligner: Aligner) -> None:
    speech = time_words(hum(2), WORDS, language="en-us", pronunciations={}, known=known, aligner=aligner)

    assert speech.words[-1].end == pytest.approx(2.0)


def test_times_move_with_the_silence_that_is_trimmed() -> None:
    samples = np.concatenate([levels.silence(0.5), hum(1)])

    earlier = levels.trimmed_seconds(samples)

    assert earlier == pytest.approx(0.5 - levels.LEAD_IN, abs=0.011)
    assert len(levels.trim(samples)) == pytest.approx(len(samples) - earlier * SAMPLE_RATE, abs=1)


def test_of_silence_nothing_is_trimmed() -> None:
    assert levels.trimmed_seconds(levels.silence(1)) == 0.0
