"""What the studio's script works with, as JSON values: everything one may choose, and the project itself."""

from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from django.conf import settings

from accounts.models import User
from avatarlab.media import url_for
from rendering import engine_selectors
from rendering.models import Engine
from studio import selectors
from studio.models import Avatar, Background, Project, Scene, Voice

LANGUAGES = {
    "en-us": "American English",
    "en-gb": "British English",
    "de": "German",
    "es": "Spanish",
    "fr-fr": "French",
    "hi": "Hindi",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "pl": "Polish",
    "pt-br": "Brazilian Portuguese",
    "ru": "Russian",
    "tr": "Turkish",
    "cmn": "Mandarin Chinese",
    "zh": "Mandarin Chinese",
}


def language_name(code: str) -> str:
    """English name of a voice's language; the code itself for one that is new to us."""
    return LANGUAGES.get(code.lower(), code)


def avatar_data(avatar: Avatar) -> dict[str, Any]:
    """facts: the avatar's Subject (rendering.pipeline.stage), from which the stage computes the layout;
    report: findings of its check, as in the row; upload: the file as it was sent."""
    return {
        "id": str(avatar.id),
        "name": avatar.name,
        "description": avatar.description or avatar.name,
        "own": avatar.owner_id is not None,
        "state": avatar.state,
        "problem": avatar.problem,
        "warnings": avatar.warnings,
        "report": avatar.report,
        "kind": avatar.kind,
        "upload": url_for(avatar, "media") if avatar.owner_id else "",
        "facts": avatar.facts,
        "thumbnail": url_for(avatar, "thumbnail") or _upload_itself(avatar),
        "cutout": url_for(avatar, "cutout"),
        "picture": url_for(avatar, "picture"),
    }


def _upload_itself(avatar: Avatar) -> str:
    """What stands in for the thumbnail until there is one."""
    return url_for(avatar, "media") if avatar.kind == Avatar.Kind.STILL else ""


def voice_data(voice: Voice, engine: Engine | None) -> dict[str, Any]:
    """problem: why it cannot be chosen, empty when it can; terms: of its engine, None where unknown; sample:
    of one's own voice the recording."""
    return {
        "id": str(voice.id),
        "name": voice.name,
        "own": voice.owner_id is not None,
        "state": voice.state,
        "language": voice.language,
        "language_name": language_name(voice.language),
        "gender": voice.gender,
        "note": voice.note,
        "problem": voice.problem or (engine_selectors.problem_of(engine) if engine else ""),
        "licence": voice.licence,
        "terms": engine_selectors.terms_of(engine) if engine else None,
        "sample": url_for(voice, "media" if voice.owner_id else "sample"),
    }


def background_data(background: Background) -> dict[str, Any]:
    """media: the file of an image or video, empty for the others."""
    return {
        "id": str(background.id),
        "name": background.name,
        "own": background.owner_id is not None,
        "kind": background.kind,
        "colours": background.colours,
        "angle": background.angle,
        "media": url_for(background, "media"),
        "thumbnail": url_for(background, "thumbnail"),
    }


def scene_data(scene: Scene) -> dict[str, Any]:
    """As `studio.services.save_draft` takes it back."""
    return {
        "id": str(scene.id),
        "script": scene.script,
        "avatar": str(scene.avatar_id) if scene.avatar_id else None,
        "voice": str(scene.voice_id) if scene.voice_id else None,
        "background": str(scene.background_id) if scene.background_id else None,
        "layout": scene.layout,
        "title": scene.title,
        "expression": scene.expression,
        "intensity": scene.intensity,
        "head": scene.head,
        "quality": scene.quality,
        "speed": scene.speed,
        "pitch": scene.pitch,
    }


def project_data(project: Project) -> dict[str, Any]:
    """A saved project."""
    return {
        "project": str(project.id),
        "title": project.title,
        "aspect": project.aspect,
        "height": project.height,
        "fps": project.fps,
        "burn_captions": project.burn_captions,
        "scenes": [scene_data(scene) for scene in project.scenes.all()],
    }


def blank_project() -> dict[str, Any]:
    """A project that is not saved yet. page: makes it one project however often the page saves."""
    return {
        "page": str(uuid4()),
        "title": "",
        "aspect": "16:9",
        "height": 720,
        "fps": 25,
        "burn_captions": False,
        "scenes": [],
    }


def _own_first(voices: Iterable[Voice]) -> list[Voice]:
    return sorted(voices, key=lambda voice: voice.owner_id is None)


def studio_data(user: User, project: Project | None) -> dict[str, Any]:
    """All of it. project: None for a new one."""
    engines = {engine.name: engine for engine in engine_selectors.engines()}
    return {
        "avatars": [avatar_data(row) for row in selectors.avatars_for(user)],
        "voices": [
            voice_data(row, engines.get(row.engine)) for row in _own_first(selectors.voices_for(user))
        ],
        "backgrounds": [background_data(row) for row in selectors.backgrounds_for(user)],
        "heads": [engine_selectors.head_data(engine) for engine in engine_selectors.heads()],
        "draft": project_data(project) if project else blank_project(),
        "limits": {"characters": settings.MAX_SCRIPT_CHARACTERS},
    }
