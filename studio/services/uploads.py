"""Faces, backgrounds and recordings that users bring.

A file is stored before its row is written and removed again when the row cannot be; quotas are checked before
either, so two uploads in the same instant may pass a limit by one file.
"""

from django.core.files import File
from django.db import transaction

from accounts.models import User
from accounts.services import record_consent
from avatarlab.errors import UserError
from avatarlab.files import delete_files, delete_files_on_commit
from rendering import services as rendering
from studio.models import Avatar, Background, Scene
from studio.services.keeping import check_quota, check_unused, checked_name, named, stored
from studio.signatures import recognise_picture, recognise_recording


def upload_avatar(*, owner: User, file: File, name: str = "", consent: bool) -> Avatar:
    """Keep a portrait or a video of a person and have a worker look for the face in it.

    The avatar is CHECKING until the worker answers. Raises UserError, QuotaExceeded.
    """
    if consent is not True:
        message = "Confirm that you may use this face: it is yours, or its owner agreed."
        raise UserError(message, fields={"consent": [message]})
    upload = recognise_picture(file)
    check_quota(owner, upload)
    avatar = Avatar(
        owner=owner,
        name=named(name, file, "Portrait"),
        kind=Avatar.Kind.VIDEO if upload.kind == "video" else Avatar.Kind.STILL,
        sha256=upload.sha256,
    )
    with stored(avatar.media, file, upload), transaction.atomic():
        avatar.save()
        record_consent(user=owner, subject=upload.sha256)
        rendering.check_avatar(avatar=avatar)
    return avatar


def upload_background(*, owner: User, file: File, name: str = "") -> Background:
    """Keep a picture or a video to put behind avatars. Raises UserError, QuotaExceeded."""
    upload = recognise_picture(file)
    check_quota(owner, upload)
    background = Background(
        owner=owner,
        name=named(name, file, "Background"),
        kind=Background.Kind.VIDEO if upload.kind == "video" else Background.Kind.IMAGE,
        sha256=upload.sha256,
    )
    with stored(background.media, file, upload):
        background.save()
    return background


def upload_recording(*, scene: Scene, file: File) -> Scene:
    """Keep a recording that replaces the scene's voice, in place of an earlier one. Raises UserError."""
    upload = recognise_recording(file)
    owner = scene.project.owner
    check_quota(owner, upload)
    earlier = scene.recording.name
    scene.recording_sha256 = upload.sha256
    with stored(scene.recording, file, upload), transaction.atomic():
        scene.save(update_fields=["recording", "recording_sha256"])
        transaction.on_commit(lambda: delete_files([earlier] if earlier else []))
    return scene


def rename_avatar(*, avatar: Avatar, name: str) -> Avatar:
    avatar.name = checked_name(name)
    avatar.save(update_fields=["name"])
    return avatar


def rename_background(*, background: Background, name: str) -> Background:
    background.name = checked_name(name)
    background.save(update_fields=["name"])
    return background


@transaction.atomic
def delete_avatar(*, avatar: Avatar) -> None:
    """Delete an avatar and its files. Finished videos stay. Raises Conflict while a render needs it."""
    check_unused(avatar.media, "avatar")
    delete_files_on_commit(avatar)
    avatar.delete()


@transaction.atomic
def delete_background(*, background: Background) -> None:
    """Delete a background and its files. Finished videos stay. Raises Conflict while a render needs it."""
    if background.media:
        check_unused(background.media, "background")
    delete_files_on_commit(background)
    background.delete()
