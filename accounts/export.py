"""Everything kept about a user as one zip, made while it is sent: JSON of the rows, then the stored files."""

import json
import zipfile
from collections.abc import Iterator
from typing import Any

from django.core.files.storage import default_storage
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import QuerySet
from knox.models import AuthToken

from accounts import selectors
from accounts.models import Consent, User
from rendering.models import ModelPull, Render, RenderEvent, RenderSegment, Segment
from studio.models import Avatar, Background, Project, Pronunciation, Scene, Voice

BLOCK = 256 * 1024
"""Bytes of a file read and sent at a time."""

WITHHELD = frozenset({"password", "digest", "log"})
"""Columns that stay here: secrets, and the operator's notes on a render."""


def tables_of(user: User) -> dict[str, QuerySet]:
    """What the export holds, by the name of its JSON file."""
    return {
        "account": User.objects.filter(pk=user.pk),
        "consents": Consent.objects.filter(user=user),
        "tokens": AuthToken.objects.filter(user=user),
        "avatars": Avatar.objects.filter(owner=user),
        "voices": Voice.objects.filter(owner=user),
        "backgrounds": Background.objects.filter(owner=user),
        "projects": Project.objects.filter(owner=user),
        "scenes": Scene.objects.filter(project__owner=user),
        "pronunciations": Pronunciation.objects.filter(owner=user),
        "renders": Render.objects.filter(owner=user),
        "render_segments": RenderSegment.objects.filter(render__owner=user),
        "render_events": RenderEvent.objects.filter(render__owner=user),
        "segments": Segment.objects.filter(owner=user),
        "model_pulls": ModelPull.objects.filter(requested_by=user),
    }


def stream_export(user: User) -> Iterator[bytes]:
    """The zip in pieces. A file that disappears meanwhile is left out."""
    outlet = _Outlet()
    with zipfile.ZipFile(outlet, "w") as archive:
        for name, rows in tables_of(user).items():
            with archive.open(f"{name}.json", "w") as entry:
                entry.write(_json(rows))
            yield outlet.take()
        for name in selectors.files_of(user):
            yield from _file(archive, outlet, name)
    yield outlet.take()


def _json(rows: QuerySet) -> bytes:
    plain: list[dict[str, Any]] = [
        {column: value for column, value in row.items() if column not in WITHHELD} for row in rows.values()
    ]
    return json.dumps(plain, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1).encode()


def _file(archive: zipfile.ZipFile, outlet: "_Outlet", name: str) -> Iterator[bytes]:
    try:
        stored = default_storage.open(name)
    except FileNotFoundError:
        return
    # Media is compressed already. zip64: its size is not known to the archive in advance.
    entry = zipfile.ZipInfo(f"media/{name.partition('/')[2]}")
    with stored, archive.open(entry, "w", force_zip64=True) as target:
        for chunk in stored.chunks(BLOCK):
            target.write(chunk)
            yield outlet.take()


class _Outlet:
    """A file that can only be written: what zipfile wrote is taken out piece by piece."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """What was written stays to be taken."""

    def take(self) -> bytes:
        """What was written since the last call."""
        data = b"".join(self._pieces)
        self._pieces.clear()
        return data
