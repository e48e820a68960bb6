"""From a spec to segments, each named by the hash of everything that decides about its bytes."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rendering.engines.errors import MediaError, ScriptError
from rendering.engines.speech import registry as speech_engines
from rendering.engines.speech.base import SAMPLE_RATE, Utterance
from rendering.engines.speech.recording import read_recording, split_at_pauses
from rendering.engines.talking_head import registry as talking_heads
from rendering.engines.text.script import estimate_duration, parse_script
from rendering.pipeline import lettering, video
from rendering.pipeline.media import MediaSource
from rendering.pipeline.spec import MediaRef, RenderSpec, SceneSpec, VoiceSpec

PIPELINE_VERSION = 3
"""Raised whenever the pipeline itself would render the same inputs differently."""


Span = tuple[float, float]
"""From and to, in seconds of a recording."""


@dataclass(frozen=True)
class PlannedSegment:
    """One sentence to be rendered.

    position: in the whole render; scene: index in the spec; key: sha256 in hex; text: as the captions show
    it (of a recording, which part it is); estimated_frames: for progress, before it has been spoken;
    recording_span: for scenes that have a recording.
    """

    position: int
    scene: int
    key: str
    utterance: Utterance
    text: str
    estimated_frames: int
    recording_span: Span | None = None


def plan(spec: RenderSpec, media: MediaSource | None) -> tuple[PlannedSegment, ...]:
    """The segments of a render, in order.

    media: needed when a scene has a recording. Raises ScriptError for a scene without anything to say or with
    text that cannot be drawn, MediaError, EngineError for an engine that does not exist.
    """
    segments: list[PlannedSegment] = []
    for index, scene in enumerate(spec.scenes):
        _check_drawn(spec, scene)
        for utterance, span in _utterances(spec, scene, media):
            segments.append(
                PlannedSegment(
                    position=len(segments),
                    scene=index,
                    key=segment_key(spec, scene, utterance, span),
                    utterance=utterance,
                    text=utterance.text,
                    estimated_frames=round(_estimated_seconds(scene, utterance, span) * spec.format.fps),
                    recording_span=span,
                )
            )
    return tuple(segments)


def _check_drawn(spec: RenderSpec, scene: SceneSpec) -> None:
    """Raises ScriptError when the video would show boxes instead of letters."""
    if spec.burn_captions and (missing := lettering.unwritable(scene.script)):
        raise ScriptError(
            f"Captions in the picture cannot show “{missing[0]}”: they are in Latin, Greek or Cyrillic. "
            "Switch them off; the caption files that come with the video have every script."
        )
    if scene.layout != "full" and (missing := lettering.unwritable(scene.title)):
        raise ScriptError(
            f"The title cannot show “{missing[0]}”: Latin, Greek and Cyrillic it can. Write it in those, "
            "or leave it empty."
        )


def _utterances(
    spec: RenderSpec, scene: SceneSpec, media: MediaSource | None
) -> Iterator[tuple[Utterance, Span | None]]:
    language, lexicon = scene.voice.language, dict(spec.lexicon)
    if scene.recording is None:
        for utterance in parse_script(scene.script, language=language, lexicon=lexicon):
            yield utterance, None
        return
    if media is None:
        raise MediaError("The recording of this scene is not at hand. Upload it once more.")
    script = parse_script(scene.script, language=language, lexicon=lexicon) if scene.script.strip() else ()
    transcript = tuple(word for utterance in script for word in utterance.words)
    for first, last in _spans(media.local_path(scene.recording), spec.format.fps):
        # Which words fall into the span shows when the recording is aligned with all of them.
        text = f"Recording {_clock(first)}–{_clock(last)}"
        yield Utterance(text, transcript, language, pause_after=0.0), (first, last)


def _spans(recording: Path, fps: int) -> Iterator[Span]:
    """The recording cut at its pauses, to whole pictures: padding would be heard where a cut has no pause."""
    step = SAMPLE_RATE // fps
    for first, last in split_at_pauses(samples := read_recording(recording)):
        end = len(samples) if last == len(samples) else round(last / step) * step
        yield round(first / step) * step / SAMPLE_RATE, end / SAMPLE_RATE


def _clock(seconds: float) -> str:
    minutes, second = divmod(int(seconds), 60)
    return f"{minutes}:{second:02}"


def _estimated_seconds(scene: SceneSpec, utterance: Utterance, span: Span | None) -> float:
    return estimate_duration(utterance, scene.voice.speed) if span is None else span[1] - span[0]


def segment_key(spec: RenderSpec, scene: SceneSpec, utterance: Utterance, span: Span | None) -> str:
    """sha256, in hex, of everything that a segment's bytes follow from, and of nothing else.

    Files count by content, engines by version; positions, storage names and other sentences do not count. The
    matting engine counts with the avatar's bundle, the lexicon with the words it respells in the utterance.
    """
    spoken: dict[str, Any] = (
        {"voice": _voice(scene.voice), "engine": speech_engines.version(scene.voice.engine)}
        if scene.recording is None
        else {"recording": scene.recording.sha256, "span": span, "language": scene.voice.language}
    )
    inputs = {
        "pipeline": PIPELINE_VERSION,
        "utterance": asdict(utterance),
        "spoken": spoken,
        "avatar": {
            "kind": scene.avatar.kind,
            "media": scene.avatar.media.sha256,
            "bundle": scene.avatar.bundle.sha256,
            "head": scene.avatar.head,
            "atlas": scene.avatar.atlas,
            "engine": talking_heads.version(scene.avatar.head),
            **({"quality": scene.avatar.quality} if scene.avatar.quality else {}),
        },
        "background": asdict(scene.background) | {"media": _sha256(scene.background.media)},
        "layout": scene.layout,
        "title": scene.title,
        "manner": {"expression": scene.expression, "intensity": scene.intensity},
        "format": asdict(spec.format),
        "burn_captions": spec.burn_captions,
        "encoder": video.settings(),
        "seed": spec.seed,
    }
    canonical = json.dumps(inputs, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _voice(voice: VoiceSpec) -> dict[str, Any]:
    """A preset's is named as before voices could be cloned, so that its segments are found again."""
    inside = asdict(voice) | {"reference": _sha256(voice.reference)}
    return inside if voice.reference else {name: inside[name] for name in inside if name != "reference"}


def _sha256(media: MediaRef | None) -> str | None:
    return media.sha256 if media else None
