"""Phones to articulator curves, with coarticulation.

Dominance functions after M. Cohen, D. Massaro, "Modeling coarticulation in synthetic visual speech" (1993):
every phone pulls a channel towards its target with a weight that decays exponentially in time; the curve is
the weighted mean. Closures (M B P, F V) are enforced afterwards, because a blended closure is never shut.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from rendering.engines.speech.base import Phone
from rendering.engines.talking_head.portrait.prosody import Prosody
from rendering.engines.talking_head.portrait.visemes import (
    ALVEOLARS,
    BILABIALS,
    DIPHTHONG_GLIDES,
    LABIODENTALS,
    LIP_SHAPED,
    ROUNDED,
    SIBILANTS,
    SILENCE,
    VISEMES,
    VOWELS,
    Viseme,
)

Curve = NDArray[np.float64]

SPLIT_DIPHTHONG_ABOVE = 0.09
"""Seconds; a shorter diphthong is one target."""
DECAY_BEFORE = {"rounding": 11.0, "spread": 12.0, "jaw": 18.0}
"""1/s. Lip shape is anticipated early, so it decays slowly before the phone."""
DECAY_AFTER = {"rounding": 16.0, "spread": 16.0, "jaw": 18.0}
DECAY = 24.0
"""1/s, every other channel."""
REACH = 0.8
"""Seconds from a phone at which its pull is no longer felt (under 0.0002 in the slowest channel)."""
SMOOTHING = Viseme(
    gap=0.018, jaw=0.036, spread=0.028, rounding=0.032, raised=0.02, depressed=0.02,
    tuck=0.016, press=0.016, tongue=0.016,
)  # fmt: skip
"""Standard deviation in seconds: the jaw is heavy, the lips are light."""
RELEASE = 9.0
"""1/s: how fast lips part around a closure."""


@dataclass(frozen=True)
class Articulation:
    """One curve per channel of `Viseme`, float64 [frames]."""

    gap: Curve
    jaw: Curve
    spread: Curve
    rounding: Curve
    raised: Curve
    depressed: Curve
    tuck: Curve
    press: Curve
    tongue: Curve


@dataclass(frozen=True)
class _Target:
    label: str
    start: float
    end: float
    glide: bool = False
    """Second half of a diphthong."""

    @property
    def centre(self) -> float:
        return (self.start + self.end) / 2

    @property
    def duration(self) -> float:
        return self.end - self.start


def _targets(phones: Sequence[Phone], until: float) -> list[_Target]:
    targets = []
    for phone in phones:
        glide = DIPHTHONG_GLIDES.get(phone.label)
        if glide and phone.end - phone.start > SPLIT_DIPHTHONG_ABOVE:
            turn = phone.start + 0.55 * (phone.end - phone.start)
            targets += [_Target(phone.label, phone.start, turn), _Target(glide, turn, phone.end, glide=True)]
        else:
            targets.append(_Target(phone.label, phone.start, phone.end))
    spoken = targets[-1].end if targets else 0.0
    if until > spoken:
        targets.append(_Target(SILENCE, spoken, until))
    return targets


def _dominance(target: _Target, channel: str) -> float:
    """How strongly a phone insists on its target in a channel."""
    label = target.label
    if channel in ("gap", "press") and label in BILABIALS:
        return 6.0
    if channel in ("gap", "tuck", "raised") and label in LABIODENTALS:
        return 4.0
    if channel in ("spread", "rounding"):
        if label in ROUNDED:
            return 2.2
        if label in LIP_SHAPED:
            return 1.3
        if label in VOWELS:
            return 1.0
        return 0.35 if label in BILABIALS | LABIODENTALS else 0.30
    if label == SILENCE:
        return 1.2
    if channel in ("gap", "jaw"):
        if label == "W":
            # The narrowest of the approximants, whatever vowel follows.
            return 1.6
        if label in VOWELS:
            # A closing glide ("go", "how") is lost behind its wider first half unless it insists.
            return 2.2 if target.glide and label in ROUNDED else 1.0
        return 0.75 if label in SIBILANTS else 0.55
    if channel == "tongue":
        return 1.5 if label in ALVEOLARS else 0.8
    return 1.0 if label in VOWELS else 0.7


def _hold(target: _Target) -> float:
    """Seconds on each side of the centre during which the target is fully held."""
    if target.label == SILENCE:
        return max(0.0, target.duration / 2 - 0.07)
    return target.duration * (0.30 if target.label in BILABIALS | LABIODENTALS else 0.15)


def _blend(targets: Sequence[_Target], time: Curve, prosody: Prosody, channel: str) -> Curve:
    index = Viseme._fields.index(channel)
    before, after = DECAY_BEFORE.get(channel, DECAY), DECAY_AFTER.get(channel, DECAY)
    total = np.zeros_like(time)
    weight = np.full_like(time, 1e-6)
    for target in targets:
        value = VISEMES[target.label][index]
        if channel in ("gap", "jaw") and target.label in VOWELS:
            value *= prosody.emphasis(target.start, target.end)
        felt = slice(*np.searchsorted(time, (target.start - REACH, target.end + REACH)))
        distance = time[felt] - target.centre
        beyond = np.maximum(np.abs(distance) - _hold(target), 0.0)
        pull = _dominance(target, channel) * np.exp(-np.where(distance < 0, before, after) * beyond)
        total[felt] += pull * value
        weight[felt] += pull
    return total / weight


def _enforce_closures(channels: dict[str, Curve], targets: Sequence[_Target], time: Curve) -> None:
    step = time[1] - time[0] if len(time) > 1 else 1.0
    for target in targets:
        if target.label not in BILABIALS | LABIODENTALS:
            continue
        # A closure may be shorter than a frame: the frame nearest to its centre is the one that shows it.
        nearest = int(np.clip(round((target.centre - time[0]) / step), 0, len(time) - 1))
        distance = np.maximum(np.abs(time - target.centre) - 0.25 * target.duration, 0.0)
        distance[nearest] = 0.0
        if target.label in BILABIALS:
            for name in ("gap", "raised", "depressed"):
                channels[name] = np.minimum(channels[name], RELEASE * distance)
            channels["press"][nearest] = max(channels["press"][nearest], 0.7)
        else:
            narrow = VISEMES[target.label].gap
            channels["gap"] = np.minimum(channels["gap"], narrow + RELEASE * distance)
            channels["tuck"][nearest] = max(channels["tuck"][nearest], 0.8)


def _settle_silences(channels: dict[str, Curve], targets: Sequence[_Target], time: Curve) -> None:
    for target in targets:
        if target.label != SILENCE:
            continue
        inside = (time > target.start + 0.10) & (time < target.end - 0.08)
        settled = np.exp(-np.minimum(time[inside] - target.start - 0.10, 0.2) / 0.05)
        for name in ("gap", "raised", "depressed", "tuck"):
            channels[name][inside] *= settled


def articulate(phones: Sequence[Phone], prosody: Prosody, time: Curve) -> Articulation:
    """Articulator curves at `time` (seconds, evenly spaced). Louder and longer vowels open wider."""
    step = time[1] - time[0] if len(time) > 1 else 1.0
    targets = _targets(phones, until=float(time[-1]) + step)
    channels = {
        name: gaussian_filter1d(_blend(targets, time, prosody, name), sigma / step, mode="nearest")
        for name, sigma in SMOOTHING._asdict().items()
    }
    return _finished(channels, targets, time)


def close(channels: dict[str, Curve], phones: Sequence[Phone], time: Curve) -> Articulation:
    """Curves from elsewhere, as {channel: float64 [frames]} at `time`, with the closures and silences among
    `phones` made hard."""
    return _finished(dict(channels), [_Target(phone.label, phone.start, phone.end) for phone in phones], time)


def _finished(channels: dict[str, Curve], targets: Sequence[_Target], time: Curve) -> Articulation:
    _enforce_closures(channels, targets, time)
    _settle_silences(channels, targets, time)
    return Articulation(**channels)
