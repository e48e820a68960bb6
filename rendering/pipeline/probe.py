"""What a finished file really contains: decoded, not believed."""

from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

from rendering.engines.errors import MediaError


@dataclass(frozen=True)
class MediaInfo:
    """duration: seconds of the longest stream; width, height, fps, frames and video_codec: 0 and "" without
    pictures; frames: decoded; audio_codec: "" without sound; audio_duration: seconds of decoded sound;
    audio_peak: 0..1 of full scale; alpha: whether the pictures have an alpha channel."""

    duration: float
    width: int = 0
    height: int = 0
    fps: float = 0.0
    frames: int = 0
    video_codec: str = ""
    audio_codec: str = ""
    audio_duration: float = 0.0
    audio_peak: float = 0.0
    alpha: bool = False

    @property
    def silent(self) -> bool:
        """Nothing louder than -50 dB of full scale."""
        return self.audio_peak < 10 ** (-50 / 20)


def probe(path: Path) -> MediaInfo:
    """Decode the whole file and say what is in it, frame by frame so that memory stays flat.

    Raises MediaError.
    """
    try:
        with av.open(str(path)) as container:
            return _probe(container)
    except av.FFmpegError as error:
        raise MediaError(f"{path.name} is no video or sound file, or is damaged.") from error


def _probe(container: av.container.InputContainer) -> MediaInfo:
    pictures = next(iter(container.streams.video), None)
    sounds = next(iter(container.streams.audio), None)
    frames, samples, peak = 0, 0, 0.0
    resampler = av.AudioResampler(format="flt", layout="mono")
    for frame in container.decode([stream for stream in (pictures, sounds) if stream is not None]):
        if isinstance(frame, av.VideoFrame):
            frames += 1
        elif isinstance(frame, av.AudioFrame):
            for block in resampler.resample(frame):
                wave = block.to_ndarray()[0]
                samples += len(wave)
                peak = max(peak, float(np.abs(wave).max(initial=0)))
    fps = float(pictures.average_rate or 0) if pictures else 0.0
    rate = sounds.rate if sounds else 0
    heard = samples / rate if rate else 0.0
    return MediaInfo(
        duration=max(heard, frames / fps if fps else 0.0),
        width=pictures.width if pictures else 0,
        height=pictures.height if pictures else 0,
        fps=fps,
        frames=frames,
        video_codec=pictures.codec_context.name if pictures else "",
        audio_codec=sounds.codec_context.name if sounds else "",
        audio_duration=heard,
        audio_peak=peak,
        alpha=pictures is not None
        and pictures.metadata.get("alpha_mode", pictures.metadata.get("ALPHA_MODE")) == "1",
    )
