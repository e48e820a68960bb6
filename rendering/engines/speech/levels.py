"""Silence around speech; loudness, pitch and rate of samples."""

import math
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

from rendering.engines.speech.base import SAMPLE_RATE, Samples

Levels = NDArray[np.floating]

LEAD_IN = 0.08
"""Seconds of silence before the first sound: a mouth opens before it is heard."""
_TAIL = 0.08
"""Seconds kept after the last sound, so that a fading consonant is not cut."""
_FLOOR = 0.01
"""Part of the peak below which a frame at the edge is silence (-40 dB)."""
_ABSOLUTE_GATE = -70.0
_RELATIVE_GATE = -10.0
"""dB."""
_FRAME = SAMPLE_RATE // 100
_TARGET = 0.1
"""Root mean square of the sounding frames: -20 dBFS, so that voices sound equally loud."""
_PEAK = 0.95
_LARGEST_GAIN = 4.0


def trim(samples: Samples) -> Samples:
    """The speech with LEAD_IN of silence before it and a short tail, whatever the engine put there."""
    if (sounding := _sounding(samples)) is None:
        return samples
    start, end = sounding
    return np.concatenate([silence(LEAD_IN), samples[start : end + round(_TAIL * SAMPLE_RATE)]])


def trimmed_seconds(samples: Samples) -> float:
    """How much earlier all is heard after `trim`; negative when the silence became longer."""
    sounding = _sounding(samples)
    return 0.0 if sounding is None else sounding[0] / SAMPLE_RATE - LEAD_IN


def _sounding(samples: Samples) -> tuple[int, int] | None:
    """The first sample of the first loud frame, and the one after the last."""
    loud = np.flatnonzero(_frame_peaks(samples) > _FLOOR * np.abs(samples).max(initial=0.0))
    return (int(loud[0]) * _FRAME, (int(loud[-1]) + 1) * _FRAME) if len(loud) else None


def level(samples: Samples) -> Samples:
    """The speech at the common loudness, never clipping, never amplified more than four times."""
    peak = float(np.abs(samples).max(initial=0.0))
    if peak == 0.0:
        return samples
    sounding = np.abs(samples)[np.abs(samples) > _FLOOR * peak]
    loudness = float(np.sqrt(np.mean(np.square(sounding, dtype=np.float64))))
    return samples * np.float32(min(_TARGET / loudness, _PEAK / peak, _LARGEST_GAIN))


def silence(seconds: float) -> Samples:
    """float32 zeros at SAMPLE_RATE."""
    return np.zeros(max(0, round(seconds * SAMPLE_RATE)), dtype=np.float32)


def lasting(samples: Samples, seconds: float) -> Samples:
    """The speech, followed by silence until it lasts that long."""
    return np.pad(samples, (0, max(0, round(seconds * SAMPLE_RATE) - len(samples))))


def resampled(samples: Samples, rate: int) -> Samples:
    """float32 at another rate, in Hz, for networks that hear at it. samples: at SAMPLE_RATE."""
    common = math.gcd(rate, SAMPLE_RATE)
    return np.asarray(resample_poly(samples, rate // common, SAMPLE_RATE // common), np.float32)


def loud_parts(level: Levels) -> NDArray[np.bool_]:
    """bool [n]: which of some levels in dB are heard, however much silence is around them: gated as in ITU-R
    BS.1770-4, here without its weighting of frequencies. None where all is silent."""
    audible = level > _ABSOLUTE_GATE
    return audible & (level >= mean_level(level[audible]) + _RELATIVE_GATE)


def mean_level(level: Levels) -> float:
    """dB of the mean power of some levels in dB, -inf of none."""
    if not len(level):
        return -np.inf
    return float(10 * np.log10(np.mean(10 ** (level.astype(np.float64) / 10))))


def pitch_ratio(semitones: float) -> float:
    """Frequency ratio of an interval in equal temperament."""
    return float(2.0 ** (semitones / 12.0))


def raise_pitch(samples: Samples, ratio: float) -> Samples:
    """Play `ratio` times faster: higher by that ratio, and shorter. Speech made `ratio` times slower
    beforehand comes out at its own pace."""
    if ratio == 1.0:
        return samples
    step = Fraction(1 / ratio).limit_denominator(200)
    return resample_poly(samples, step.numerator, step.denominator).astype(np.float32)


def _frame_peaks(samples: Samples) -> Samples:
    padded = np.pad(samples, (0, -len(samples) % _FRAME))
    return np.abs(padded).reshape(-1, _FRAME).max(axis=1)
