"""RenderSpec: the immutable snapshot of a project that a render is made from, and its JSON form.

The spec names media by content (`MediaRef`), never by path or database id, so that a segment's hash follows
from the spec alone.
"""

import dataclasses
from dataclasses import dataclass, field
from typing import Any, Literal

from rendering.engines.talking_head.base import ExpressionName

Layout = Literal["full", "card-left", "card-right", "circle"]
BackgroundKind = Literal["keep", "colour", "gradient", "image", "video", "blur", "transparent"]
Aspect = Literal["16:9", "9:16", "1:1", "4:5"]

SPEC_VERSION = 1


@dataclass(frozen=True)
class MediaRef:
    """A stored file. sha256: hex digest of its bytes; name: storage name, how the worker finds the bytes."""

    sha256: str
    name: str


@dataclass(frozen=True)
class VoiceSpec:
    """engine and key: see VoiceInfo. speed: 0.5-2.0. pitch: semitones, -6..6. reference: the voice file of a
    voice that was cloned or tuned."""

    engine: str
    key: str
    language: str = "en-us"
    speed: float = 1.0
    pitch: float = 0.0
    reference: MediaRef | None = None


@dataclass(frozen=True)
class AvatarSpec:
    """kind: still or video. analysis: bundle made when the avatar was accepted (face, matte, plate; see
    pipeline.avatar). head: name of the talking-head engine; quality: one of those it has, "" for the usual
    one. atlas: the viseme atlas made for this very face, "" for none."""

    kind: Literal["still", "video"]
    media: MediaRef
    bundle: MediaRef
    name: str = ""
    head: str = "portrait"
    atlas: str = ""
    quality: str = ""


@dataclass(frozen=True)
class BackgroundSpec:
    """colour: "#rrggbb"; gradient: two colours and an angle in degrees; media for image and video."""

    kind: BackgroundKind = "keep"
    colours: tuple[str, ...] = ()
    angle: float = 0.0
    media: MediaRef | None = None


@dataclass(frozen=True)
class SceneSpec:
    """One scene. title: drawn beside a card, may be empty; expression, intensity: see Manner; recording:
    uploaded sound instead of the voice."""

    script: str
    voice: VoiceSpec
    avatar: AvatarSpec
    background: BackgroundSpec = field(default_factory=BackgroundSpec)
    layout: Layout = "full"
    title: str = ""
    expression: ExpressionName = "calm"
    intensity: float = 1.0
    recording: MediaRef | None = None


@dataclass(frozen=True)
class FormatSpec:
    """height: the shorter side, 480-1080; fps: 25 or 30."""

    aspect: Aspect = "16:9"
    height: int = 720
    fps: int = 25

    @property
    def size(self) -> tuple[int, int]:
        """width, height in pixels, both even."""
        short = self.height
        across, down = (int(part) for part in self.aspect.split(":"))
        if across >= down:
            return (round(short * across / down / 2) * 2, short)
        return (short, round(short * down / across / 2) * 2)


@dataclass(frozen=True)
class RenderSpec:
    """Everything a render depends on. lexicon: written word (casefolded) to respelling. seed: idle motion."""

    scenes: tuple[SceneSpec, ...]
    format: FormatSpec = field(default_factory=FormatSpec)
    burn_captions: bool = False
    lexicon: tuple[tuple[str, str], ...] = ()
    seed: int = 0
    version: int = SPEC_VERSION


def to_json(spec: RenderSpec) -> dict[str, Any]:
    """The spec as plain JSON values."""
    return dataclasses.asdict(spec)


def _media(value: dict[str, Any] | None) -> MediaRef | None:
    return MediaRef(**value) if value else None


def voice_from_json(value: dict[str, Any]) -> VoiceSpec:
    """A voice of `to_json`. Raises TypeError on anything else."""
    # Specs from before voices could be cloned have no reference.
    return VoiceSpec(**{**value, "reference": _media(value.get("reference"))})


def _scene(value: dict[str, Any]) -> SceneSpec:
    avatar = dict(value["avatar"])
    avatar["media"] = MediaRef(**avatar["media"])
    avatar["bundle"] = MediaRef(**avatar["bundle"])
    background = dict(value["background"])
    background["media"] = _media(background["media"])
    background["colours"] = tuple(background["colours"])
    return SceneSpec(
        script=value["script"],
        voice=voice_from_json(value["voice"]),
        avatar=AvatarSpec(**avatar),
        background=BackgroundSpec(**background),
        layout=value["layout"],
        title=value["title"],
        # Specs from before scenes had an expression are calm.
        expression=value.get("expression", "calm"),
        intensity=value.get("intensity", 1.0),
        recording=_media(value["recording"]),
    )


def from_json(value: dict[str, Any]) -> RenderSpec:
    """Inverse of `to_json`. Raises KeyError, TypeError or ValueError on anything else."""
    if value["version"] != SPEC_VERSION:
        raise ValueError(f"RenderSpec version {value['version']} is not {SPEC_VERSION}")
    return RenderSpec(
        scenes=tuple(_scene(scene) for scene in value["scenes"]),
        format=FormatSpec(**value["format"]),
        burn_captions=value["burn_captions"],
        lexicon=tuple((written, spoken) for written, spoken in value["lexicon"]),
        seed=value["seed"],
    )
