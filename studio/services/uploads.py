"""Faces, backgrounds and recordings that users bring.

A file is stored before its row is written and removed again when the row cannot be; quotas are checked before
either, so two uploads in the same instant may pass a limit by one file.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.db.models.fields.files import FieldFile

from accounts import selectors as accounts
from accounts.models import User
from accounts.services import record_consent
from avatarlab.errors import Conflict, QuotaExceeded, UserError
from avatarlab.files import delete_files, delete_files_on_commit
from rendering import services as rendering
from rendering.models import Render
from studio.models import Avatar, Background, Scene
from studio.scripts import clean_line
from studio.signatures import Upload, recognise_picture, recognise_recording
from studio.spec import uses_file

NAME_LENGTH = 80


def upload_avatar(*, owner: User, file: File, name: str = "", consent: bool) -> Avatar:
    """Keep a portrait or a video of a person and have a worker look for the face in it.

    The avatar is CHECKING until the worker answers. Raises UserError, QuotaExceeded.
    """
    if consent is not True:
        message = "Confirm that you may use this face: it is yours, or its owner agreed."
        raise UserError(message, fields={"consent": [message]})
    upload = recognise_picture(file)
    _check_quota(owner, upload)
    avatar = Avatar(
        owner=owner,
        name=_name(name, file, "Portrait"),
        kind=Avatar.Kind.VIDEO if upload.kind == "video" else Avatar.Kind.STILL,
        sha256=upload.sha256,
    )
    with _stored(avatar.media, file, upload), transaction.atomic():
        avatar.save()
        record_consent(user=owner, subject=upload.sha256)
        rendering.check_avatar(avatar=avatar)
    return avatar


def upload_background(*, owner: User, file: File, name: str = "") -> Background:
    """Keep a picture or a video to put behind avatars. Raises UserError, QuotaExceeded."""
    upload = recognise_picture(file)
    _check_quota(owner, upload)
    background = Background(
        owner=owner,
        name=_name(name, file, "Background"),
        kind=Background.Kind.VIDEO if upload.kind == "video" else Background.Kind.IMAGE,
        sha256=upload.sha256,
    )
    with _stored(background.media, file, upload):
        background.save()
    return background


def upload_recording(*, scene: Scene, file: File) -> Scene:
    """Keep a recording that replaces the scene's voice, in place of an earlier one. Raises UserError."""
    upload = recognise_recording(file)
    owner = scene.project.owner
    _check_quota(owner, upload)
    earlier = scene.recording.name
    scene.recording_sha256 = upload.sha256
    with _stored(scene.recording, file, upload), transaction.atomic():
        scene.save(update_fields=["recording", "recording_sha256"])
        transaction.on_commit(lambda: delete_files([earlier] if earlier else []))
    return scene


def rename_avatar(*, avatar: Avatar, name: str) -> Avatar:
    avatar.name = _checked_name(name)
    avatar.save(update_fields=["name"])
    return avatar


def rename_background(*, background: Background, name: str) -> Background:
    background.name = _checked_name(name)
    background.save(update_fields=["name"])
    return background


@transaction.atomic
def delete_avatar(*, avatar: Avatar) -> None:
    """Delete an avatar and its files. Finished videos stay. Raises Conflict while a render needs it."""
    _check_unused(avatar.media, "avatar")
    delete_files_on_commit(avatar)
    avatar.delete()


@transaction.atomic
def delete_background(*, background: Background) -> None:
    """Delete a background and its files. Finished videos stay. Raises Conflict while a render needs it."""
    if background.media:
        _check_unused(background.media, "background")
    delete_files_on_commit(background)
    background.delete()


def _check_unused(media: FieldFile, what: str) -> None:
    active = Render.objects.filter(state__in=Render.ACTIVE).values_list("title", "spec")
    for title, spec in active.filter(owner=media.instance.owner_id) if media.instance.owner_id else active:
        if uses_file(spec, media.name):
            raise Conflict(
                f'This {what} is in "{title}", which is being rendered. '
                "Wait until the video is done, or cancel it first."
            )


def _check_quota(owner: User, upload: Upload) -> None:
    count = accounts.upload_count(owner)
    if count >= settings.MAX_UPLOADS:
        raise QuotaExceeded(
            f"You keep {count:,} uploads, the most one account can have. Delete some you no longer need."
        )
    used, limit = accounts.storage_bytes(owner), accounts.max_storage_bytes(owner)
    if used + upload.size > limit:
        raise QuotaExceeded(
            f"There is no room for this file: it has {upload.size / 1e6:,.1f} MB, and {used / 1e6:,.1f} of "
            f"your {limit / 1e6:,.0f} MB are used. Delete videos or uploads you no longer need."
        )


@contextmanager
def _stored(field: FieldFile, file: File, upload: Upload) -> Iterator[None]:
    """Store the file under a name of our own; take it away again when the row is not written."""
    field.save(f"upload.{upload.suffix}", file, save=False)
    try:
        yield
    except BaseException:
        field.storage.delete(field.name)
        raise


def _name(name: str, file: File, otherwise: str) -> str:
    """What the user typed, else the name of their file without its suffix."""
    if name.strip():
        return _checked_name(name)
    stem = (file.name or "").replace("\\", "/").rpartition("/")[2].rpartition(".")[0]
    return clean_line(stem.replace("_", " "))[:NAME_LENGTH] or otherwise


def _checked_name(name: str) -> str:
    name = clean_line(name)
    if not name or len(name) > NAME_LENGTH:
        message = f"A name has 1 to {NAME_LENGTH} characters."
        raise UserError(message, fields={"name": [message]})
    return name
