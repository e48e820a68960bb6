"""A face before its own background, as the measurements film it."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from rendering.bench import script
from rendering.engines.speech.base import VoiceInfo
from rendering.pipeline.spec import (
    AvatarSpec,
    BackgroundSpec,
    FormatSpec,
    MediaRef,
    RenderSpec,
    SceneSpec,
    VoiceSpec,
)


@dataclass(frozen=True)
class Folder:
    """A MediaSource whose names are files of a folder."""

    folder: Path

    def local_path(self, ref: MediaRef) -> Path:
        return self.folder / ref.name


@dataclass(frozen=True)
class Speaker:
    """atlas: the viseme atlas of this very face, "" for none."""

    picture: Path
    voice: VoiceInfo
    atlas: str = ""


def half_minute(speaker: Speaker, bundle: Path, video: FormatSpec) -> RenderSpec:
    """The half minute of the measurements before the speaker's own background. bundle: of the picture."""
    picture, voice = speaker.picture, speaker.voice
    scene = SceneSpec(
        script.half_minute(),
        VoiceSpec(voice.engine, voice.key, voice.language),
        AvatarSpec("still", _ref(picture), _ref(bundle), picture.stem, atlas=speaker.atlas),
        BackgroundSpec("keep"),
    )
    return RenderSpec((scene,), video)


def _ref(path: Path) -> MediaRef:
    return MediaRef(hashlib.sha256(path.read_bytes()).hexdigest(), path.name)
