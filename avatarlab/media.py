"""Stored media over HTTP: one view that knows whose a row is, and the addresses it answers.

An address names a row and a field, never a file. What it may be served as follows from tables here, never
from what a user called it.
"""

import hashlib
import re
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from asgiref.sync import sync_to_async
from django.apps import apps
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.core.handlers.asgi import ASGIRequest
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.urls import reverse
from django.utils.http import http_date
from django.utils.text import slugify
from django.views.decorators.http import require_safe
from rest_framework.exceptions import AuthenticationFailed

from accounts.authentication import TokenAuthentication

BLOCK = 256 * 1024
"""Bytes read and sent at a time."""

CONTENT_TYPES = {
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "mp4": "video/mp4",
    "m4v": "video/mp4",
    "mov": "video/quicktime",
    "webm": "video/webm",
    "ts": "video/mp2t",
    "m4s": "video/iso.segment",
    "flac": "audio/flac",
    "m4a": "audio/mp4",
    "mp3": "audio/mpeg",
    "ogg": "audio/ogg",
    "wav": "audio/wav",
    "vtt": "text/vtt; charset=utf-8",
    "srt": "application/x-subrip; charset=utf-8",
}
"""By the suffix of the storage name. Anything else is bytes to a browser."""


@dataclass(frozen=True)
class Served:
    """Which files of a model have an address. shared: a row without an owner is everybody's to see."""

    model: str
    fields: frozenset[str]
    shared: bool = False


SERVED = {
    "avatar": Served("studio.Avatar", frozenset({"media", "picture", "cutout", "thumbnail"}), shared=True),
    "background": Served("studio.Background", frozenset({"media", "thumbnail"}), shared=True),
    "voice": Served("studio.Voice", frozenset({"sample", "media"}), shared=True),
    "render": Served(
        "rendering.Render",
        frozenset({"video", "transparent", "captions_vtt", "captions_srt", "poster", "preview"}),
    ),
}
SEGMENT_FIELDS = frozenset({"stream", "alpha", "poster"})


def url_for(row: Model, field: str, *, download: bool = False) -> str:
    """Address of a row's file, "" when it has none. Changes with the file, so browsers may keep the answer.

    row: an Avatar, Background, Voice, Render or RenderSegment. download: the browser saves it instead.
    """
    kind = row._meta.model_name
    owner_of_file: Any = row
    if kind == "rendersegment":
        owner_of_file = row.segment
    file = getattr(owner_of_file, field) if owner_of_file is not None else None
    if not file:
        return ""
    if kind == "rendersegment":
        address = reverse("media:segment", args=[row.render_id, row.position, field])
    else:
        address = reverse("media:file", args=[kind, row.pk, field])
    query = {"v": version_of(file.name)}
    if download:
        query["download"] = "1"
    return f"{address}?{urlencode(query)}"


def version_of(name: str) -> str:
    """Names the content behind an address: stored files are never rewritten under the same name."""
    return hashlib.sha256(name.encode()).hexdigest()[:10]


@require_safe
def row_file(request: HttpRequest, kind: str, id: UUID, field: str) -> HttpResponseBase:  # noqa: A002
    """GET /media/<kind>/<id>/<field>: a file of a preset, or of a row that belongs to who asks."""
    served = SERVED.get(kind)
    if served is None or field not in served.fields:
        raise Http404
    row: Any = apps.get_model(served.model).objects.filter(pk=id).first()
    if row is None or not _may_see(request, getattr(row, "owner_id", None), shared=served.shared):
        raise Http404
    title = getattr(row, "title", "") or getattr(row, "name", "")
    return serve(request, getattr(row, field), title=title)


@require_safe
def segment_file(request: HttpRequest, id: UUID, position: int, field: str) -> HttpResponseBase:  # noqa: A002
    """GET /media/render/<id>/segment/<position>/<field>: a finished segment of one's own render."""
    if field not in SEGMENT_FIELDS:
        raise Http404
    places = apps.get_model("rendering.RenderSegment").objects.select_related("render", "segment")
    place = places.filter(render_id=id, position=position).first()
    if place is None or not _may_see(request, place.render.owner_id) or place.segment is None:
        raise Http404
    return serve(request, getattr(place.segment, field), title=f"{place.render.title} {position + 1}")


def _may_see(request: HttpRequest, owner_id: int | None, *, shared: bool = False) -> bool:
    if owner_id is None:
        return shared
    if request.user.is_authenticated:
        return request.user.pk == owner_id
    try:
        answer = TokenAuthentication().authenticate(request)
    except AuthenticationFailed:
        return False
    return answer is not None and answer[0].pk == owner_id


def serve(request: HttpRequest, file: Any, *, title: str) -> HttpResponseBase:
    """A stored file with its validators: 200, 206 for one byte range, 304, or 416. Raises Http404 without it.

    RFC 9110, sections 13 (conditions) and 14 (ranges); several ranges at once are answered with the whole.
    """
    if not file or not default_storage.exists(file.name):
        raise Http404
    size = default_storage.size(file.name)
    modified = default_storage.get_modified_time(file.name).replace(microsecond=0)
    etag = f'"{hashlib.sha256(f"{file.name}:{size}".encode()).hexdigest()[:32]}"'
    headers = {
        "ETag": etag,
        "Last-Modified": http_date(modified.timestamp()),
        "Accept-Ranges": "bytes",
        "Cache-Control": _cache_control(request, file.name),
        "Vary": "Cookie, Authorization",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Content-Disposition": _disposition(request, file.name, title),
    }
    if _unchanged(request, etag, modified):
        return HttpResponse(status=304, headers=headers)

    start, end, status = 0, size - 1, 200
    wanted = request.headers.get("Range")
    if wanted and _range_still_valid(request, etag, headers["Last-Modified"]):
        span = parse_range(wanted, size)
        if span == "unsatisfiable":
            return HttpResponse(status=416, headers={**headers, "Content-Range": f"bytes */{size}"})
        if isinstance(span, tuple):
            (start, end), status = span, 206
            headers["Content-Range"] = f"bytes {start}-{end}/{size}"
    headers["Content-Type"] = CONTENT_TYPES.get(_suffix(file.name), "application/octet-stream")
    headers["Content-Length"] = str(end - start + 1)
    if request.method == "HEAD":
        return HttpResponse(status=status, headers=headers)
    opened = default_storage.open(file.name, "rb")
    blocks: Callable[[File, int, int], Iterator[bytes] | AsyncIterator[bytes]]
    blocks = read_blocks_async if isinstance(request, ASGIRequest) else read_blocks
    response = StreamingHttpResponse(blocks(opened, start, end - start + 1), status=status, headers=headers)
    response._resource_closers.append(opened.close)
    return response


def parse_range(header: str, size: int) -> tuple[int, int] | str | None:
    """First and last byte of a single range, "unsatisfiable", or None for a header to be ignored."""
    unit, _, spec = header.partition("=")
    first, dash, last = spec.strip().partition("-")
    if unit.strip().lower() != "bytes" or not dash or "," in spec:
        return None
    if not all(re.fullmatch("[0-9]{,19}", part) for part in (first, last)):
        return None
    if first:
        start, end = int(first), min(int(last), size - 1) if last else size - 1
        if last and int(last) < start:
            return None
        return (start, end) if start < size else "unsatisfiable"
    if not last:
        return None
    length = min(int(last), size)
    return (size - length, size - 1) if length else "unsatisfiable"


def read_blocks(file: File, start: int, length: int) -> Iterator[bytes]:
    """`length` bytes from `start`, block by block."""
    file.seek(start)
    while length > 0 and (block := file.read(min(BLOCK, length))):
        length -= len(block)
        yield block


async def read_blocks_async(file: File, start: int, length: int) -> AsyncIterator[bytes]:
    """The same without holding up the event loop while the disk or the database is read."""
    blocks = read_blocks(file, start, length)
    following = sync_to_async(lambda: next(blocks, b""), thread_sensitive=False)
    while block := await following():
        yield block


def _unchanged(request: HttpRequest, etag: str, modified: Any) -> bool:
    asked = request.headers.get("If-None-Match")
    if asked is not None:
        tags = {tag.strip().removeprefix("W/") for tag in asked.split(",")}
        return "*" in tags or etag in tags
    since = _http_date(request.headers.get("If-Modified-Since"))
    return since is not None and modified <= since


def _range_still_valid(request: HttpRequest, etag: str, last_modified: str) -> bool:
    condition = request.headers.get("If-Range")
    return condition is None or condition in (etag, last_modified)


def _http_date(value: str | None) -> Any:
    try:
        date = parsedate_to_datetime(value) if value else None
    except ValueError:
        return None
    return date if date is not None and date.tzinfo is not None else None


def _cache_control(request: HttpRequest, name: str) -> str:
    if request.GET.get("v") == version_of(name):
        return "private, max-age=31536000, immutable"
    return "private, no-cache"


def _disposition(request: HttpRequest, name: str, title: str) -> str:
    if "download" not in request.GET:
        return "inline"
    return f'attachment; filename="{slugify(title)[:60] or "video"}.{_suffix(name)}"'


def _suffix(name: str) -> str:
    return name.rpartition(".")[2].lower()
