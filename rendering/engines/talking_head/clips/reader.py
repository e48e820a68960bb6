"""Frames of a clip in any order, with few of them in memory."""

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterator

import av
import numpy as np
from numpy.typing import NDArray

from rendering.engines.errors import MediaError
from rendering.engines.face.base import Image

KEPT_FRAMES = 32
"""Decoded frames kept, more than the 25 between key frames of our own clips: playing backwards decodes each
group of frames once. Some 45 MB at 720p."""


class ClipReader:
    """Random access to the frames of a local video file. Not thread-safe; a context manager."""

    def __init__(self, path: str) -> None:
        """Raises MediaError when the file cannot be read."""
        try:
            self._container = av.open(path)
            self._stream = self._container.streams.video[0]
            packets = [packet for packet in self._container.demux(self._stream) if packet.pts is not None]
        except (av.FFmpegError, IndexError, OSError) as error:
            raise MediaError(f"The avatar's clip cannot be read: {error}. Upload it again.") from error
        self._times = sorted(packet.pts for packet in packets if packet.pts is not None)
        if not self._times:
            raise MediaError("The avatar's clip has no pictures in it. Upload another one.")
        self._stream.thread_type = "SLICE"
        self._stream.codec_context.thread_count = 1
        self._number = {time: index for index, time in enumerate(self._times)}
        self._keys = sorted(self._number[p.pts] for p in packets if p.pts is not None and p.is_keyframe)
        self._kept: OrderedDict[int, av.VideoFrame] = OrderedDict()
        self._decoding: Iterator[av.VideoFrame] = iter(())
        self._next = -1

    def __enter__(self) -> "ClipReader":
        return self

    def __exit__(self, *_: object) -> None:
        self._container.close()

    def __len__(self) -> int:
        return len(self._times)

    def read(self, index: int) -> Image:
        """One frame, RGB. Raises MediaError when it cannot be decoded."""
        return np.asarray(self._frame(index).to_ndarray(format="rgb24"), np.uint8)

    def read_grey(self, index: int) -> NDArray[np.uint8]:
        """The lightness of one frame, uint8 [height, width], 0..255. Raises MediaError."""
        return np.asarray(self._frame(index).to_ndarray(format="gray"), np.uint8)

    def _frame(self, index: int) -> av.VideoFrame:
        if index not in self._kept:
            try:
                self._decode(index)
            except av.FFmpegError as error:
                raise MediaError(f"The avatar's clip is damaged: {error}. Upload it again.") from error
        return self._kept[index]

    def _decode(self, index: int) -> None:
        """Go on to the frame, or to the key frame from which it can be reached."""
        key = self._keys[max(0, bisect_right(self._keys, index) - 1)] if self._keys else 0
        if not key <= self._next <= index:
            self._container.seek(self._times[key], stream=self._stream)
            self._decoding = self._container.decode(self._stream)
            self._next = key
        for frame in self._decoding:
            number = self._number[frame.pts] if frame.pts is not None else self._next
            self._next = number + 1
            self._kept[number] = frame
            self._kept.move_to_end(number)
            while len(self._kept) > KEPT_FRAMES:
                self._kept.popitem(last=False)
            if number >= index:
                break
        if index not in self._kept:
            raise MediaError("The avatar's clip ends early. Upload it again.")
