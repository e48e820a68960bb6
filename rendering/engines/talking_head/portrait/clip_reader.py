"""Frames of a clip in any order, with few of them in memory."""

from collections import OrderedDict
from collections.abc import Iterator

import av
import numpy as np

from rendering.engines.errors import MediaError
from rendering.engines.face.base import Image

KEPT_FRAMES = 24
"""Decoded frames kept, so that playing backwards decodes a group of frames once per this many."""


class ClipReader:
    """Random access to the frames of a local video file. Not thread-safe; a context manager."""

    def __init__(self, path: str) -> None:
        """Raises MediaError when the file cannot be read."""
        try:
            self._container = av.open(path)
            self._stream = self._container.streams.video[0]
            packets = self._container.demux(self._stream)
            self._times = sorted(packet.pts for packet in packets if packet.pts is not None)
        except (av.FFmpegError, IndexError, OSError) as error:
            raise MediaError(f"The avatar's clip cannot be read: {error}. Upload it again.") from error
        if not self._times:
            raise MediaError("The avatar's clip has no pictures in it. Upload another one.")
        self._stream.thread_type = "SLICE"
        self._stream.codec_context.thread_count = 1
        self._number = {time: index for index, time in enumerate(self._times)}
        self._kept: OrderedDict[int, av.VideoFrame] = OrderedDict()
        self._decoding: Iterator[av.VideoFrame] = iter(())
        self._next = -KEPT_FRAMES

    def __enter__(self) -> "ClipReader":
        return self

    def __exit__(self, *_: object) -> None:
        self._container.close()

    def __len__(self) -> int:
        return len(self._times)

    def read(self, index: int) -> Image:
        """One frame, RGB. Raises MediaError when it cannot be decoded."""
        if index not in self._kept:
            try:
                self._decode(index)
            except av.FFmpegError as error:
                raise MediaError(f"The avatar's clip is damaged: {error}. Upload it again.") from error
        return np.asarray(self._kept[index].to_ndarray(format="rgb24"), np.uint8)

    def _decode(self, index: int) -> None:
        """Go on to the frame, or go back to the group of frames in which it can be reached."""
        if not 0 <= index - self._next < KEPT_FRAMES:
            self._container.seek(self._times[max(0, index - KEPT_FRAMES + 1)], stream=self._stream)
            self._decoding = self._container.decode(self._stream)
            self._kept.clear()
        for frame in self._decoding:
            number = self._number[frame.pts] if frame.pts is not None else self._next
            self._next = number + 1
            self._kept[number] = frame
            while len(self._kept) > KEPT_FRAMES:
                self._kept.popitem(last=False)
            if number >= index:
                break
        if index not in self._kept:
            raise MediaError("The avatar's clip ends early. Upload it again.")
