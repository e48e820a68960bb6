"""What the pages share: JSON from scripts, and errors of services as sentences."""

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib import messages
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.utils.http import url_has_allowed_host_and_scheme

from avatarlab.errors import UserError
from avatarlab.json_text import read_json


def json_body(request: HttpRequest) -> dict[str, Any]:
    """The JSON object a script sent. Raises UserError for anything else."""
    try:
        body = read_json(request.body)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise UserError("The request could not be read. Reload the page and try again.")
    return body


def in_pieces(request: HttpRequest, pieces: Iterator[bytes]) -> Iterator[bytes] | AsyncIterator[bytes]:
    """What a StreamingHttpResponse takes so that a long answer is sent while it is made, under ASGI too."""
    return _without_blocking(pieces) if isinstance(request, ASGIRequest) else pieces


async def _without_blocking(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    while (piece := await sync_to_async(_next)(pieces)) is not None:
        yield piece


def _next(pieces: Iterator[bytes]) -> bytes | None:
    return next(pieces, None)


def wants_json(request: HttpRequest) -> bool:
    """Whether a script asks (static/js/http.js), rather than a person who follows a link or sends a form."""
    return request.headers.get("Accept", "").startswith("application/json")


class UserErrorMiddleware:
    """Says what a service refused: as JSON to a script, else as a message on the page one came from."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, UserError):
            return None
        if wants_json(request):
            body = {"error": str(error), "fields": error.fields or {}}
            return JsonResponse(body, status=error.status)
        messages.error(request, str(error))
        return HttpResponseRedirect(_page_before(request))


def _page_before(request: HttpRequest) -> str:
    """Where the person came from. A page that fails by being opened does not send them back to itself."""
    before = request.headers.get("Referer", "")
    allowed = url_has_allowed_host_and_scheme(before, {request.get_host()}, require_https=request.is_secure())
    return before if allowed and before != request.build_absolute_uri() else "/"
