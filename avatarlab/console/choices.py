"""What a command line names: presets by name, files by path, colours by value."""

import difflib
import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

from django.core.files import File
from PIL import ImageColor

from accounts.models import User
from studio import selectors, services
from studio.models import Avatar, Background, Voice

Row = TypeVar("Row", Avatar, Voice, Background)


class UnknownNameError(LookupError):
    """There is nothing of this name; the message lists what is close to it."""


def avatar(owner: User, wanted: str | None) -> Avatar:
    """A preset or an own avatar by name or slug, or an image or video file; None: the first preset.

    A new file is uploaded, which says that its face may be used, and is still being checked. Raises
    UnknownNameError, UserError.
    """
    rows = selectors.avatars_for(owner)
    if wanted is not None and (path := Path(wanted)).is_file():
        known = rows.filter(owner=owner, sha256=_sha256(path)).exclude(state=Avatar.State.REFUSED).first()
        return known or _upload_avatar(owner, path)
    rows = rows.filter(state=Avatar.State.READY)
    return _choose("avatar", rows.filter(owner=None) if wanted is None else rows, wanted)


def voice(owner: User, wanted: str | None) -> Voice:
    """A voice by name, slug or key; None: the first that is available. Raises UnknownNameError."""
    rows = selectors.voices_for(owner)
    return _choose("voice", rows.filter(problem="") if wanted is None else rows, wanted)


def background(owner: User, wanted: str | None) -> Background:
    """A background by name or slug, an image or video file, or a colour as CSS writes it ("#0b1b3a", "navy");
    None: the first preset. Raises UnknownNameError, UserError."""
    rows = selectors.backgrounds_for(owner)
    if wanted is None:
        return _choose("background", rows.filter(owner=None), None)
    if (path := Path(wanted)).is_file():
        known = rows.filter(owner=owner, sha256=_sha256(path)).first()
        return known or _upload_background(owner, path)
    try:
        return _choose("background", rows, wanted)
    except UnknownNameError:
        if (colour := _colour(wanted)) is None:
            raise
    row, _ = Background.objects.get_or_create(
        owner=owner, kind=Background.Kind.COLOUR, colours=[colour], defaults={"name": colour}
    )
    return row


def _choose(what: str, rows: Iterable[Row], wanted: str | None) -> Row:
    rows = list(rows)
    if not rows:
        raise UnknownNameError(f"There is no {what} yet. Run: python manage.py seed")
    if wanted is None:
        return rows[0]
    for row in rows:
        if wanted.casefold() in _names(row):
            return row
    known = {name: row.name for row in rows for name in _names(row)}
    near = difflib.get_close_matches(wanted.casefold(), known, n=5, cutoff=0.5)
    names = dict.fromkeys([known[name] for name in near] or [row.name for row in rows[:10]])
    hint = f"Did you mean {' or '.join(names)}?" if near else f"There are {', '.join(names)}."
    if what != "voice":
        hint += " A file is named by its path; there is none of this name."
    raise UnknownNameError(f"There is no {what} called {wanted}. {hint}")


def _names(row: Avatar | Voice | Background) -> list[str]:
    names = [row.name, row.slug, getattr(row, "key", "")]
    return [name.casefold() for name in names if name]


def _colour(text: str) -> str | None:
    try:
        red, green, blue = ImageColor.getrgb(text)[:3]
    except ValueError:
        return None
    return f"#{red:02x}{green:02x}{blue:02x}"


def _upload_avatar(owner: User, path: Path) -> Avatar:
    with path.open("rb") as file:
        return services.upload_avatar(owner=owner, file=File(file, name=path.name), consent=True)


def _upload_background(owner: User, path: Path) -> Background:
    with path.open("rb") as file:
        return services.upload_background(owner=owner, file=File(file, name=path.name))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
