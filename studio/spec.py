"""A project as RenderSpec JSON: the snapshot that a render is made from.

The shape is `rendering.pipeline.spec.to_json`'s. It is written out here because the web process does not load
the pipeline; a test reads every spec made here with `from_json`.
"""

from typing import Any

from django.db.models.fields.files import FieldFile

from studio.models import Avatar, Background, Project, Scene, Voice

SPEC_VERSION = 1
SEED = 0
"""Of the idle motion. One for all renders, so that equal sentences are equal segments."""


def render_spec(project: Project, scenes: list[Scene], lexicon: list[list[str]]) -> dict[str, Any]:
    """RenderSpec JSON of a project whose scenes all have an avatar and a voice."""
    return {
        "scenes": [_scene(scene) for scene in scenes],
        "format": {"aspect": project.aspect, "height": project.height, "fps": project.fps},
        "burn_captions": project.burn_captions,
        "lexicon": lexicon,
        "seed": SEED,
        "version": SPEC_VERSION,
    }


def _scene(scene: Scene) -> dict[str, Any]:
    if scene.avatar is None or scene.voice is None:
        raise ValueError(f"{scene} is not complete.")
    return {
        "script": scene.script,
        "voice": voice_spec(scene.voice, scene.speed, scene.pitch),
        "avatar": _avatar(scene.avatar, scene.head, scene.quality),
        "background": _background(scene.background),
        "layout": scene.layout,
        "title": scene.title,
        "expression": scene.expression,
        "intensity": scene.intensity,
        "recording": _media(scene.recording, scene.recording_sha256),
    }


def voice_spec(voice: Voice, speed: float, pitch: float) -> dict[str, Any]:
    """VoiceSpec JSON."""
    return {
        "engine": voice.engine,
        "key": voice.key,
        "language": voice.language,
        "speed": speed,
        "pitch": pitch,
        "reference": _media(voice.bundle, voice.bundle_sha256),
    }


def _avatar(avatar: Avatar, head: str, quality: str) -> dict[str, Any]:
    return {
        "kind": avatar.kind,
        "media": _media(avatar.media, avatar.sha256),
        "bundle": _media(avatar.bundle, avatar.bundle_sha256),
        "name": avatar.name,
        "head": head,
        "atlas": avatar.atlas,
        "quality": quality,
    }


def _background(background: Background | None) -> dict[str, Any]:
    if background is None:
        return {"kind": "keep", "colours": [], "angle": 0.0, "media": None}
    return {
        "kind": background.kind,
        "colours": background.colours,
        "angle": background.angle,
        "media": _media(background.media, background.sha256),
    }


def _media(file: FieldFile, sha256: str) -> dict[str, str] | None:
    return {"sha256": sha256, "name": file.name} if file else None


def uses_file(spec: dict[str, Any], name: str) -> bool:
    """Whether a spec made here refers to a stored file."""
    return any(
        reference is not None and reference["name"] == name
        for scene in spec["scenes"]
        for reference in (
            scene["avatar"]["media"],
            scene["avatar"]["bundle"],
            scene["background"]["media"],
            scene["recording"],
            # Specs from before voices could be cloned name none.
            scene["voice"].get("reference"),
        )
    )
