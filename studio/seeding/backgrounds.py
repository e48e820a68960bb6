"""Preset backgrounds: colours, gradients and pictures."""

import io
from collections.abc import Callable
from typing import Any

from django.core.files.base import ContentFile
from PIL import Image

from studio.models import Background
from studio.seeding.shipped import read_file, read_list

THUMBNAIL = (480, 270)
"""Pixels at most."""


def seed_backgrounds(say: Callable[[str], None]) -> None:
    """Add the shipped backgrounds; a picture that changed is replaced."""
    entries = read_list("backgrounds")
    made = sum(_seed(entry, position) for position, entry in enumerate(entries))
    say(f"Backgrounds: {len(entries)}, of which {made} are new or renewed.")


def _seed(entry: dict[str, Any], position: int) -> bool:
    background = Background.objects.filter(owner=None, slug=entry["slug"]).first()
    picture = read_file(entry["file"]) if entry.get("file") else None
    sha256 = picture.sha256 if picture else ""
    if background is not None and background.sha256 == sha256:
        return False
    if background is None:
        background = Background(
            slug=entry["slug"],
            name=entry["name"],
            position=position,
            kind=entry["kind"],
            colours=entry.get("colours", []),
            angle=entry.get("angle", 0),
        )
    earlier = [file.name for file in (background.media, background.thumbnail) if file]
    if picture:
        background.sha256 = sha256
        name = f"{background.slug}.{picture.suffix}"
        background.media.save(name, ContentFile(picture.content), save=False)
        background.thumbnail.save("thumbnail.webp", ContentFile(_thumbnail(picture.content)), save=False)
    background.save()
    for name in earlier:
        background.media.storage.delete(name)
    return True


def _thumbnail(content: bytes) -> bytes:
    with Image.open(io.BytesIO(content)) as picture:
        small = picture.convert("RGB")
    small.thumbnail(THUMBNAIL)
    outlet = io.BytesIO()
    small.save(outlet, "WEBP", quality=82)
    return outlet.getvalue()
