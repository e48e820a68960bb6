"""The second half of a segment's way: chunks of the actor's frames in, encoded pictures out."""

import time
from collections.abc import Iterator

from rendering.engines.face.base import Image
from rendering.engines.talking_head.base import FrameChunk
from rendering.pipeline.burn import CaptionBurner
from rendering.pipeline.compose import Compositor
from rendering.pipeline.poster import poster_index, preview
from rendering.pipeline.video import AlphaWriter, StreamWriter

PREVIEW_EVERY = 1.0
"""Seconds of wall time."""


class FrameWriter:
    """Composes and encodes the frames of one segment, in order.

    `write` runs on the conveyor's thread; the other attributes may be read from any.
    """

    def __init__(
        self,
        stream: StreamWriter,
        alpha: AlphaWriter | None,
        compositor: Compositor,
        backdrops: Iterator[Image],
        burner: CaptionBurner | None,
        *,
        frames: int,
        fps: int,
    ) -> None:
        self._stream = stream
        self._alpha = alpha
        self._compositor = compositor
        self._backdrops = backdrops
        self._burner = burner
        self._fps = fps
        self._poster_at = poster_index(frames, fps)
        self._done = 0
        self._preview_due = 0.0
        self._preview: bytes | None = None
        self._poster: Image | None = None
        self.seconds = 0.0
        """Spent composing and encoding."""

    def take_preview(self) -> bytes | None:
        """The newest preview (JPEG), once."""
        newest, self._preview = self._preview, None
        return newest

    def poster(self) -> Image:
        """The picture that stands for the segment; there once all frames are written."""
        if self._poster is None:
            raise RuntimeError("the actor gave fewer frames than it was asked for")
        return self._poster

    def write(self, chunk: FrameChunk) -> None:
        """Compose and encode a chunk. Raises MediaError when the backdrop cannot be read, OSError."""
        started = time.perf_counter()
        for rgb, alpha in zip(chunk.rgb, chunk.alpha, strict=True):
            composed = self._compositor.frame(rgb, alpha, next(self._backdrops))
            at = (self._done + 0.5) / self._fps
            if self._burner:
                self._burner.draw(composed.rgb, at)
            self._stream.write(composed.rgb)
            if self._alpha and composed.colour is not None and composed.alpha is not None:
                if self._burner:
                    self._burner.draw(composed.colour, at, composed.alpha)
                self._alpha.write(composed.colour, composed.alpha)
            if self._done == self._poster_at:
                self._poster = composed.rgb
            self._done += 1
        now = time.perf_counter()
        if now >= self._preview_due:
            self._preview, self._preview_due = preview(composed.rgb), now + PREVIEW_EVERY
        self.seconds += now - started
