"""Sound at the pipeline's rate: exact lengths, lossless files, reading in blocks."""

import io
import wave
from collections.abc import Iterator
from fractions import Fraction
from itertools import chain
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

from rendering.engines.errors import MediaError

RATE = 48_000
"""Hz of every stored and encoded sound; a whole number of samples per frame at 25 and 30 fps."""
BLOCK = 4096
"""Samples per FLAC frame."""

Pcm = NDArray[np.int16]
"""int16 [n], mono, at `RATE`."""


def samples_per_frame(fps: int) -> int:
    """Samples that sound while one picture shows. Raises ValueError when they are no whole number."""
    if RATE % fps:
        raise ValueError(f"{fps} frames per second do not divide {RATE} Hz")
    return RATE // fps


def conform(samples: NDArray[np.float32], rate: int, *, frames: int, fps: int) -> Pcm:
    """Samples at `rate` as PCM of exactly `frames` pictures: resampled, padded with silence or cut."""
    length = frames * samples_per_frame(fps)
    ratio = Fraction(RATE, rate)
    resampled = resample_poly(samples, ratio.numerator, ratio.denominator) if len(samples) else samples
    pcm = np.zeros(length, np.int16)
    kept = np.asarray(resampled[:length])
    pcm[: len(kept)] = np.rint(np.clip(kept, -1, 1) * 32767).astype(np.int16)
    return pcm


def write_flac(pcm: Pcm, path: Path) -> None:
    """Store PCM without loss."""
    with av.open(str(path), "w", format="flac") as container:
        stream = container.add_stream("flac", rate=RATE, layout="mono", format="s16")
        for start in range(0, len(pcm), BLOCK):
            frame = av.AudioFrame.from_ndarray(pcm[None, start : start + BLOCK], format="s16", layout="mono")
            frame.sample_rate = RATE
            frame.pts = start
            frame.time_base = Fraction(1, RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def read_blocks(path: Path) -> Iterator[Pcm]:
    """The sound of any audio file as mono PCM at `RATE`, block by block. Raises MediaError."""
    try:
        with av.open(str(path)) as container:
            resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
            for frame in chain(container.decode(audio=0), [None]):
                for block in resampler.resample(frame):
                    yield block.to_ndarray()[0]
    except (av.FFmpegError, IndexError) as error:
        raise MediaError(
            "The sound file is damaged or of a kind we cannot read. Save it as WAV, MP3 or M4A and try again."
        ) from error


def wav_bytes(samples: NDArray[np.float32], rate: int) -> bytes:
    """A WAV file of float samples, 16 bit mono."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.rint(np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return buffer.getvalue()
