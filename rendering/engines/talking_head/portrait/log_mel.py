"""What a sound looks like to the model that moves lips by ear: log-mel bands, a hundred times a second.

They go to the model in pairs, so that it works at half that rate and still sees bursts of 10 ms.

Mel scale after S. Stevens, J. Volkmann, E. Newman (1937) in the form of D. O'Shaughnessy (1987).
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from rendering.engines.speech.base import SAMPLE_RATE, Samples
from rendering.engines.speech.levels import loud_parts

RATE = 50
"""Frames per second of the model. Frame i is centred on (i + 0.5) / RATE seconds."""
HOP = SAMPLE_RATE // RATE
"""Samples in a frame."""
SPECTRA = 2
"""In each frame, one after the other."""
BANDS = 40
FEATURES = SPECTRA * BANDS
"""Numbers for each frame."""
LOWEST, HIGHEST = 60.0, 8000.0
"""Hz; many recordings hold nothing above."""
RANGE = (-40.0, 20.0)
"""dB against a band's mean: below, it counts as empty; above, it is no louder."""

_STEP = HOP // SPECTRA
_WINDOW = 600
"""Samples: 25 ms."""
_TRANSFORM = 1024
_FLOOR = 1e-11
"""Mean square: -110 dB, so that digital silence has a level."""
_BLOCK = 4096
"""Spectra at once, so that the memory of a long recording stays flat."""


def frame_count(samples: Samples) -> int:
    """Frames that cover the samples, the last one padded."""
    return -(-len(samples) // HOP)


def band_levels(samples: Samples) -> NDArray[np.float32]:
    """float32 [frames * SPECTRA, BANDS], dB: the mean square in each mel band of float32 [n] at SAMPLE_RATE,
    full scale 1."""
    spectra = frame_count(samples) * SPECTRA
    before = (_WINDOW - _STEP) // 2
    window = np.hanning(_WINDOW).astype(np.float32)
    parseval = np.float32(2 / (_TRANSFORM * np.sum(window**2)))
    levels = np.empty((spectra, BANDS), dtype=np.float32)
    for first in range(0, spectra, _BLOCK):
        last = min(first + _BLOCK, spectra)
        start, end = first * _STEP - before, (last - 1) * _STEP - before + _WINDOW
        piece = np.asarray(samples[max(0, start) : end], dtype=np.float32)
        piece = np.pad(piece, (max(0, -start), end - max(0, start) - len(piece)))
        view = np.lib.stride_tricks.sliding_window_view(piece, _WINDOW)[::_STEP]
        spectrum = np.fft.rfft(view * window, _TRANSFORM, axis=1)
        power = (spectrum.real**2 + spectrum.imag**2) * parseval
        levels[first:last] = 10 * np.log10(power @ _filters() + _FLOOR)
    return levels


def total_level(levels: NDArray[np.float32]) -> NDArray[np.float32]:
    """float32 [spectra], dB: all bands together."""
    return np.asarray(10 * np.log10(np.sum(10 ** (levels / 10), axis=1)), dtype=np.float32)


def features(levels: NDArray[np.float32]) -> NDArray[np.float32]:
    """float32 [frames, FEATURES] from band levels: -1..1. Each band is seen against its mean in loud parts
    (there must be some), which takes away loudness, microphone and much of the voice: the cepstral mean
    normalisation of B. Atal (1974)."""
    lowest, highest = RANGE
    relative = np.clip(levels - levels[loud_parts(total_level(levels))].mean(axis=0), lowest, highest)
    scaled = (relative - np.float32(lowest)) * np.float32(2 / (highest - lowest)) - np.float32(1)
    return scaled.reshape(-1, FEATURES)


@lru_cache(maxsize=1)
def _filters() -> NDArray[np.float32]:
    """float32 [bins, BANDS]: triangles, evenly spaced in mel; between LOWEST and HIGHEST they sum to one."""
    mel = np.linspace(_mel(LOWEST), _mel(HIGHEST), BANDS + 2)
    edges = 700 * (10 ** (mel / 2595) - 1)
    frequency = np.fft.rfftfreq(_TRANSFORM, 1 / SAMPLE_RATE)[:, None]
    rising = (frequency - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - frequency) / (edges[2:] - edges[1:-1])
    return np.asarray(np.maximum(0.0, np.minimum(rising, falling)), dtype=np.float32)


def _mel(frequency: float) -> float:
    return float(2595 * np.log10(1 + frequency / 700))
