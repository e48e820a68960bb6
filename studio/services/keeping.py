"""What all uploads share: quotas, names, and files that come and go with their rows."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.files import File
from django.db.models.fields.files import FieldFile

from accounts import selectors as accounts
from accounts.models import User
from avatarlab.errors import Conflict, QuotaExceeded, UserError
from rendering.models import Render
from studio.scripts import clean_line
from studio.signatures import Upload
from studio.spec import uses_file

NAME_LENGTH = 80


def check_unused(media: FieldFile, what: str) -> None:
    """Raises Conflict while a render needs the file. what: "avatar"."""
    active = Render.objects.filter(state__in=Render.ACTIVE).values_list("title", "spec")
    for title, spec in active.filter(owner=media.instance.owner_id) if media.instance.owner_id else active:
        if uses_file(spec, media.name):
            raise Conflict(
                f'This {what} is in "{title}", which is being rendered. '
                "Wait until the video is done, or cancel it first."
            )


def check_quota(owner: User, upload: Upload) -> None:
    """Whether the user may keep one more file, of this size. Raises QuotaExceeded."""
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
def stored(field: FieldFile, file: File, upload: Upload) -> Iterator[None]:
    """Store the file under a name of our own; take it away again when the row is not written."""
    field.save(f"upload.{upload.suffix}", file, save=False)
    try:
        yield
    except BaseException:
        field.storage.delete(field.name)
        raise


def named(name: str, file: File, otherwise: str) -> str:
    """What the user typed, else the name of their file without its suffix."""
    if name.strip():
        return checked_name(name)
    stem = (file.name or "").replace("\\", "/").rpartition("/")[2].rpartition(".")[0]
    return clean_line(stem.replace("_", " "))[:NAME_LENGTH] or otherwise


def checked_name(name: str) -> str:
    """On one line. Raises UserError when it is empty or too long."""
    name = clean_line(name)
    if not name or len(name) > NAME_LENGTH:
        message = f"A name has 1 to {NAME_LENGTH} characters."
        raise UserError(message, fields={"name": [message]})
    return name
