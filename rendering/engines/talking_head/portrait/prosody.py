"""Loudness and pitch of speech, and what they do to brows and head."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from rendering.engines.speech.base import SAMPLE_RATE, Samples, Speech
from rendering.engines.talking_head.portrait.visemes import VOWELS

Curve = NDArray[np.float64]

LOUDNESS_RATE = 100
"""Hz"""
SILENCE_DB = -55.0
"""Speech whose loudest vowel is below this is treated as silence."""
PITCH_RANGE = (70.0, 400.0)
"""Hz"""


@dataclass(frozen=True)
class Prosody:
    """loudness: dB at LOUDNESS_RATE; reference: dB of the typical vowel peak, -inf when nothing is voiced;
    energy, brow, nod: float64 [frames]; energy 0..1.2, brow -0.25..1 (raised), nod about -0.5..0.5."""

    loudness: Curve
    reference: float
    energy: Curve
    brow: Curve
    nod: Curve

    def emphasis(self, start: float, end: float) -> float:
        """How far a vowel between two times (seconds) opens the mouth, 1 is typical."""
        if not np.isfinite(self.reference):
            return 0.65
        louder = _peak(self.loudness, start, end) - self.reference
        length = 0.72 + 0.28 * (end - start) / 0.12
        return float(np.clip(1 + 0.035 * louder, 0.65, 1.2) * np.clip(length, 0.72, 1.05))


def _loudness(samples: Samples) -> Curve:
    hop = SAMPLE_RATE // LOUDNESS_RATE
    window = np.ones(2 * hop) / (2 * hop)
    power = np.convolve(samples.astype(np.float64) ** 2, window, "same")[::hop]
    return 20 * np.log10(np.sqrt(power + 1e-10) + 1e-5)


def _peak(loudness: Curve, start: float, end: float) -> float:
    first = min(int(start * LOUDNESS_RATE), len(loudness) - 1)
    return float(loudness[first : int(end * LOUDNESS_RATE) + 1].max())


def _pitch(samples: Samples, time: Curve, voiced: NDArray[np.bool_]) -> Curve:
    """Fundamental in Hz from the autocorrelation of 50 ms around each time; 0 where not periodic."""
    half = SAMPLE_RATE // 40
    padded = np.pad(samples, (half, half + 1))
    shortest, longest = int(SAMPLE_RATE / PITCH_RANGE[1]), int(SAMPLE_RATE / PITCH_RANGE[0])
    pitch = np.zeros(len(time))
    for frame in np.flatnonzero(voiced):
        centre = min(int(time[frame] * SAMPLE_RATE), len(samples))
        piece = padded[centre : centre + 2 * half]
        spectrum = np.fft.rfft(piece - piece.mean(), 4096)
        correlation = np.fft.irfft(np.abs(spectrum) ** 2)[:longest]
        lag = shortest + int(np.argmax(correlation[shortest:]))
        if correlation[lag] > 0.4 * correlation[0]:
            pitch[frame] = SAMPLE_RATE / lag
    return pitch


def listen(speech: Speech, time: Curve) -> Prosody:
    """Prosody of the speech at `time` (seconds, evenly spaced; may run past its end)."""
    flat = np.zeros(len(time))
    peaks: list[float] = []
    loudness = _loudness(speech.samples) if len(speech.samples) else np.full(1, -100.0)
    for phone in speech.phones:
        if phone.label in VOWELS:
            peaks.append(_peak(loudness, phone.start, phone.end))
    if not peaks or np.median(peaks) < SILENCE_DB:
        return Prosody(loudness, -np.inf, flat, flat, flat)
    reference = float(np.median(peaks))
    fps = 1 / (time[1] - time[0]) if len(time) > 1 else 25.0
    at = np.arange(len(loudness)) / LOUDNESS_RATE
    level = np.interp(time, at, loudness, right=-100.0)
    energy = np.clip((level - reference + 25) / 30, 0, 1.2)

    def smooth(curve: Curve, seconds: float) -> Curve:
        return gaussian_filter1d(curve, seconds * fps, mode="nearest")

    pitch = _pitch(speech.samples, time, energy >= 0.5)
    voiced = pitch > 0
    octaves = np.zeros(len(time))
    if voiced.any():
        octaves[voiced] = np.log2(pitch[voiced]) - np.median(np.log2(pitch[voiced]))
    octaves = smooth(octaves, 0.12) / (smooth(voiced.astype(np.float64), 0.12) + 0.05)
    stress = np.clip(1.6 * octaves, -0.2, 0.9) + 0.25 * (smooth(energy, 0.2) - 0.5)
    return Prosody(
        loudness=loudness,
        reference=reference,
        energy=energy,
        brow=np.clip(smooth(stress, 0.08), -0.25, 1.0),
        nod=smooth(energy, 0.16) - smooth(energy, 0.56),
    )
