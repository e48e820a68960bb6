"""What an mp4 file holds, read as a player reads it."""

import io
from dataclasses import dataclass

import av
import numpy as np
from numpy.typing import NDArray

Frames = NDArray[np.uint8]
"""uint8 [frames, height, width, 3], RGB."""


@dataclass(frozen=True)
class Film:
    """streams: their kinds, in order; duration: seconds; samples: float32 [samples], 48 kHz, one channel."""

    streams: tuple[str, ...]
    duration: float
    frames: Frames
    samples: NDArray[np.float32]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.frames.shape[2], self.frames.shape[1]

    @property
    def loudest(self) -> float:
        """Largest absolute sample."""
        return float(np.abs(self.samples).max())


def read(content: bytes) -> Film:
    with av.open(io.BytesIO(content)) as container:
        streams = tuple(stream.type for stream in container.streams)
        duration = container.duration / av.time_base
        frames = np.stack([frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)])
    mono = av.AudioResampler(format="fltp", layout="mono", rate=48_000)
    with av.open(io.BytesIO(content)) as container:
        heard = [
            piece.to_ndarray()[0] for frame in container.decode(audio=0) for piece in mono.resample(frame)
        ]
    return Film(streams, duration, frames, np.concatenate(heard))
