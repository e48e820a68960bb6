"""Reading a clip: what it says of itself, and its frames, upright and one at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

from rendering.engines.errors import MediaError
from rendering.engines.face.base import Image

DECODER_THREADS = 2
UNREADABLE = "The video is damaged or of a kind we cannot read. Save it as MP4 (H.264) and upload that file."


@dataclass(frozen=True)
class ClipFacts:
    """What the header says. seconds: 0 when unknown; fps: average."""

    seconds: float
    fps: float


def inspect(path: Path | str) -> ClipFacts:
    """Raises MediaError when this is no video."""
    try:
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            if stream.duration is not None and stream.time_base is not None:
                seconds = float(stream.duration * stream.time_base)
            else:
                seconds = (container.duration or 0) / av.time_base
            return ClipFacts(seconds, float(stream.average_rate or 25))
    except (av.FFmpegError, IndexError) as error:
        raise MediaError(UNREADABLE) from error


def read_frames(path: Path | str, *, fps: float | None = None) -> Iterator[Image]:
    """Frames in order, uint8 [height, width, 3], turned upright as the container says.

    fps: frames shown at that constant rate instead of the clip's own times. Raises MediaError.
    """
    shown: Image | None = None
    given = 0
    for time, frame in _decode(path):
        while fps is not None and shown is not None and given / fps < time - 0.5 / fps:
            yield shown
            given += 1
        shown = frame
        if fps is None:
            yield frame
    if fps is not None and shown is not None:
        yield shown


def first_frame(path: Path | str) -> Image:
    """The first frame alone. Raises MediaError, also when there is none."""
    for frame in read_frames(path):
        return frame
    raise MediaError("The video has no pictures in it. Upload another one.")


def _decode(path: Path | str) -> Iterator[tuple[float, Image]]:
    """Seconds since the first frame, and the frame."""
    start: float | None = None
    try:
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            stream.thread_type = "AUTO"
            stream.codec_context.thread_count = DECODER_THREADS
            for frame in container.decode(stream):
                start = frame.time if start is None else start
                # The display matrix turns counter-clockwise, as rot90 does.
                turns = round(frame.rotation / 90) % 4
                picture = np.rot90(frame.to_ndarray(format="rgb24"), turns)
                yield (frame.time or 0) - (start or 0), np.ascontiguousarray(picture)
    except (av.FFmpegError, IndexError) as error:
        raise MediaError(UNREADABLE) from error
