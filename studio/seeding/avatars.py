"""Preset faces: checked and matted here, as a worker does with an uploaded one."""

from collections.abc import Callable
from typing import Any

from django.core.files.base import ContentFile

from rendering import avatars as checked
from rendering.engines.errors import EngineError, ModelMissingError
from rendering.media_cache import MediaCache
from studio.models import Avatar
from studio.seeding.shipped import ShippedFile, read_file, read_list


def seed_avatars(say: Callable[[str], None]) -> None:
    """Add or renew the shipped faces. One whose picture is as it was and that is ready costs nothing.

    A face that needs a missing model stays in the list as not ready, with what it needs.
    """
    media = MediaCache()
    entries = read_list("avatars")
    made = 0
    for position, entry in enumerate(entries):
        picture = read_file(entry["file"])
        avatar = _row(entry, position, picture)
        if avatar.state == Avatar.State.READY:
            continue
        try:
            checked.analyse(avatar, media, check=lambda: None)
        except ModelMissingError as error:
            Avatar.objects.filter(pk=avatar.pk).update(problem=str(error))
            say(f"Avatars: not ready. {error}")
            return
        except EngineError as error:
            checked.refuse(avatar.pk, str(error))
            say(f"  {avatar.name}: {error}")
        else:
            made += 1
            say(f"  {avatar.name} ({position + 1} of {len(entries)})")
    say(f"Avatars: {len(entries)}, of which {made} were prepared now.")


def _row(entry: dict[str, Any], position: int, picture: ShippedFile) -> Avatar:
    """The preset's row with its picture; CHECKING when the picture is new."""
    avatar = Avatar.objects.filter(owner=None, slug=entry["slug"]).first()
    if avatar is None:
        avatar = Avatar(slug=entry["slug"], name=entry["name"], position=position)
    if avatar.sha256 != picture.sha256:
        earlier = avatar.media.name
        avatar.description, avatar.origin = entry["description"], entry["origin"]
        avatar.sha256, avatar.state = picture.sha256, Avatar.State.CHECKING
        avatar.media.save(f"{avatar.slug}.{picture.suffix}", ContentFile(picture.content), save=False)
        avatar.save()
        if earlier:
            avatar.media.storage.delete(earlier)
    if not avatar.atlas:
        avatar.atlas = entry["atlas"]
        avatar.save(update_fields=["atlas"])
    return avatar
