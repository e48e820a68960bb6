"""Encoders: H.264 with AAC in a transport stream for playback and joining, VP9 with alpha in WebM.

All segments of a format share one configuration, so that their packets can be joined without encoding again.
"""

from fractions import Fraction
from pathlib import Path
from types import TracebackType

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter

from rendering.engines.face.base import Image
from rendering.engines.matting.base import Alpha
from rendering.pipeline.audio import RATE, Pcm

KEY_FRAME_SECONDS = 4
H264 = {
    # Measured on a talking portrait at 720p: macroblock-tree rate control halves what still backgrounds cost;
    # the next slower preset takes a quarter more time for the same size and error.
    "preset": "superfast",
    "crf": "22",
    "profile": "high",
    "x264-params": "bframes=0:open-gop=0:mbtree=1:rc-lookahead=10",
}
"""No frames are reordered: decoding and presentation order agree, also across joined segments."""
AAC_BITRATE = 128_000
VP9 = {
    "deadline": "realtime",
    "cpu-used": "8",
    "row-mt": "1",
    "crf": "28",
    "b:v": "0",
    # Hidden reference frames cannot be carried by the alpha channel's side data.
    "auto-alt-ref": "0",
    "lag-in-frames": "0",
}
BT709 = 1
"""ITU-R BT.709 as primaries, transfer and matrix (ITU-T H.273)."""
LIMITED_RANGE = 1


def settings() -> dict[str, object]:
    """Everything that decides about the bits of an encoded segment, for its key."""
    return {"h264": H264, "aac": AAC_BITRATE, "vp9": VP9, "key_frame_seconds": KEY_FRAME_SECONDS}


class StreamWriter:
    """An MPEG transport stream that starts at 0 with a key frame: H.264 and AAC of the same length."""

    def __init__(self, path: Path, size: tuple[int, int], fps: int, pcm: Pcm, *, threads: int) -> None:
        """pcm: all of the sound, a whole number of pictures long. Raises OSError."""
        self._file = path.open("wb")
        self._container = av.open(self._file, "w", format="mpegts")
        options = H264 | {"g": str(KEY_FRAME_SECONDS * fps), "threads": str(threads)}
        self._video = self._container.add_stream("libx264", rate=fps, options=options)
        self._video.width, self._video.height = size
        self._video.pix_fmt = "yuv420p"
        _flag_bt709(self._video.codec_context)
        self._audio = self._container.add_stream("aac", rate=RATE, layout="mono", bit_rate=AAC_BITRATE)
        self._to_yuv = VideoReformatter()
        self._fps = fps
        self._pcm = pcm
        self._samples = 0
        self._frames = 0

    def __enter__(self) -> "StreamWriter":
        return self

    def write(self, rgb: Image) -> None:
        """Encode the next picture and the sound beside it."""
        frame = av.VideoFrame.from_ndarray(rgb, format="rgb24")
        frame = self._to_yuv.reformat(
            frame,
            format="yuv420p",
            dst_colorspace=Colorspace.ITU709,
            dst_color_range=ColorRange.MPEG,
            threads=1,
        )
        frame.pts, frame.time_base = self._frames, Fraction(1, self._fps)
        self._frames += 1
        self._container.mux(self._video.encode(frame))
        self._sound(min(len(self._pcm), self._frames * RATE // self._fps))

    def _sound(self, until: int) -> None:
        block = self._pcm[None, self._samples : until]
        if not block.size:
            return
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block), format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, self._samples, Fraction(1, RATE)
        self._samples = until
        self._mux_sound(self._audio.encode(frame))

    def _mux_sound(self, packets: list[av.Packet]) -> None:
        # The priming packet would start before 0 and shift the picture; what it codes is not to be heard.
        self._container.mux([packet for packet in packets if packet.pts is not None and packet.pts >= 0])

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._container.mux(self._video.encode(None))
                self._mux_sound(self._audio.encode(None))
                self._container.close()
        finally:
            self._file.close()


class AlphaWriter:
    """A WebM of VP9 with alpha (the alpha channel is a second VP9 stream in the blocks' additions)."""

    def __init__(self, path: Path, size: tuple[int, int], fps: int, *, threads: int) -> None:
        """Raises OSError."""
        self._file = path.open("wb")
        self._container = av.open(self._file, "w", format="webm")
        options = VP9 | {"g": str(KEY_FRAME_SECONDS * fps), "threads": str(threads)}
        self._video = self._container.add_stream("libvpx-vp9", rate=fps, options=options)
        self._video.width, self._video.height = size
        self._video.pix_fmt = "yuva420p"
        _flag_bt709(self._video.codec_context)
        self._to_yuv = VideoReformatter()
        self._fps = fps
        self._frames = 0

    def __enter__(self) -> "AlphaWriter":
        return self

    def write(self, colour: Image, alpha: Alpha) -> None:
        """Encode the next picture. colour: straight."""
        rgba = np.dstack([colour, alpha])
        frame = av.VideoFrame.from_ndarray(rgba, format="rgba")
        frame = self._to_yuv.reformat(
            frame,
            format="yuva420p",
            dst_colorspace=Colorspace.ITU709,
            dst_color_range=ColorRange.MPEG,
            threads=1,
        )
        frame.pts, frame.time_base = self._frames, Fraction(1, self._fps)
        self._frames += 1
        self._container.mux(self._video.encode(frame))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._container.mux(self._video.encode(None))
                self._container.close()
        finally:
            self._file.close()


def _flag_bt709(context: av.VideoCodecContext) -> None:
    context.color_primaries = BT709
    context.color_trc = BT709
    context.colorspace = BT709
    context.color_range = LIMITED_RANGE
