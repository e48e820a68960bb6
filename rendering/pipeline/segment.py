"""One sentence on its way through the machine: speech, face, composition, encoding.

A segment streams: no more than a few chunks of frames exist at a time, whatever its length.
"""

import math
import zlib
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rendering.engines.errors import MediaError
from rendering.engines.speech.base import SAMPLE_RATE, Speech, Timing, Word
from rendering.engines.talking_head.base import Manner
from rendering.pipeline import audio, background
from rendering.pipeline.actors import ActorCache, StagedActor
from rendering.pipeline.background import Backdrop
from rendering.pipeline.burn import CaptionBurner, caption_room
from rendering.pipeline.captions import cues
from rendering.pipeline.compose import Compositor
from rendering.pipeline.conveyor import Conveyor
from rendering.pipeline.layout import Arrangement
from rendering.pipeline.media import MediaSource
from rendering.pipeline.narration import Narrator
from rendering.pipeline.plan import PlannedSegment
from rendering.pipeline.poster import write_jpeg
from rendering.pipeline.scratch import scratch
from rendering.pipeline.spec import RenderSpec, SceneSpec, VoiceSpec
from rendering.pipeline.stopwatch import Stopwatch
from rendering.pipeline.video import AlphaWriter, StreamWriter
from rendering.pipeline.writer import FrameWriter

CHUNKS_WAITING = 2
"""Chunks between the face and the encoder: enough that neither core waits, little enough to hold."""
STREAM, ALPHA, AUDIO, POSTER = "stream.ts", "alpha.webm", "audio.flac", "poster.jpg"
WHOLE = 1e-6
"""Frames; a duration this close to a whole number of frames is one."""


@dataclass(frozen=True)
class SegmentProgress:
    """stage: what is being done; preview: a small JPEG of the newest frame, about once a second."""

    stage: Literal["speech", "face", "write"]
    frames_done: int
    frames_total: int
    preview: bytes | None = None


Report = Callable[[SegmentProgress], None]
"""Called between chunks; may raise Cancelled."""


@dataclass(frozen=True)
class SegmentFiles:
    """A finished segment.

    stream: H.264 and AAC in a transport stream that starts at 0 with a key frame; alpha: VP9 with alpha, for
    transparent scenes; audio: FLAC, 48 kHz mono, exactly as long as the frames; poster: JPEG; words: seconds
    in the segment; duration: seconds; timing: how the words were found; seconds: spent, by stage.
    """

    stream: Path
    alpha: Path | None
    audio: Path
    poster: Path
    words: tuple[Word, ...]
    frames: int
    duration: float
    timing: Timing
    seconds: dict[str, float]


@dataclass(frozen=True)
class Take:
    """What is about to be filmed."""

    spec: RenderSpec
    scene: SceneSpec
    speech: Speech
    frames: int
    seed: int

    @property
    def transparent(self) -> bool:
        return self.scene.background.kind == "transparent"

    @property
    def manner(self) -> Manner:
        return Manner(self.scene.expression, self.scene.intensity)


class SegmentRenderer:
    """Renders segments one after another, its engines and actors warm. Lives as long as a worker;
    not thread-safe.

    threads: cores it may use at a time.
    """

    def __init__(self, *, threads: int = 2) -> None:
        self._threads = threads
        self._narrator = Narrator(threads=threads)
        self._actors = ActorCache(threads=threads)

    def warm_up(self, voices: tuple[str, ...] = ("hibari",)) -> None:
        """Load speech engines, by name, and everything else that the first sentence would wait for.

        Raises ModelMissingError.
        """
        for name in voices:
            self._narrator.warm_up(name)

    def speak(
        self, text: str, voice: VoiceSpec, lexicon: dict[str, str], media: MediaSource | None = None
    ) -> bytes:
        """A WAV file of the text, for "hear this". media: needed by a cloned voice.

        Raises ModelMissingError, ScriptError, MediaError.
        """
        return self._narrator.preview(text, voice, lexicon, _reference(voice, media))

    def render(
        self,
        spec: RenderSpec,
        planned: PlannedSegment,
        *,
        media: MediaSource,
        out_dir: Path,
        report: Report,
    ) -> SegmentFiles:
        """Render one planned segment into `out_dir`.

        Raises what the engines raise, MediaError, DiskFullError, and whatever `report` raises; then nothing
        is left in `out_dir`.
        """
        scene = spec.scenes[planned.scene]
        spent = Stopwatch()
        report(SegmentProgress("speech", 0, planned.estimated_frames))
        with spent.on("speech"):
            speech = self._speech(scene, planned, media)
        frames = max(1, math.ceil(speech.duration * spec.format.fps - WHOLE))
        report(SegmentProgress("face", 0, frames))
        with spent.on("prepare"):
            staged = self._actors.staged(scene, spec.format, media)
        take = Take(spec, scene, speech, frames, _seed(spec, scene, planned))
        with scratch(out_dir) as work:
            self._film(take, staged, planned.text, media, work, report, spent)
        return SegmentFiles(
            stream=out_dir / STREAM,
            alpha=out_dir / ALPHA if take.transparent else None,
            audio=out_dir / AUDIO,
            poster=out_dir / POSTER,
            words=speech.words,
            frames=frames,
            duration=frames / spec.format.fps,
            timing=speech.timing,
            seconds=dict(spent.seconds),
        )

    def _speech(self, scene: SceneSpec, planned: PlannedSegment, media: MediaSource) -> Speech:
        if scene.recording is None or planned.recording_span is None:
            return self._narrator.say(planned.utterance, scene.voice, _reference(scene.voice, media))
        return self._narrator.quote(
            media.local_path(scene.recording),
            scene.recording.sha256,
            planned.recording_span,
            planned.utterance,
        )

    def _film(
        self,
        take: Take,
        staged: StagedActor,
        text: str,
        media: MediaSource,
        work: Path,
        report: Report,
        spent: Stopwatch,
    ) -> None:
        """Write the segment's files into `work`: the face on this thread, pictures and encoder on another."""
        video, frames = take.spec.format, take.frames
        pcm = audio.conform(take.speech.samples, SAMPLE_RATE, frames=frames, fps=video.fps)
        with ExitStack() as files:
            stream = StreamWriter(
                work / STREAM, video.size, video.fps, pcm, threads=max(1, self._threads - 1)
            )
            files.enter_context(stream)
            alpha = None
            if take.transparent:
                alpha = AlphaWriter(work / ALPHA, video.size, video.fps, threads=self._threads)
                files.enter_context(alpha)
            compositor, backdrop = _set(take, staged, media)
            writer = FrameWriter(
                stream,
                alpha,
                compositor,
                backdrop.frames(frames, video.fps),
                _burner(take, text, staged.arrangement),
                frames=frames,
                fps=video.fps,
            )
            with Conveyor(writer.write, depth=CHUNKS_WAITING) as conveyor:
                done = 0
                chunks = staged.actor.animate(
                    take.speech, frames=frames, fps=video.fps, seed=take.seed, manner=take.manner
                )
                for chunk in spent.each("face", chunks):
                    done += len(chunk.rgb)
                    conveyor.put(chunk)
                    report(SegmentProgress("face", done, frames, writer.take_preview()))
            report(SegmentProgress("write", frames, frames, writer.take_preview()))
        spent.seconds["write"] = writer.seconds
        audio.write_flac(pcm, work / AUDIO)
        write_jpeg(writer.poster(), work / POSTER)


def _set(take: Take, staged: StagedActor, media: MediaSource) -> tuple[Compositor, Backdrop]:
    """Everything around the person."""
    spec, size = take.scene.background, take.spec.format.size
    file = media.local_path(spec.media) if spec.media else None
    backdrop = background.prepare(spec, size, plate=staged.actor.plate, media=file)
    compositor = Compositor(
        staged.arrangement,
        size,
        staged.actor,
        backdrop,
        title=take.scene.title,
        transparent=take.transparent,
    )
    return compositor, backdrop


def _burner(take: Take, text: str, arrangement: Arrangement) -> CaptionBurner | None:
    if not take.spec.burn_captions:
        return None
    video = take.spec.format
    # One line: a second one would reach the mouth of a close-up.
    shown = cues(text, take.speech.words, take.frames / video.fps, lines=1)
    return CaptionBurner(shown, video.size, caption_room(arrangement, video.size))


def _reference(voice: VoiceSpec, media: MediaSource | None) -> Path | None:
    """The local file of a cloned voice. Raises MediaError when it is gone."""
    if voice.reference is None:
        return None
    if media is None:
        raise MediaError("The file of this cloned voice is not at hand. Make the voice once more.")
    return media.local_path(voice.reference)


def _seed(spec: RenderSpec, scene: SceneSpec, planned: PlannedSegment) -> int:
    """Each sentence of each face has idle motion of its own, and the same one the same. The face counts by
    its picture, which is part of the segment's key."""
    face = zlib.crc32(scene.avatar.media.sha256.encode(), spec.seed & 0xFFFFFFFF)
    return zlib.crc32(planned.text.encode(), face)
