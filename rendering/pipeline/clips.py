"""Reading the frames of a clip, upright and one at a time."""

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np

from rendering.engines.errors import MediaError
from rendering.engines.face.base import Image

DECODER_THREADS = 2


def read_frames(path: Path | str) -> Iterator[Image]:
    """Frames in order, turned upright as the container says. Raises MediaError."""
    try:
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            stream.thread_type = "AUTO"
            stream.codec_context.thread_count = DECODER_THREADS
            for frame in container.decode(stream):
                # The display matrix turns counter-clockwise, as rot90 does.
                turns = round(frame.rotation / 90) % 4
                yield np.ascontiguousarray(np.rot90(frame.to_ndarray(format="rgb24"), turns))
    except (av.FFmpegError, IndexError) as error:
        raise MediaError(
            "The video is damaged or of a kind we cannot read. Save it as MP4 (H.264) and upload that file."
        ) from error


def first_frame(path: Path | str) -> Image:
    """The first frame alone. Raises MediaError, also when there is none."""
    for frame in read_frames(path):
        return frame
    raise MediaError("The video has no pictures in it. Upload another one.")
