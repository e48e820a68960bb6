"""Pauses that forced alignment does not find: it likes to let a vowel last through the silence at a comma."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from rendering.engines.speech.base import SAMPLE_RATE, Phone, Samples
from rendering.engines.speech.levels import loud_parts, mean_level

BELOW_LOUD = 30.0
"""dB: quieter than any sound that lasts as long as SHORTEST; soft fricatives lie 20-25 dB below vowels."""
SHORTEST = 0.16
"""Seconds; the closure of a t or k is shorter."""
_FRAME = SAMPLE_RATE // 100

_Span = tuple[float, float]


def put_in(samples: Samples, phones: Sequence[Phone]) -> tuple[Phone, ...]:
    """The phones, with silence where nothing is heard for as long as a pause. They still cover everything.

    samples: float32 [n] at SAMPLE_RATE. Where noise is louder than BELOW_LOUD nothing changes."""
    pauses = _pauses(samples)
    placed: list[Phone] = []
    for phone in phones:
        now = phone.start
        for start, end in pauses:
            if phone.label == "SIL" or end <= now or start >= phone.end:
                continue
            if start > now:
                placed.append(Phone(phone.label, now, start))
            now = min(end, phone.end)
            placed.append(Phone("SIL", max(start, phone.start), now))
        if now < phone.end:
            placed.append(Phone(phone.label, now, phone.end))
    return _joined(placed)


def _joined(phones: Sequence[Phone]) -> tuple[Phone, ...]:
    """Neighbouring silences as one."""
    joined: list[Phone] = []
    for phone in phones:
        if joined and joined[-1].label == phone.label == "SIL":
            joined[-1] = Phone("SIL", joined[-1].start, phone.end)
        else:
            joined.append(phone)
    return tuple(joined)


def _pauses(samples: Samples) -> list[_Span]:
    """Start and end in seconds of each stretch in which nothing is heard."""
    padded = np.pad(samples.astype(np.float64), (0, -len(samples) % _FRAME)).reshape(-1, _FRAME)
    level = 10 * np.log10(np.mean(padded**2, axis=1) + 1e-11)
    quiet = level < mean_level(level[loud_parts(level)]) - BELOW_LOUD
    edges = np.flatnonzero(np.diff(np.concatenate([[False], quiet, [False]]).astype(np.int8))) / 100
    spans = [(float(start), float(end)) for start, end in list(pairwise(edges))[::2]]
    return [(start, end) for start, end in spans if end - start >= SHORTEST]
