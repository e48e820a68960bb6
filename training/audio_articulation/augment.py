"""The corpus as it might have been recorded elsewhere: other throats, rooms, microphones, neighbours."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.signal import butter, fftconvolve, lfilter, resample_poly, sosfilt

from rendering.engines.speech.base import SAMPLE_RATE, Samples
from rendering.engines.talking_head.portrait.heard_articulation import EVENTS
from rendering.engines.talking_head.portrait.log_mel import (
    BANDS,
    HOP,
    RATE,
    band_levels,
    features,
    frame_count,
)
from rendering.engines.talking_head.portrait.visemes import Viseme
from training.audio_articulation import sounds
from training.audio_articulation.takes import Take
from training.audio_articulation.targets import targets

Curves = NDArray[np.float32]
Example = tuple[NDArray[np.float32], Curves]
"""Features and targets of one recording, each [frames, ...]."""

FASTEST, SLOWEST = 1.22, 0.82
"""Playing faster raises pitch and formants alike, as in a smaller throat."""
AS_IT_IS = 0.2
"""Share of takes played at their own speed."""
COLOUR = 0.08
"""Standard deviation of the gain of some bands, in features: 2.4 dB."""
WIDEST_HOLE = 7
"""Bands."""
WITHOUT_SPEECH = 0.12
"""Recordings of something else for each one of speech."""


def as_they_are(takes: Sequence[Take]) -> Iterator[Example]:
    """Features and targets of each take."""
    for take in takes:
        yield features(band_levels(take.samples)), targets(take.samples, take.phones)


def elsewhere(takes: Sequence[Take], wanted: Sequence[Curves], random: Generator) -> Iterator[Example]:
    """All takes once, in recordings of one to three takes, and some recordings without speech.

    wanted: the targets of each take as it is."""
    order = random.permutation(len(takes))
    while len(order):
        count = int(random.integers(1, 4))
        chosen, order = order[:count], order[count:]
        sound, said = [], []
        for index in chosen:
            samples, curves = _played(takes[index].samples, wanted[index], random)
            pause = int(random.uniform(0, 0.8) * RATE)
            sound += [np.zeros(pause * HOP, dtype=np.float32), samples * _decibels(random.uniform(-3, 3))]
            said += [np.zeros((pause, curves.shape[1]), dtype=np.float32), curves]
        yield features(band_levels(_recorded(np.concatenate(sound), random))), np.concatenate(said)
        if random.random() < WITHOUT_SPEECH * count:
            yield _without_speech(random)


def _played(samples: Samples, curves: Curves, random: Generator) -> tuple[Samples, Curves]:
    """A take at another speed, cut to whole frames. Curves are stretched, which is not quite how faster
    speech moves, but near enough within a fifth."""
    if random.random() < AS_IT_IS:
        count = len(samples) // HOP
        return samples[: count * HOP], curves[:count]
    ratio = float(np.exp(random.uniform(np.log(SLOWEST), np.log(FASTEST))))
    step = Fraction(1 / ratio).limit_denominator(40)
    played = resample_poly(samples, step.numerator, step.denominator).astype(np.float32)
    count = len(played) // HOP
    at = (np.arange(count) + 0.5) / float(step) - 0.5
    stretched = [np.interp(at, np.arange(len(curves)), column) for column in curves.T]
    return played[: count * HOP], np.stack(stretched, axis=1).astype(np.float32)


def _decibels(gain: float) -> np.float32:
    return np.float32(10 ** (gain / 20))


def _recorded(speech: Samples, random: Generator) -> Samples:
    loudness = np.sqrt(np.mean(np.square(speech[np.abs(speech) > 0.01]))) if speech.any() else 1.0
    sound = speech / np.float32(loudness)
    if random.random() < 0.4:
        sound = fftconvolve(sound, sounds.reverberation(random))[: len(speech)]
    if random.random() < 0.7:
        kind = random.choice(3, p=[0.7, 0.1, 0.2])
        other = (sounds.noise, sounds.tones, sounds.music)[kind](len(sound), random)
        sound = sound + other * _decibels(-random.uniform((5, 15, 8)[kind], 45))
    if random.random() < 0.5:
        sound = _through_a_microphone(sound, random)
    sound = sound * _decibels(random.uniform(-38, -12))
    if random.random() < 0.1:
        sound = np.tanh(sound * 6) / 6
    return np.asarray(sound, dtype=np.float32)


def _through_a_microphone(sound: Samples, random: Generator) -> Samples:
    """A tilted spectrum, and often the band of a telephone, a headset or a lossy codec."""
    sound = lfilter([1, -random.uniform(-0.6, 0.6)], [1], sound)
    if random.random() < 0.6:
        low, high = random.choice([20, 100, 300]), random.choice([3400, 4500, 5500, 7000])
        sound = sosfilt(butter(4, (low, high), "bandpass", fs=SAMPLE_RATE, output="sos"), sound)
    return np.asarray(sound / (np.sqrt(np.mean(np.square(sound))) + 1e-9))


def another_throat(heard: NDArray[np.float32], random: Generator) -> NDArray[np.float32]:
    """Features [frames, FEATURES] with formants moved, the spectrum coloured and some bands missing.

    After N. Jaitly, G. Hinton, "Vocal tract length perturbation" (2013) and D. Park et al., "SpecAugment"
    (2019); cheap enough to be done anew for every piece."""
    spectra = heard.reshape(-1, BANDS)
    band = np.arange(BANDS)
    moved = np.clip(band * random.uniform(0.93, 1.07) + random.uniform(-1.0, 1.0), 0, BANDS - 1)
    below = np.minimum(moved.astype(np.int64), BANDS - 2)
    share = (moved - below).astype(np.float32)
    spectra = spectra[:, below] * (1 - share) + spectra[:, below + 1] * share
    colour = np.interp(band, np.linspace(0, BANDS - 1, 6), random.normal(0, COLOUR, 6))
    spectra = np.clip(spectra + colour.astype(np.float32), -1, 1)
    if random.random() < 0.5:
        first = int(random.integers(0, BANDS - WIDEST_HOLE))
        spectra[:, first : first + int(random.integers(1, WIDEST_HOLE))] = -1
    return spectra.reshape(heard.shape)


def _without_speech(random: Generator) -> Example:
    length = int(random.uniform(2, 6) * SAMPLE_RATE)
    kind = random.choice(3, p=[0.3, 0.2, 0.5])
    sound = (sounds.noise, sounds.tones, sounds.music)[kind](length, random)
    if random.random() < 0.3:
        sound = sound * np.interp(np.linspace(0, 1, length), [0.2, 0.4], [0.001, 1.0])
    samples = _recorded(sound.astype(np.float32), random)
    heard = features(band_levels(samples))
    return heard, np.zeros((frame_count(samples), len(Viseme._fields) + len(EVENTS)), dtype=np.float32)
