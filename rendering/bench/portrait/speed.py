"""How long the portrait engine and the pipeline around it take."""

import shutil
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rendering.bench.portrait.wav2lip import PADDING, Box
from rendering.bench.scenes import Folder, Speaker, half_minute
from rendering.engines.errors import EngineError
from rendering.engines.face.base import Image
from rendering.engines.speech.base import Speech
from rendering.engines.talking_head.base import StillSource
from rendering.engines.talking_head.panel_picture import place_landmarks, place_plane
from rendering.engines.talking_head.portrait.still import StillActor
from rendering.pipeline import background
from rendering.pipeline.actors import ActorCache, StagedActor
from rendering.pipeline.avatar import AvatarEngines, load, prepare_still, save, shared_engines
from rendering.pipeline.compose import Compositor
from rendering.pipeline.join import Piece, join
from rendering.pipeline.narration import Narrator
from rendering.pipeline.plan import plan
from rendering.pipeline.segment import SegmentRenderer
from rendering.pipeline.spec import BackgroundSpec, FormatSpec, RenderSpec
from rendering.pipeline.stopwatch import Stopwatch

SQUARE = FormatSpec(aspect="1:1", height=512, fps=25)
WIDE = FormatSpec(aspect="16:9", height=720, fps=25)
FRAMES = 240
REPEATS = 3
"""Times a preparation is measured; the median counts."""


@dataclass(frozen=True)
class FrameTimes:
    """Milliseconds a frame, medians over chunks: the face alone, and the face composed into the picture."""

    animate: float
    compose: float


@dataclass(frozen=True)
class SetUp:
    """Seconds from a picture to the first frame, engines warm, medians. prepare: face checked, matted, plate
    filled; fields: the actor of a 512 x 512 frame; widen: what room for a tight portrait costs on top."""

    prepare: float
    fields: float
    widen: float

    @property
    def total(self) -> float:
        """Without the widening."""
        return self.prepare + self.fields


def frame_times(speaker: Speaker, work: Path) -> dict[str, FrameTimes]:
    """By format. Call it in a process of one thread. Raises what engines and pipeline raise."""
    bundle = _bundle(speaker.picture, work, shared_engines(1))
    narrator = Narrator(threads=1)
    times = {}
    for name, video in (("512x512", SQUARE), ("1280x720", WIDE)):
        spec = half_minute(speaker, bundle, video)
        staged = _staged(speaker, bundle, work, video)
        speech = narrator.say(plan(spec, Folder(work))[0].utterance, spec.scenes[0].voice)
        times[name] = _times(staged, speech, video)
    return times


def _times(staged: StagedActor, speech: Speech, video: FormatSpec) -> FrameTimes:
    backdrop = background.prepare(BackgroundSpec("keep"), video.size, plate=staged.actor.plate, media=None)
    compositor = Compositor(staged.arrangement, video.size, staged.actor, backdrop)
    behind = next(iter(backdrop.frames(1, video.fps)))
    animate, compose = [], []
    chunks = staged.actor.animate(speech, frames=FRAMES, fps=video.fps, seed=0)
    watch = Stopwatch()
    for chunk in watch.each("animate", chunks):
        count = len(chunk.rgb)
        animate.append(1000 * watch.seconds.pop("animate") / count)
        with watch.on("compose"):
            for rgb, alpha in zip(chunk.rgb, chunk.alpha, strict=True):
                compositor.frame(rgb, alpha, behind)
        compose.append(1000 * watch.seconds.pop("compose") / count)
    return FrameTimes(statistics.median(animate), statistics.median(compose))


def set_up_times(speaker: Speaker, work: Path, threads: int) -> SetUp:
    """Of an uploaded portrait. threads: cores it may use. Raises what engines and pipeline raise."""
    engines = shared_engines(threads)
    prepare, widened, fields = [], [], []
    bundle = _bundle(speaker.picture, work, engines)
    source = _source(bundle)
    placement = _staged(speaker, bundle, work, SQUARE).arrangement.placement
    for _ in range(REPEATS):
        prepare.append(_seconds(lambda: prepare_still(speaker.picture, widen=False, engines=engines)))
        widened.append(_seconds(lambda: prepare_still(speaker.picture, engines=engines)))
        fields.append(_seconds(lambda: StillActor(source, placement)))
    middle = statistics.median
    return SetUp(middle(prepare), middle(fields), middle(widened) - middle(prepare))


def render_factor(speaker: Speaker, work: Path, threads: int) -> float:
    """Wall seconds of the whole render (speech, face, composing, encoding, joining) per second of video at
    512 x 512 before a kept background. One sentence was rendered before, so that everything is warm."""
    bundle = _bundle(speaker.picture, work, shared_engines(threads))
    spec = half_minute(speaker, bundle, SQUARE)
    renderer = SegmentRenderer(threads=threads)
    _render(spec, renderer, work, sentences=1)
    begun = time.perf_counter()
    frames = _render(spec, renderer, work)
    return (time.perf_counter() - begun) * SQUARE.fps / frames


def still_and_box(speaker: Speaker, work: Path) -> tuple[Image, Box]:
    """The frame of a render at 512 x 512 and the box of the face in it, as a face detector would give it."""
    bundle = _bundle(speaker.picture, work, shared_engines())
    source, placement = _source(bundle), _staged(speaker, bundle, work, SQUARE).arrangement.placement
    points = place_landmarks(source.face.landmarks, placement)[:, :2]
    left, top = np.maximum(points.min(axis=0).astype(int), 0)
    right, bottom = np.minimum(points.max(axis=0).astype(int) + np.array([0, PADDING]), SQUARE.size)
    return place_plane(source.image, placement), (int(left), int(top), int(right), int(bottom))


def _render(spec: RenderSpec, renderer: SegmentRenderer, work: Path, sentences: int | None = None) -> int:
    """Frames rendered."""
    media, out = Folder(work), work / "segments"
    pieces = []
    for planned in plan(spec, media)[:sentences]:
        files = renderer.render(
            spec, planned, media=media, out_dir=out / str(planned.position), report=lambda progress: None
        )
        pieces.append(Piece(files.stream, files.alpha, files.audio, files.words, files.frames, planned.text))
    join(spec, pieces, out / "joined", report=lambda done, total: None)
    shutil.rmtree(out)
    return sum(piece.frames for piece in pieces)


def _bundle(picture: Path, work: Path, engines: AvatarEngines) -> Path:
    bundle = work / f"{picture.stem}.zip"
    if not bundle.exists():
        save(prepare_still(picture, engines=engines), bundle)
    return bundle


def _source(bundle: Path) -> StillSource:
    source = load(bundle).source
    if not isinstance(source, StillSource):
        raise EngineError("Speed is measured on still pictures. Name a photo.")
    return source


def _staged(speaker: Speaker, bundle: Path, work: Path, video: FormatSpec) -> StagedActor:
    spec = half_minute(speaker, bundle, video)
    return ActorCache().staged(spec.scenes[0], video, Folder(work))


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
