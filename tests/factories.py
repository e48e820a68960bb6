"""Rows for tests: complete and valid unless told otherwise, with files that are what they claim to be."""

import hashlib
import io
import itertools
from typing import Any

from django.core.files.base import ContentFile
from PIL import Image

from accounts.models import User
from rendering.models import Engine, Render
from studio import models
from studio.spec import render_spec

PASSWORD = "correct-horse-battery"

_numbers = itertools.count(1)


def picture(size: tuple[int, int] = (64, 48), file_format: str = "PNG", mode: str = "RGB") -> bytes:
    """A small picture file in one colour."""
    outlet = io.BytesIO()
    Image.new(mode, size, 0 if mode in ("L", "I;16") else None).save(outlet, file_format)
    return outlet.getvalue()


def upload(content: bytes | None = None, name: str = "me.png") -> ContentFile:
    """A file as a form hands it over."""
    return ContentFile(picture() if content is None else content, name=name)


def user(email: str = "", **fields: Any) -> User:
    return User.objects.create_user(email or f"person{next(_numbers)}@example.org", PASSWORD, **fields)


def _kept(row: Any, field: str, content: bytes, suffix: str) -> str:
    """Store `content` in a file field; returns its SHA-256."""
    getattr(row, field).save(f"file.{suffix}", ContentFile(content), save=False)
    return hashlib.sha256(content).hexdigest()


def avatar(owner: User | None = None, **fields: Any) -> models.Avatar:
    """Ready to speak, as far as its row tells; a preset without an owner."""
    number = next(_numbers)
    defaults = {
        "name": f"Face {number}",
        "slug": "" if owner else f"face-{number}",
        "state": models.Avatar.State.READY,
    }
    row = models.Avatar(owner=owner, **{**defaults, **fields})
    row.sha256 = _kept(row, "media", picture(), "png")
    row.bundle_sha256 = _kept(row, "bundle", f"bundle {number}".encode(), "npz")
    _kept(row, "thumbnail", picture(file_format="WEBP"), "webp")
    row.save()
    return row


def voice(owner: User | None = None, **fields: Any) -> models.Voice:
    """A preset; with an owner, one that was cloned from a recording."""
    number = next(_numbers)
    if owner:
        cloned = {"name": f"Voice {number}", "engine": "lina", "key": "cloned", "transcript": "Good morning."}
        row = models.Voice(owner=owner, **{**cloned, **fields})
        row.sha256 = _kept(row, "media", f"recording {number}".encode(), "wav")
        if row.state == models.Voice.State.READY:
            row.bundle_sha256 = _kept(row, "bundle", f"voice {number}".encode(), "safetensors")
        row.save()
        return row
    defaults = {
        "slug": f"voice-{number}",
        "name": f"Voice {number}",
        "engine": "hibari",
        "key": "af_heart",
        "gender": models.Voice.Gender.FEMALE,
        "licence": "Apache-2.0",
    }
    return models.Voice.objects.create(**{**defaults, **fields})


def engine(**fields: Any) -> Engine:
    """A ready face engine for everybody, of two qualities."""
    number = next(_numbers)
    defaults = {
        "name": f"engine-{number}",
        "kind": Engine.Kind.TALKING_HEAD,
        "title": f"Engine {number}",
        "summary": "Moves faces.",
        "state": Engine.State.READY,
        "qualities": ["draft", "standard"],
        "hardware": "any processor",
        "code_licence": "MIT",
        "weights_licence": "Apache-2.0",
        "commercial": Engine.Commercial.YES,
        "source": "https://example.org/",
        "version": "1",
    }
    return Engine.objects.create(**{**defaults, **fields})


def cloning_engine(**fields: Any) -> Engine:
    """By which an instance knows that it can clone voices."""
    return engine(**{"name": "lina", "kind": Engine.Kind.SPEECH, "qualities": [], **fields})


def background(owner: User | None = None, **fields: Any) -> models.Background:
    """One colour unless `kind` says image, which gets a file."""
    number = next(_numbers)
    defaults = {
        "name": f"Background {number}",
        "slug": "" if owner else f"background-{number}",
        "kind": models.Background.Kind.COLOUR,
        "colours": ["#0b1b3a"],
    }
    row = models.Background(owner=owner, **{**defaults, **fields})
    if row.kind == models.Background.Kind.IMAGE:
        row.colours = []
        row.sha256 = _kept(row, "media", picture(), "png")
    row.save()
    return row


def project(owner: User | None = None, *, script: str = "Hello there.", **fields: Any) -> models.Project:
    """One scene with everything a video needs."""
    row = models.Project.objects.create(owner=owner or user(), **{"title": "A film", **fields})
    models.Scene.objects.create(
        project=row, script=script, avatar=avatar(), voice=voice(), background=background()
    )
    return row


def render(owner: User | None = None, **fields: Any) -> Render:
    """Waiting. No job is enqueued."""
    made_of = fields.pop("project", None) or project(owner)
    defaults = {"title": made_of.title, "spec": render_spec(made_of, list(made_of.scenes.all()), [])}
    return Render.objects.create(owner=made_of.owner, project=made_of, **{**defaults, **fields})


def stored(row: Any, field: str, content: bytes = b"bytes of a film", suffix: str = "mp4") -> Any:
    """Give a row a stored file and save it."""
    _kept(row, field, content, suffix)
    row.save()
    return row
