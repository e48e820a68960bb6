"""A recording in place of a voice: reading any audio file, cutting it at pauses, timing its mouth."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
from av.error import FFmpegError
from numpy.typing import NDArray

from rendering.engines.errors import MediaError
from rendering.engines.speech.alignment import Aligner
from rendering.engines.speech.base import SAMPLE_RATE, Phone, Samples, Speech, SpokenWord, Utterance, Word
from rendering.engines.speech.timing import time_words

LONGEST_RECORDING = 15 * 60
"""Seconds."""
_SHORTEST_RECORDING = 0.2
_HOP = SAMPLE_RATE // 100
_PAUSE = 20
"""Frames of 10 ms: the quiet between two phrases."""


def read_recording(path: str | Path) -> Samples:
    """The first audio track of a sound or video file: float32 [n], mono, at SAMPLE_RATE.

    Raises MediaError when the file has no sound, is damaged, or is longer than LONGEST_RECORDING.
    """
    try:
        with av.open(str(path)) as container:
            if not container.streams.audio:
                raise MediaError(
                    "This file has no sound. Upload an audio file, or a video with a sound track."
                )
            samples = _decode(container)
    except (FFmpegError, OSError, ValueError) as error:
        raise MediaError(
            "This file cannot be read as audio. It may be damaged; convert it to WAV, MP3 or M4A and retry."
        ) from error
    if len(samples) < _SHORTEST_RECORDING * SAMPLE_RATE:
        raise MediaError(
            f"The recording lasts {len(samples) / SAMPLE_RATE:.1f} s; that is too short to speak."
        )
    # Decoders of floating-point formats may pass on infinities.
    return np.clip(np.nan_to_num(samples), -1.0, 1.0)


def _decode(container: av.container.InputContainer) -> Samples:
    resampler = av.AudioResampler(format="fltp", rate=SAMPLE_RATE)
    blocks: list[NDArray[np.float32]] = []
    length = 0
    frames = container.decode(audio=0)
    while True:
        frame = next(frames, None)
        for block in resampler.resample(frame):
            # Mixed here: FFmpeg adds channels at 0.7, which clips a voice that is in both.
            blocks.append(block.to_ndarray().mean(axis=0, dtype=np.float32))
            length += len(blocks[-1])
        if length > LONGEST_RECORDING * SAMPLE_RATE:
            raise MediaError(
                f"The recording is longer than {LONGEST_RECORDING // 60} minutes, the limit. Cut it in parts."
            )
        if frame is None:
            return np.concatenate(blocks) if blocks else np.zeros(0, dtype=np.float32)


def split_at_pauses(samples: Samples, max_seconds: float = 12.0) -> tuple[tuple[int, int], ...]:
    """Spans (start, end) of samples, in order and without gaps, each at most `max_seconds` long.

    A cut lies in the middle of the last pause that keeps the span in bounds, else at its quietest moment.
    """
    level = _frame_levels(samples)
    longest = max(1, int(max_seconds * SAMPLE_RATE) // _HOP)
    cuts = [0]
    while len(level) - cuts[-1] > longest:
        # Not before a third of the way: short spans cost more than they give.
        first, last = cuts[-1] + max(1, longest // 3), cuts[-1] + longest
        cuts.append(_pause_in(level, first, last))
    edges = [cut * _HOP for cut in cuts] + [len(samples)]
    return tuple((start, end) for start, end in pairwise(edges) if end > start)


def _pause_in(level: NDArray[np.float64], first: int, last: int) -> int:
    quiet = level[first:last] < max(1e-4, 0.08 * np.percentile(level, 95))
    edges = np.flatnonzero(np.diff(np.concatenate([[False], quiet, [False]]).astype(np.int8)))
    pauses = [(start, end) for start, end in edges.reshape(-1, 2) if end - start >= _PAUSE]
    if pauses:
        start, end = pauses[-1]
        return int(first + (start + end) // 2)
    smooth = np.convolve(level[first:last], np.ones(9) / 9, mode="same")
    return int(first + np.argmin(smooth))


def _frame_levels(samples: Samples) -> NDArray[np.float64]:
    """Root mean square of each 10 ms."""
    padded = np.pad(samples.astype(np.float64), (0, -len(samples) % _HOP))
    return np.sqrt(np.mean(np.square(padded.reshape(-1, _HOP)), axis=1))


def listen(samples: Samples, transcript: tuple[Utterance, ...] | None, aligner: Aligner) -> Speech:
    """Speech from a recording at SAMPLE_RATE.

    With the utterances that were spoken (`parse_script` makes them), words and phones are aligned; without,
    or when they do not fit, they are estimated from energy and spectrum. Silence and noise have no phones.
    """
    words: tuple[SpokenWord, ...] = ()
    if transcript:
        words = tuple(word for utterance in transcript for word in utterance.words)
    language = transcript[0].language if transcript else "en-us"
    return time_words(samples, words, language=language, pronunciations={}, aligner=aligner)


def cut(speech: Speech, start: int, end: int) -> Speech:
    """The part of a speech between two samples, timed from its own beginning. A word goes with its middle."""
    first, last = start / SAMPLE_RATE, end / SAMPLE_RATE
    words = (
        Word(word.text, max(0.0, word.start - first), min(last, word.end) - first)
        for word in speech.words
        if first <= (word.start + word.end) / 2 < last
    )
    phones = (
        Phone(phone.label, max(0.0, phone.start - first), min(last, phone.end) - first)
        for phone in speech.phones
        if phone.end > first and phone.start < last
    )
    return replace(speech, samples=speech.samples[start:end], words=tuple(words), phones=tuple(phones))
