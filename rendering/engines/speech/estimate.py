"""Word timing and rough phones from the sound alone, for speech that cannot be aligned.

No language model: energy tells talking from silence, the spectrum tells hisses from open and rounded vowels,
short dips inside a word are closures. The labels are ARPAbet because words, brows and `bench lipsync` read
phones; they say how open a mouth would be, not what was said. Lips do not follow them: portraits hear for
themselves (`portrait.heard_articulation`). Deterministic.
"""

from collections.abc import Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter, minimum_filter1d, percentile_filter

from rendering.engines.speech.base import SAMPLE_RATE, Phone, Samples

_HOP = 240
"""Samples per frame: 10 ms."""
_WINDOW = 768
"""Samples per spectrum: 32 ms, two periods of a low voice."""
_QUIET = -50.0
"""dBFS; nothing below is speech, however quiet the rest."""
_DYNAMICS = 9.0
"""dB between loud and soft frames; a sound steadier than this is noise or a tone, not speech."""
_BELOW_PEAK = 32.0
"""dB below the loud parts of the recording at which speech is lost in the room."""
_ABOVE_ROOM = 8.0
"""dB above the softest moments, which are the room when there is a pause at all."""
_DIP = 7.0
"""dB by which a closure (m, b, d) lies below the vowels on both sides."""
_SHORTEST = 4
"""Frames; shorter runs join their neighbour, lips do not move faster."""
_SHORTEST_PAUSE = 12
"""Frames of quiet that still belong to a word."""
# Band edges in Hz: voice bar, first formant low and high, second formant back and front, hiss.
_BANDS = (80, 450, 900, 1500, 3000, 5000, 11_000)


def estimate_phones(samples: Samples) -> tuple[Phone, ...]:
    """Phones that cover the whole duration of float32 [n] at SAMPLE_RATE, silence as "SIL"."""
    duration = len(samples) / SAMPLE_RATE
    if len(samples) < _WINDOW:
        return (Phone("SIL", 0.0, duration),) if len(samples) else ()
    labels = _joined(_labels(samples))
    phones, start = [], 0
    for label, run in groupby(labels):
        end = start + len(list(run))
        last = end == len(labels)
        phones.append(
            Phone(label, start * _HOP / SAMPLE_RATE, duration if last else end * _HOP / SAMPLE_RATE)
        )
        start = end
    return tuple(phones)


def spread_words(words: Sequence[str], phones: Sequence[Phone]) -> tuple[tuple[float, float], ...]:
    """A span for each word: the sounding time shared out by length. Without any sound the whole time is."""
    if not words:
        return ()
    sounding = [(phone.start, phone.end) for phone in phones if phone.label != "SIL"]
    spans = np.array(sounding or [(0.0, phones[-1].end if phones else 0.0)])
    sounded = np.concatenate([[0.0], np.cumsum(spans[:, 1] - spans[:, 0])])
    # Two letters more for every word: short words take longer than their letters say.
    shares = np.cumsum([0.0, *(len(word) + 2 for word in words)])
    borders = shares / shares[-1] * sounded[-1]
    starts = [_clock(border, spans, sounded, "right") for border in borders[:-1]]
    ends = [_clock(border, spans, sounded, "left") for border in borders[1:]]
    return tuple((start, max(start, end)) for start, end in zip(starts, ends, strict=True))


def _clock(border: float, spans: NDArray[np.float64], sounded: NDArray[np.float64], side: str) -> float:
    """The time at which `border` seconds of sound have been heard; before or after a pause by `side`."""
    place = np.searchsorted(sounded, border, side=side)  # type: ignore[call-overload]
    index = int(np.clip(place - 1, 0, len(spans) - 1))
    return float(spans[index, 0] + border - sounded[index])


def _labels(samples: Samples) -> NDArray[np.str_]:
    bands = _band_energy(samples)
    level = 10 * np.log10(bands.sum(axis=1) + 1e-12)
    labels = np.full(len(level), "SIL", dtype="<U3")
    if np.percentile(level, 95) - np.percentile(level, 5) < _DYNAMICS:
        return labels
    loud, room = np.percentile(level, 95), np.percentile(level, 5)
    sounding = median_filter(level > max(_QUIET, loud - _BELOW_PEAK, room + _ABOVE_ROOM), size=7)
    share = bands / (bands.sum(axis=1, keepdims=True) + 1e-12)
    voice, open_, mid, front, sh, hiss = share.T
    vowel = np.select(
        [open_ + mid > 0.55, front > 0.08, open_ > 0.3, mid + front < 0.04],
        ["AA", "IY", "OW", "UW"],
        default="EH",
    )
    labels[sounding] = vowel[sounding]
    # A closure: quieter than what is shortly before and shortly after it.
    around = percentile_filter(level, 80, size=31)
    dip = sounding & (level < around - _DIP) & (level <= minimum_filter1d(level, 9) + 2)
    labels[dip] = np.where(voice > 0.85, "M", "D")[dip]
    labels[sounding & (sh + hiss > 0.45)] = "SH"
    labels[sounding & (hiss > 0.45)] = "S"
    return _without_short_pauses(labels)


def _without_short_pauses(labels: NDArray[np.str_]) -> NDArray[np.str_]:
    """The closure of a t or k inside speech is not a pause: the jaw stays where it is."""
    start = 0
    for label, run in groupby(labels.copy()):
        end = start + len(list(run))
        if label == "SIL" and start > 0 and end < len(labels) and end - start < _SHORTEST_PAUSE:
            labels[start:end] = "D"
        start = end
    return labels


def _band_energy(samples: Samples) -> NDArray[np.float64]:
    """[frames, 6] mean square of each band, full scale 1."""
    frames = max(1, len(samples) // _HOP)
    padded = np.pad(samples.astype(np.float64), (_WINDOW // 2, _WINDOW + _HOP))
    edges = np.searchsorted(np.fft.rfftfreq(_WINDOW, 1 / SAMPLE_RATE), _BANDS)
    window = np.hanning(_WINDOW)
    energy = np.empty((frames, len(_BANDS) - 1))
    block = 4096  # frames at once: the memory of a long recording stays flat
    for first in range(0, frames, block):
        last = min(first + block, frames)
        view = np.lib.stride_tricks.sliding_window_view(
            padded[first * _HOP : (last - 1) * _HOP + _WINDOW], _WINDOW
        )[::_HOP]
        power = np.abs(np.fft.rfft(view * window, axis=1)) ** 2
        energy[first:last] = np.add.reduceat(power, edges, axis=1)[:, : len(_BANDS) - 1]
    # Parseval for a Hann window: sum of squares of the window is 3/8 of its length.
    return energy * 2 / (_WINDOW * _WINDOW * 3 / 8)


def _joined(labels: NDArray[np.str_]) -> list[str]:
    """Runs shorter than `_SHORTEST` frames take the label of the run before them (the first: after it)."""
    runs = [(str(label), len(list(run))) for label, run in groupby(labels)]
    kept: list[list[str | int]] = []
    for label, length in runs:
        if kept and (length < _SHORTEST or kept[-1][0] == label):
            kept[-1][1] = int(kept[-1][1]) + length
        else:
            kept.append([label, length])
    if len(kept) > 1 and int(kept[0][1]) < _SHORTEST:
        kept[1][1] = int(kept[1][1]) + int(kept[0][1])
        del kept[0]
    return [str(label) for label, length in kept for _ in range(int(length))]
