"""A clip that plays for as long as a segment lasts, without a jump at its own end or at the segment's.

Segments are rendered alone, so none knows at which moment of the video it will stand. Each therefore starts
`FADE` seconds into the clip and dissolves, in its last `FADE` seconds, into the clip's first ones: where two
segments meet, the second goes on exactly where the first ended. The clip's own end dissolves into its
beginning the same way.
"""

from collections import deque
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import av
import cv2
import numpy as np

from rendering.engines.errors import MediaError
from rendering.engines.face.base import Image

FADE = 0.6
"""Seconds of a dissolve."""
DECODER_THREADS = 1


def loop(path: Path, size: tuple[int, int], *, frames: int, fps: int) -> Iterator[Image]:
    """Exactly `frames` pictures, uint8 [height, width, 3], filling `size`. Raises MediaError.

    Holds no more than two dissolves' worth of pictures.
    """
    fade = min(round(FADE * fps), frames // 2)
    head = list(islice(read(path, size, fps), 2 * fade + 1))
    if not head:
        raise MediaError("The background video has no pictures in it. Choose another one.")
    # A clip shorter than two dissolves gets shorter ones, down to none for a single picture.
    fade = min(fade, (len(head) - 1) // 2)
    head = head[:fade]
    for index, picture in enumerate(islice(_endless(path, size, fps, head), frames)):
        left = frames - index
        yield _dissolve(picture, head[fade - left], fade - left, fade) if left <= fade else picture


def _endless(path: Path, size: tuple[int, int], fps: int, head: list[Image]) -> Iterator[Image]:
    """The clip from behind its head on, again and again, its tail dissolving into the head."""
    fade = len(head)
    while True:
        tail: deque[Image] = deque()
        for picture in islice(read(path, size, fps), fade, None):
            tail.append(picture)
            if len(tail) > fade:
                yield tail.popleft()
        for step, picture in enumerate(tail):
            yield _dissolve(picture, head[step], step, fade)


def _dissolve(old: Image, new: Image, step: int, steps: int) -> Image:
    """Step 0 is nearly the old picture, step `steps - 1` nearly the new one."""
    share = (step + 1) / (steps + 1)
    return np.asarray(cv2.addWeighted(old, 1 - share, new, share, 0), np.uint8)


def read(path: Path, size: tuple[int, int], fps: int) -> Iterator[Image]:
    """The clip once, upright, at `fps` pictures a second, scaled and cropped to fill `size`."""
    try:
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            stream.codec_context.thread_count = DECODER_THREADS
            shown, due = None, 0
            for frame in container.decode(stream):
                at = (frame.time or 0.0) - float((stream.start_time or 0) * (stream.time_base or 0))
                # Picture `due` shows what the clip shows in the middle of that picture's time.
                while shown is not None and (due + 0.5) / fps < at:
                    yield shown
                    due += 1
                shown = _filling(frame, size)
            if shown is not None:
                yield shown
    except (av.FFmpegError, IndexError) as error:
        raise MediaError(
            "The background video is damaged or of a kind we cannot read. Save it as MP4 (H.264)."
        ) from error


def _filling(frame: av.VideoFrame, size: tuple[int, int]) -> Image:
    turns = round(frame.rotation / 90) % 4
    width, height = size if turns % 2 == 0 else size[::-1]
    scale = max(width / frame.width, height / frame.height)
    across, down = max(width, round(frame.width * scale)), max(height, round(frame.height * scale))
    scaled = frame.reformat(width=across, height=down, format="rgb24").to_ndarray()
    left, top = (across - width) // 2, (down - height) // 2
    return np.ascontiguousarray(np.rot90(scaled[top : top + height, left : left + width], turns))
