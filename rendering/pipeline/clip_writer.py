"""Writing the clips that a video avatar keeps: silent H.264, easy to seek in."""

from fractions import Fraction
from pathlib import Path
from types import TracebackType

import av

from rendering.engines.face.base import Image

KEY_FRAME_EVERY = 25
"""Frames: idle motion plays clips backwards and from any frame."""


class ClipWriter:
    """A context manager; the size is that of the first frame."""

    def __init__(self, path: Path, fps: int, quality: int) -> None:
        """quality: CRF of x264, lower is better."""
        self._container = av.open(str(path), "w")
        options = {
            "crf": str(quality),
            "preset": "veryfast",
            "g": str(KEY_FRAME_EVERY),
            # Without B-frames, decoding and presentation order agree.
            "bf": "0",
            "threads": "2",
        }
        self._stream = self._container.add_stream("libx264", rate=fps, options=options)
        self._stream.pix_fmt = "yuv420p"
        self._fps = fps
        self._frames = 0

    def __enter__(self) -> "ClipWriter":
        return self

    def write(self, image: Image) -> None:
        """One more frame; all are of one even size."""
        if self._frames == 0:
            self._stream.height, self._stream.width = image.shape[:2]
        converted = av.VideoFrame.from_ndarray(image, format="rgb24").reformat(format="yuv420p")
        converted.pts, converted.time_base = self._frames, Fraction(1, self._fps)
        self._frames += 1
        self._container.mux(self._stream.encode(converted))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._container.mux(self._stream.encode())
        self._container.close()
