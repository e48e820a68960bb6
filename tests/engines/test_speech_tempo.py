"""Speech at another pace."""

import numpy as np
import pytest

from rendering.engines.speech.base import SAMPLE_RATE, Samples
from rendering.engines.speech.tempo import change_tempo


def tone(seconds: float, hertz: float) -> Samples:
    t = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (0.4 * np.sin(2 * np.pi * hertz * t)).astype(np.float32)


def pitch(samples: Samples) -> float:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE)[spectrum.argmax()])


@pytest.mark.parametrize("speed", [0.35, 0.5, 0.8, 1.25, 2.0, 2.8])
def test_length_follows_the_speed_and_pitch_stays(speed: float) -> None:
    changed = change_tempo(tone(2.0, 220), speed)

    assert changed.dtype == np.float32
    assert len(changed) == pytest.approx(2.0 * SAMPLE_RATE / speed, rel=0.05)
    assert pitch(changed) == pytest.approx(220, abs=4)


def test_the_usual_pace_changes_nothing() -> None:
    samples = tone(0.5, 300)

    assert change_tempo(samples, 1.0) is samples


def test_nothing_stays_nothing() -> None:
    assert len(change_tempo(np.zeros(0, np.float32), 1.5)) == 0


def test_equal_sound_gives_equal_samples() -> None:
    np.testing.assert_array_equal(change_tempo(tone(1, 200), 1.3), change_tempo(tone(1, 200), 1.3))
