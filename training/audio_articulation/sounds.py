"""What surrounds speech in recordings, made up: noises, tones, music. All have a mean square of one."""

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.signal import lfilter

from rendering.engines.speech.base import SAMPLE_RATE

Sound = NDArray[np.float64]

_PERIOD = 4096
"""Sound in one period of a note."""


def noise(length: int, random: Generator) -> Sound:
    """Noise with a slope between white and brown, sometimes with the hum of mains, sometimes swelling."""
    spectrum = np.fft.rfft(random.standard_normal(length))
    frequency = np.fft.rfftfreq(length, 1 / SAMPLE_RATE)
    coloured = np.fft.irfft(spectrum / np.maximum(frequency, 30.0) ** random.uniform(0, 1), length)
    coloured /= coloured.std() + 1e-12
    if random.random() < 0.3:
        time = np.arange(length) / SAMPLE_RATE
        mains = random.choice([50, 60])
        coloured += sum(random.uniform(0, 1) * np.sin(2 * np.pi * mains * k * time) for k in (1, 2, 3, 5))
    if random.random() < 0.3:
        coloured *= _slow(length, random)
    return _normal(coloured)


def tones(length: int, random: Generator) -> Sound:
    """One steady or trembling note, or beeps."""
    time = np.arange(length) / SAMPLE_RATE
    bend = random.uniform(0, 0.03) * np.sin(2 * np.pi * random.uniform(3, 7) * time)
    sound = _note(random.uniform(80, 1500), time, bend, random)
    if random.random() < 0.5:
        sound *= np.sin(2 * np.pi * random.uniform(0.4, 3) * time) > random.uniform(-0.5, 0.5)
    return _normal(sound)


def music(length: int, random: Generator) -> Sound:
    """Chords or plucked notes in a metre, with or without drums."""
    time = np.arange(length) / SAMPLE_RATE
    beat = random.uniform(0.25, 0.7)
    root = random.uniform(80, 330)
    scale = root * 2 ** (np.array([0, 2, 4, 5, 7, 9, 11, 12, 16]) / 12)
    decay = random.uniform(0.1, 3.0) if random.random() < 0.7 else np.inf
    chord = random.random() < 0.5
    sound = np.zeros(length)
    for start in np.arange(0, length / SAMPLE_RATE, beat):
        first = int(start * SAMPLE_RATE)
        last = min(length, first + int(SAMPLE_RATE * (beat + min(decay, 1.0))))
        inside = time[: last - first]
        envelope = np.minimum(inside / 0.01, 1) * np.exp(-inside / decay)
        for pitch in random.choice(scale, 3 if chord else 1, replace=False):
            sound[first:last] += envelope * _note(pitch, inside, np.zeros_like(inside), random)
    sound = _normal(sound)
    if random.random() < 0.5:
        sound += random.uniform(0.2, 1.0) * _drums(length, beat / random.choice([1, 2]), random)
    return _normal(sound)


def _drums(length: int, beat: float, random: Generator) -> Sound:
    hit = random.standard_normal(SAMPLE_RATE // 4) * np.exp(-np.arange(SAMPLE_RATE // 4) / SAMPLE_RATE / 0.03)
    kick = np.sin(2 * np.pi * 60 * np.arange(SAMPLE_RATE // 4) / SAMPLE_RATE) * np.exp(
        -np.arange(SAMPLE_RATE // 4) / SAMPLE_RATE / 0.08
    )
    beats = np.zeros(length)
    beats[np.arange(0, length, int(beat * SAMPLE_RATE))] = 1
    second = beats.copy()
    second[np.flatnonzero(beats)[1::2]] = 0
    return _normal(np.convolve(beats - second, hit)[:length] + 2 * np.convolve(second, kick)[:length])


def _note(pitch: float, time: Sound, bend: Sound, random: Generator) -> Sound:
    turns = pitch * (time + np.cumsum(bend) / SAMPLE_RATE)
    partials = np.arange(1, int(min(20, 0.45 * SAMPLE_RATE / pitch)) + 1)
    strength = partials ** -random.uniform(0.8, 2.5) * random.uniform(0.3, 1.0, len(partials))
    # One period, then looked up: twenty sines for every note would take longer than everything else.
    period = strength @ np.sin(2 * np.pi * np.outer(partials, np.arange(_PERIOD) / _PERIOD))
    return np.asarray(period[(turns * _PERIOD).astype(np.int64) % _PERIOD])


def _slow(length: int, random: Generator) -> Sound:
    """A gain between 0.1 and 1 that wanders within seconds."""
    points = random.uniform(0.1, 1.0, 3 + length // SAMPLE_RATE)
    return np.interp(np.linspace(0, len(points) - 1, length), np.arange(len(points)), points)


def _normal(sound: Sound) -> Sound:
    return np.asarray(sound / (np.sqrt(np.mean(np.square(sound))) + 1e-9), dtype=np.float64)


def reverberation(random: Generator) -> Sound:
    """The impulse response of a room: the direct sound, then noise that dies away within 0.1-0.6 s."""
    decay = random.uniform(0.1, 0.6)
    length = int(decay * SAMPLE_RATE)
    tail = random.standard_normal(length) * 10 ** (-3 * np.arange(length) / length)
    tail = lfilter([0.4], [1, -0.6], tail)
    response = np.concatenate([np.zeros(int(random.uniform(0.001, 0.01) * SAMPLE_RATE)), tail])
    response *= random.uniform(0.1, 0.7) / np.sqrt(np.sum(response**2))
    response[0] = 1.0
    return response
