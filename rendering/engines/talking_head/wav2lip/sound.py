"""What Wav2Lip hears: mel spectrograms of 0.2 s around each frame.

Constants are those that the released weights were trained with; the mel scale is that of M. Slaney's Auditory
Toolbox (1998), linear below 1 kHz and logarithmic above.
"""

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rendering.engines.speech.base import Samples
from rendering.engines.speech.levels import resampled

RATE: Final = 16_000
"""Hz."""
TRANSFORM: Final = 800
"""Samples of a spectrum: 50 ms, under a Hann window."""
HOP: Final = 200
COLUMNS_PER_SECOND: Final = RATE // HOP
BANDS: Final = 80
LOWEST, HIGHEST = 55.0, 7600.0
"""Hz."""
PREEMPHASIS: Final = 0.97
REFERENCE_LEVEL: Final = 20.0
"""dB that count as full scale."""
SMALLEST_LEVEL: Final = -100.0
"""dB below full scale that count as silence."""
LARGEST: Final = 4.0
"""Full scale; silence is its negative."""
WINDOW: Final = 16
"""Columns that belong to a frame."""

_LINEAR_HERTZ, _BREAK_HERTZ = 200 / 3, 1000.0
_LOG_STEP = np.log(6.4) / 27

Mel = NDArray[np.float32]


def at_rate(samples: Samples) -> Samples:
    """float32 at RATE, of float32 at SAMPLE_RATE."""
    return resampled(samples, RATE)


def mel_spectrogram(samples: Samples) -> Mel:
    """float32 [80, 1 + n // HOP], -4..4; column i is centred on sample i * HOP. samples: float32 [n] at RATE,
    -1..1; what is no number counts as silence."""
    heard = np.nan_to_num(np.asarray(samples, np.float64), posinf=0.0, neginf=0.0)
    emphasised = heard - PREEMPHASIS * np.concatenate([[0.0], heard])[: len(heard)]
    padded = np.pad(emphasised, TRANSFORM // 2)
    columns = 1 + len(heard) // HOP
    pieces = np.lib.stride_tricks.sliding_window_view(padded, TRANSFORM)[: columns * HOP : HOP]
    # Periodic, as spectra that overlap want it.
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(TRANSFORM) / TRANSFORM)
    magnitude = np.abs(np.fft.rfft(pieces * hann, axis=1))
    floor = 10 ** (SMALLEST_LEVEL / 20)
    level = 20 * np.log10(np.maximum(magnitude @ _filters(), floor)) - REFERENCE_LEVEL
    scaled = 2 * LARGEST * (level - SMALLEST_LEVEL) / -SMALLEST_LEVEL - LARGEST
    return np.asarray(np.clip(scaled, -LARGEST, LARGEST).T, np.float32)


def windows(mel: Mel, frames: NDArray[np.intp], fps: int) -> Mel:
    """What belongs to some frames of a film, float32 [n, 1, 80, 16]; beyond its end a film is silent.

    mel: from `mel_spectrogram`; frames: their numbers."""
    starts = (frames * COLUMNS_PER_SECOND / fps).astype(np.intp)
    missing = int(starts.max(initial=0)) + WINDOW - mel.shape[1]
    if missing > 0:
        mel = np.pad(mel, ((0, 0), (0, missing)), constant_values=-LARGEST)
    every = np.lib.stride_tricks.sliding_window_view(mel, WINDOW, axis=1)
    return np.ascontiguousarray(every[:, starts].transpose(1, 0, 2)[:, None])


@lru_cache(maxsize=1)
def _filters() -> NDArray[np.float64]:
    """[bins, BANDS]: triangles, evenly spaced in mel, each of the same area."""
    edges = _hertz(np.linspace(_mel(LOWEST), _mel(HIGHEST), BANDS + 2))
    frequency = np.fft.rfftfreq(TRANSFORM, 1 / RATE)[:, None]
    rising = (frequency - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - frequency) / (edges[2:] - edges[1:-1])
    return np.asarray(np.maximum(0, np.minimum(rising, falling)) * 2 / (edges[2:] - edges[:-2]))


def _mel(frequency: float) -> float:
    if frequency < _BREAK_HERTZ:
        return frequency / _LINEAR_HERTZ
    return float(_BREAK_HERTZ / _LINEAR_HERTZ + np.log(frequency / _BREAK_HERTZ) / _LOG_STEP)


def _hertz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    above = np.maximum(mel - _BREAK_HERTZ / _LINEAR_HERTZ, 0)
    return np.where(above > 0, _BREAK_HERTZ * np.exp(_LOG_STEP * above), mel * _LINEAR_HERTZ)
