"""How well the model hears: its curves against those that the aligned phones give, at 25 frames a second.

On voices, a language and sentences that it never learned from, through the product's own code. "Labels" is
the way before it: phones guessed from band energies, articulated as if they were known.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rendering.engines.speech.base import Phone, Speech
from rendering.engines.speech.estimate import estimate_phones
from rendering.engines.talking_head.portrait.articulation import Articulation, articulate
from rendering.engines.talking_head.portrait.heard_articulation import hear
from rendering.engines.talking_head.portrait.prosody import listen
from rendering.engines.talking_head.portrait.visemes import BILABIALS, SILENCE, Viseme
from training.audio_articulation.takes import Take

Curve = NDArray[np.float64]

FPS = 25
LARGEST_LAG = 6
"""Frames."""
SHORTEST_CLOSURE = 0.04
"""Seconds; shorter closures are left out, as in `bench lipsync`."""
SHUT = 0.02
"""Gap below which lips are seen to meet."""
OPEN = 0.15
"""Gap of lips that are clearly apart."""
INSIDE_SILENCE = 0.15
"""Seconds after a silence begins and before it ends that are not counted."""


@dataclass(frozen=True)
class Scores:
    """correlation: Pearson's, for each channel, NaN where it does not move; spread_ratio: standard deviation
    of the gap against the wanted one; lag: frames, positive when the model is late; closed: share of M B P
    during which the lips meet; wrongly_shut: share of the frames with lips clearly apart that are shut;
    silence: mean gap inside silences; seconds: of sound."""

    correlation: Viseme
    spread_ratio: float
    lag: int
    closed: float
    wrongly_shut: float
    silence: float
    seconds: float


@dataclass(frozen=True)
class _Played:
    wanted: Articulation
    model: Articulation
    labels: Articulation
    phones: tuple[Phone, ...]
    time: Curve


def measure(takes: Sequence[Take]) -> tuple[Scores, Scores]:
    """Scores of the model and of the labels on the same takes, which count as one recording."""
    played = [_play(take) for take in takes]
    return (
        _scores([(p, p.model) for p in played]),
        _scores([(p, p.labels) for p in played]),
    )


def _play(take: Take) -> _Played:
    time = (np.arange(int(np.ceil(take.phones[-1].end * FPS))) + 0.5) / FPS
    guessed = estimate_phones(take.samples)

    def articulated(phones: tuple[Phone, ...]) -> Articulation:
        return articulate(phones, listen(Speech(take.samples, (), phones, "aligned"), time), time)

    return _Played(
        articulated(take.phones), hear(take.samples, time), articulated(guessed), take.phones, time
    )


def _scores(pairs: Sequence[tuple[_Played, Articulation]]) -> Scores:
    def joined(name: str) -> tuple[Curve, Curve]:
        return (
            np.concatenate([getattr(played.wanted, name) for played, _ in pairs]),
            np.concatenate([getattr(heard, name) for _, heard in pairs]),
        )

    wanted, heard = joined("gap")
    closures = [shut for played, said in pairs for shut in _closures(played, said)]
    silence = np.concatenate([said.gap[_silent(played)] for played, said in pairs])
    lags = range(-LARGEST_LAG, LARGEST_LAG + 1)
    return Scores(
        correlation=Viseme(*(_correlation(*joined(name)) for name in Viseme._fields)),
        spread_ratio=float(heard.std() / wanted.std()),
        lag=max(lags, key=lambda lag: _correlation(wanted, np.roll(heard, -lag))),
        closed=float(np.mean(closures)) if closures else float("nan"),
        wrongly_shut=float(np.mean(heard[wanted > OPEN] < SHUT)),
        silence=float(silence.mean()) if len(silence) else float("nan"),
        seconds=len(wanted) / FPS,
    )


def _closures(played: _Played, said: Articulation) -> Iterable[bool]:
    """For each M B P whether a frame that shows it is shut."""
    for phone in played.phones:
        if phone.label in BILABIALS and phone.end - phone.start >= SHORTEST_CLOSURE:
            shown = (played.time >= phone.start - 0.5 / FPS) & (played.time <= phone.end + 0.5 / FPS)
            yield bool(said.gap[shown].min() < SHUT)


def _silent(played: _Played) -> NDArray[np.bool_]:
    silent = np.zeros(len(played.time), dtype=np.bool_)
    for phone in played.phones:
        if phone.label == SILENCE:
            start, end = phone.start + INSIDE_SILENCE, phone.end - INSIDE_SILENCE
            silent |= (played.time > start) & (played.time < end)
    return silent


def _correlation(one: Curve, other: Curve) -> float:
    if one.std() < 1e-9 or other.std() < 1e-9:
        return float("nan")
    return float(np.corrcoef(one, other)[0, 1])
