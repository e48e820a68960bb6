"""From segments to the finished video: pictures are copied, sound is encoded once.

Every piece lasts a whole number of frames, and the clock of the result is counted in frames and samples, not
summed from durations: neither stream can drift from the other.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal

import av
import numpy as np
from av.container import InputContainer, OutputContainer
from av.video.stream import VideoStream

from rendering.engines.errors import MediaError
from rendering.engines.speech.base import Word
from rendering.pipeline.audio import RATE, Pcm, read_blocks, samples_per_frame
from rendering.pipeline.captions import Cue, cues, shifted, subrip, webvtt
from rendering.pipeline.poster import poster_index, read_picture, write_jpeg
from rendering.pipeline.scratch import scratch
from rendering.pipeline.spec import RenderSpec
from rendering.pipeline.video import AAC_BITRATE

OPUS_BITRATE = 96_000
SoundCodec = tuple[Literal["aac", "libopus"], int]
"""Name of an encoder and its bits per second."""


@dataclass(frozen=True)
class Piece:
    """One finished segment, in local files. words: seconds in the segment; text: the sentence as written."""

    stream: Path
    alpha: Path | None
    audio: Path
    words: tuple[Word, ...]
    frames: int
    text: str


@dataclass(frozen=True)
class JoinedFiles:
    """webm: VP9 with alpha, only where every piece has alpha. duration: seconds."""

    mp4: Path
    webm: Path | None
    vtt: Path
    srt: Path
    poster: Path
    frames: int
    duration: float


def join(
    spec: RenderSpec, pieces: Iterable[Piece], out_dir: Path, *, report: Callable[[int, int], None]
) -> JoinedFiles:
    """Write the finished video and its captions into `out_dir`.

    report: called with pieces done and pieces in all, may raise Cancelled. Raises MediaError when a piece is
    damaged, DiskFullError.
    """
    pieces = tuple(pieces)
    if not pieces:
        raise MediaError("There is nothing to join: no sentence of this video was rendered.")
    fps = spec.format.fps
    alphas = [piece.alpha for piece in pieces]
    total = len(pieces) * (1 if None in alphas else 2)
    with scratch(out_dir) as work:
        for done, _ in enumerate(_join_mp4(pieces, fps, work / "video.mp4"), start=1):
            report(done, total)
        if None not in alphas:
            for done, _ in enumerate(_join_webm(pieces, fps, work / "video.webm"), start=len(pieces) + 1):
                report(done, total)
        captions = tuple(_captions(pieces, fps))
        (work / "captions.vtt").write_text(webvtt(captions), encoding="utf-8")
        (work / "captions.srt").write_text(subrip(captions), encoding="utf-8")
        shown = read_picture(work / "video.mp4", poster_index(pieces[0].frames, fps))
        write_jpeg(shown, work / "poster.jpg")
    frames = sum(piece.frames for piece in pieces)
    return JoinedFiles(
        mp4=out_dir / "video.mp4",
        webm=None if None in alphas else out_dir / "video.webm",
        vtt=out_dir / "captions.vtt",
        srt=out_dir / "captions.srt",
        poster=out_dir / "poster.jpg",
        frames=frames,
        duration=frames / fps,
    )


def _captions(pieces: Sequence[Piece], fps: int) -> Iterator[Cue]:
    before = 0
    for piece in pieces:
        for cue in cues(piece.text, piece.words, piece.frames / fps):
            yield shifted(cue, before / fps)
        before += piece.frames


def _join_mp4(pieces: Sequence[Piece], fps: int, path: Path) -> Iterator[None]:
    """Write the mp4; yields after each piece. The index stands first, so that players start at once."""
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as target:
        files = [piece.stream for piece in pieces]
        yield from _join_streams(target, ("aac", AAC_BITRATE), pieces, files, fps)


def _join_webm(pieces: Sequence[Piece], fps: int, path: Path) -> Iterator[None]:
    """Write the WebM; yields after each piece. Alpha travels as side data of the copied packets."""
    with av.open(str(path), "w", format="webm") as target:
        files = [piece.alpha for piece in pieces if piece.alpha is not None]
        yield from _join_streams(target, ("libopus", OPUS_BITRATE), pieces, files, fps)


def _join_streams(
    target: OutputContainer,
    codec: SoundCodec,
    pieces: Sequence[Piece],
    files: Sequence[Path],
    fps: int,
) -> Iterator[None]:
    """Pictures from `files`, sound encoded by `codec`."""
    with _opened(files[0]) as first:
        picture = _copy_of(first, target, fps)
    sound = target.add_stream(codec[0], rate=RATE, layout="mono", bit_rate=codec[1])
    before = 0
    for piece, file in zip(pieces, files, strict=True):
        with _opened(file) as source:
            blocks = _exact(read_blocks(piece.audio), piece.frames * samples_per_frame(fps))
            _join_piece(target, picture, sound, source, blocks, before, piece.frames, fps)
        before += piece.frames
        yield
    target.mux(sound.encode(None))


def _opened(file: Path) -> InputContainer:
    # Named, because a segment of a single picture is too short to be recognised.
    container = "mpegts" if file.suffix == ".ts" else "webm"
    try:
        return av.open(str(file), format=container)
    except av.FFmpegError as error:
        raise MediaError("A finished sentence cannot be read. Press Retry to render it again.") from error


def _copy_of(source: InputContainer, target: OutputContainer, fps: int) -> VideoStream:
    template = source.streams.video[0]
    stream = target.add_stream_from_template(template)
    stream.time_base = Fraction(1, fps)
    # The muxer writes the track's alpha flag from this tag.
    if template.metadata.get("alpha_mode") == "1":
        stream.metadata["alpha_mode"] = "1"
    return stream


def _join_piece(
    target: OutputContainer,
    picture: VideoStream,
    sound: av.AudioStream,
    source: InputContainer,
    blocks: Iterator[Pcm],
    before: int,
    frames: int,
    fps: int,
) -> None:
    """Copy one piece; its sound runs beside the pictures, so that the muxer has little to hold back."""
    per_frame = samples_per_frame(fps)
    sample, copied = before * per_frame, 0
    for packet in source.demux(source.streams.video[0]):
        if not packet.size:
            continue
        packet.stream = picture
        packet.time_base = Fraction(1, fps)
        packet.pts = packet.dts = before + copied
        packet.duration = 1
        target.mux(packet)
        copied += 1
        while sample < (before + copied) * per_frame and (block := next(blocks, None)) is not None:
            sample = _encode(target, sound, block, sample)
    for block in blocks:
        sample = _encode(target, sound, block, sample)
    if copied != frames:
        raise MediaError(
            f"A finished sentence has {copied} pictures instead of {frames}. Press Retry to render it again."
        )


def _encode(target: OutputContainer, sound: av.AudioStream, block: Pcm, sample: int) -> int:
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block[None]), format="s16", layout="mono")
    frame.sample_rate, frame.pts, frame.time_base = RATE, sample, Fraction(1, RATE)
    target.mux(sound.encode(frame))
    return sample + len(block)


def _exact(blocks: Iterable[Pcm], length: int) -> Iterator[Pcm]:
    """The blocks, cut or followed by silence to `length` samples in all."""
    left = length
    for block in blocks:
        if not left:
            return
        yield block[:left]
        left -= min(left, len(block))
    if left:
        yield np.zeros(left, np.int16)
