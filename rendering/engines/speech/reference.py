"""The recording that a voice is cloned from: whether it is fit for that, and the part that is used."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rendering.engines.errors import MediaError
from rendering.engines.speech import levels
from rendering.engines.speech.base import SAMPLE_RATE, Samples
from rendering.engines.speech.recording import read_recording

SHORTEST, LONGEST = 3.0, 15.0
"""Seconds, of speech and the pauses in it."""

_FRAME = SAMPLE_RATE // 50
_MARGIN = 5
"""Frames kept before the first and after the last sound: 0.1 s."""
_FAINTEST = -45.0
"""dB of full scale, mean of the sounding frames. Beyond it, amplifying brings up mostly noise."""
_FLOOR_PERCENTILE = 5
_LEAST_CONTRAST = 15.0
"""dB between speech and the quietest frames. In a quiet room with a laptop's microphone it is some 35."""
_FULL_SCALE = 0.98
_MOST_CLIPPED = 0.002
"""Part of the samples that may be at full scale. A well-levelled recording has next to none there."""
_PACE = (3.0, 40.0)
"""Characters per second. English is read at about 15."""


def read(recording: Path, spoken: str) -> Samples:
    """What a voice is cloned from: float32 [n] at SAMPLE_RATE.

    spoken: what is said in the recording, normalised. Raises MediaError that says what is wrong and what to
    do.
    """
    samples = usable_part(read_recording(recording))
    check_transcript(spoken, len(samples) / SAMPLE_RATE)
    return samples


def usable_part(samples: Samples) -> Samples:
    """The speech in a recording, without the silence around it and at the common loudness.

    samples: float32 [n] at SAMPLE_RATE. Raises MediaError that says what is wrong and what to do.
    """
    frames = _levels(samples)
    loud = np.flatnonzero(levels.loud_parts(frames))
    if not len(loud):
        raise MediaError("Nothing can be heard in this recording. Check the microphone and record it again.")
    first, last = max(0, loud[0] - _MARGIN), loud[-1] + 1 + _MARGIN
    part, loudness = samples[first * _FRAME : last * _FRAME], levels.mean_level(frames[loud])
    if loudness < _FAINTEST:
        raise MediaError(
            "The recording is too quiet. Go closer to the microphone, or turn it up, and record it again."
        )
    _check_length(len(part) / SAMPLE_RATE)
    _check_clarity(part, contrast=loudness - float(np.percentile(frames[first:last], _FLOOR_PERCENTILE)))
    return levels.level(part)


def check_transcript(spoken: str, seconds: float) -> None:
    """Whether a text can be what is said in so many seconds. Raises MediaError."""
    pace = len(spoken) / seconds
    if not _PACE[0] <= pace <= _PACE[1]:
        amount = "little" if pace < _PACE[0] else "much"
        raise MediaError(
            f"The transcript is too {amount} text for {seconds:.0f} s of speech. "
            "Write down exactly what is said in the recording, every word of it."
        )


def _check_length(seconds: float) -> None:
    if seconds < SHORTEST:
        raise MediaError(
            f"There are {seconds:.1f} s of speech in this recording, at least {SHORTEST:.0f} are needed. "
            "Record a few sentences."
        )
    if seconds > LONGEST:
        raise MediaError(
            f"The recording lasts {seconds:.0f} s, we take up to {LONGEST:.0f}. "
            "Cut it at a pause, and shorten the transcript to what is left."
        )


def _check_clarity(part: Samples, contrast: float) -> None:
    """contrast: dB between its speech and its quietest moments."""
    if np.mean(np.abs(part) >= _FULL_SCALE) > _MOST_CLIPPED:
        raise MediaError(
            "The recording is distorted: it is louder than the microphone was set for. Turn it down, "
            "or go further away, and record it again."
        )
    if contrast < _LEAST_CONTRAST:
        raise MediaError(
            "There is too much noise or music behind the voice. Record it again in a quiet room, close to "
            "the microphone."
        )


def _levels(samples: Samples) -> NDArray[np.float64]:
    """dB of full scale, of every 20 ms; digital silence is -120."""
    whole = samples[: len(samples) // _FRAME * _FRAME].astype(np.float64).reshape(-1, _FRAME)
    power: NDArray[np.float64] = 10 * np.log10(np.mean(np.square(whole), axis=1) + 1e-12)
    return power
