"""One file over HTTP: continued after a cut, patient with a busy server, not with one that stands still."""

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

import requests
import urllib3
from requests import Response, codes

from rendering.engines.errors import DownloadError
from rendering.engines.weights.pins import is_sha256

Report = Callable[[int, int], None]
"""Called with the bytes downloaded so far, and those of the whole file, 0 while they are not known. May raise
to stop the download."""

TOKEN_ORIGINS = {("https", "huggingface.co")}
"""Where the token of HF_TOKEN is shown. A redirect to another host does not see it."""

_CHUNK = 1 << 16
_TIMEOUT = (10, 60)
"""Seconds to connect, seconds between two packets."""
SLOWEST = 1024
"""Bytes a second, over a whole `_TIMEOUT`, below which a source has stalled."""
_BUSY = (codes.too_many_requests, codes.service_unavailable, codes.bad_gateway, codes.gateway_timeout)
_PAUSES = (1.0, 3.0, 9.0)
"""Seconds before asking a busy server once more."""
_LONGEST_PAUSE = 60.0
"""Seconds that a server may ask to be left alone; after more than that the next source is tried."""


def download(
    url: str, target: Path, report: Report, *, checked_later: bool, limit: int = 1 << 40
) -> str | None:
    """Fetch `url` into `target`, going on where an earlier cut download stopped.

    checked_later: the caller knows the checksum. Otherwise what lies there is only continued if the server
    vouches (by an entity tag, RFC 9110) that it is of the same file. limit: bytes after which to give up.
    Returns the file's SHA-256 sum if the hub names it. Raises DownloadError when the server cannot be
    reached, refuses, stands still, or the connection breaks.
    """
    part = _Part(target, url, keep=checked_later)
    try:
        with _answer(url, part.request_headers(), lambda: report(part.size, 0)) as response:
            if response.status_code != codes.requested_range_not_satisfiable:
                _receive(response, part, report, limit)
            elif _whole_size(response) not in (part.size, None):
                part.drop()
                return download(url, target, report, checked_later=checked_later, limit=limit)
            return _named_sha256(response)
    except requests.RequestException as error:
        raise DownloadError(f"{url}: {_cause(error)}") from error
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise DownloadError(f"{url}: {_break(error)}") from error


class _Part:
    """What has been downloaded of a file. Beside it lies the entity tag that the server gave it."""

    def __init__(self, path: Path, url: str, *, keep: bool) -> None:
        self.path = path
        self.url = url
        self._tag_path = path.with_name(f"{path.name}.etag")
        self._tag = self._read_tag()
        if not keep and not self._tag:
            path.unlink(missing_ok=True)
        self.size = path.stat().st_size if path.exists() else 0

    def request_headers(self) -> dict[str, str]:
        # Ranges count the bytes of the file itself: it must not come compressed.
        headers = {"Accept-Encoding": "identity"}
        if self.size:
            headers["Range"] = f"bytes={self.size}-"
            if self._tag:
                headers["If-Range"] = self._tag
        return headers

    def begin(self, response: Response) -> None:
        """Make ready for what comes: the rest, or all of it."""
        rest = f"bytes {self.size}-"
        if response.status_code != codes.partial_content:
            self.size = 0
        elif not response.headers.get("Content-Range", rest).startswith(rest):
            self.drop()
            raise DownloadError(f"{self.url}: the server sent another part of the file than asked for")
        tag = response.headers.get("ETag", "")
        if tag and not tag.startswith("W/"):
            self._tag_path.write_text(f"{self.url}\n{tag}")
        else:
            self._tag_path.unlink(missing_ok=True)

    def drop(self) -> None:
        self.path.unlink(missing_ok=True)
        self.finish()

    def finish(self) -> None:
        self._tag_path.unlink(missing_ok=True)

    def _read_tag(self) -> str:
        with contextlib.suppress(FileNotFoundError):
            url, _, tag = self._tag_path.read_text().partition("\n")
            if url == self.url:
                return tag
        return ""


def _receive(response: Response, part: _Part, report: Report, limit: int) -> None:
    part.begin(response)
    length = response.headers.get("Content-Length", "")
    whole = part.size + int(length) if length.isdigit() else 0
    since, size_then = time.monotonic(), part.size
    with part.path.open("ab" if part.size else "wb") as file:
        # read1: what has arrived, so that a trickle is noticed.
        while chunk := response.raw.read1(_CHUNK, decode_content=True):
            file.write(chunk)
            part.size += len(chunk)
            report(part.size, whole)
            if part.size > limit:
                part.drop()
                raise DownloadError(f"{part.url}: it is longer than the file can be ({limit} bytes)")
            if (waited := time.monotonic() - since) > _TIMEOUT[1]:
                if part.size - size_then < SLOWEST * waited:
                    raise DownloadError(
                        f"{part.url}: it stalled, {part.size - size_then} bytes came in {waited:.0f} s"
                    )
                since, size_then = time.monotonic(), part.size
    part.finish()


@contextlib.contextmanager
def _answer(url: str, headers: dict[str, str], still_here: Callable[[], None]) -> Iterator[Response]:
    """The server's answer, after some patience if it is busy. still_here: called while waiting."""
    for pause in (*_PAUSES, None):
        with requests.get(url, headers=headers, stream=True, timeout=_TIMEOUT, auth=_token(url)) as response:
            wanted = _pause_asked(response)
            if response.status_code in _BUSY and pause is not None and (wanted or 0) <= _LONGEST_PAUSE:
                waiting = pause if wanted is None else wanted
            else:
                if response.status_code != codes.requested_range_not_satisfiable:
                    response.raise_for_status()
                yield response
                return
        until = time.monotonic() + waiting
        while (left := until - time.monotonic()) > 0:
            still_here()
            time.sleep(min(left, 0.5))


class _Token(requests.auth.AuthBase):
    """Shows a token to the host that is asked. When that sends us to another host, requests drops it."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def _token(url: str) -> _Token | None:
    """HF_TOKEN, for the hub only."""
    token = os.environ.get("HF_TOKEN", "").strip()
    return _Token(token) if token and _on_hub(url) else None


def _on_hub(url: str) -> bool:
    address = urlsplit(url)
    return (address.scheme, address.netloc) in TOKEN_ORIGINS


def _pause_asked(response: Response) -> float | None:
    """Seconds in Retry-After (RFC 9110, 10.2.3), None where it says nothing that can be understood."""
    asked = response.headers.get("Retry-After", "").strip()
    if asked.isdigit():
        return float(asked)
    try:
        return max(0.0, (parsedate_to_datetime(asked) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return None


def _named_sha256(response: Response) -> str | None:
    """The Hugging Face hub names the sum of a large file in the answer that redirects to it."""
    for answer in (*response.history, response):
        tag = answer.headers.get("X-Linked-ETag", "").strip('"').lower()
        if is_sha256(tag) and _on_hub(answer.url):
            return tag
    return None


def _whole_size(response: Response) -> int | None:
    """Bytes of the file, from the answer to a range beyond its end; None where that does not say."""
    whole = response.headers.get("Content-Range", "").rpartition("/")[2]
    return int(whole) if whole.isdigit() else None


def _cause(error: requests.RequestException) -> str:
    if error.response is not None:
        return (
            f"the server answered {error.response.status_code} {error.response.reason}{_hint(error.response)}"
        )
    if isinstance(error, requests.ConnectTimeout):
        return "the server did not answer in time"
    if isinstance(error, requests.ReadTimeout):
        return _silence()
    if isinstance(error, requests.ConnectionError):
        return "the server cannot be reached"
    return str(error)


def _hint(response: Response) -> str:
    if response.status_code in (codes.unauthorized, codes.forbidden) and _on_hub(response.url):
        return " (it may want an account: set HF_TOKEN to a token of yours)"
    if pause := _pause_asked(response):
        return f" (come back in {pause:.0f} s)"
    return ""


def _break(error: Exception) -> str:
    if isinstance(error, urllib3.exceptions.ReadTimeoutError):
        return _silence()
    return (
        f"the connection broke ({error})" if isinstance(error, urllib3.exceptions.HTTPError) else str(error)
    )


def _silence() -> str:
    return f"the server sent nothing for {_TIMEOUT[1]} s"
