"""A web server for model files, as hubs are: byte ranges, entity tags, redirects, bad days."""

import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class ModelServer:
    """What it serves, and what it was asked.

    files: path to content. cut_after: bytes after which the connection breaks, once. busy: (status,
    Retry-After) of the next answers, one each. trickle: bytes sent every tenth of a second, 0 for all at
    once. shift: bytes by which it misses the part that it is asked for. tags: whether it names entity tags.
    redirects: path to address. named: path to the checksum that it names as the Hugging Face hub does.
    ranges, tokens: of every request.
    """

    files: dict[str, bytes]
    url: str = ""
    cut_after: int | None = None
    busy: list[tuple[int, str | None]] = field(default_factory=list)
    trickle: int = 0
    shift: int = 0
    tags: bool = True
    redirects: dict[str, str] = field(default_factory=dict)
    named: dict[str, str] = field(default_factory=dict)
    ranges: list[str | None] = field(default_factory=list)
    tokens: list[str | None] = field(default_factory=list)

    @property
    def origin(self) -> tuple[str, str]:
        """Scheme, and host with port."""
        scheme, _, host = self.url.partition("://")
        return scheme, host


@contextmanager
def serve(files: dict[str, bytes]) -> Iterator[ModelServer]:
    state = ModelServer(files)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            wanted = self.headers.get("Range")
            state.ranges.append(wanted)
            state.tokens.append(self.headers.get("Authorization"))
            if state.busy:
                self.say_busy(*state.busy.pop(0))
                return
            if path in state.redirects:
                self.send_response(302)
                self.send_header("Location", state.redirects[path])
                self.name_checksum(path)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            content = state.files.get(path)
            if content is None:
                self.send_error(404)
                return
            tag = f'"{hashlib.md5(content).hexdigest()}"'
            start = int(wanted.removeprefix("bytes=").partition("-")[0]) if wanted else 0
            if self.headers.get("If-Range", tag) != tag:
                wanted, start = None, 0
            if wanted and start >= len(content):
                self.send_response(416)
                self.send_header("Content-Range", f"bytes */{len(content)}")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            start += state.shift if wanted else 0
            self.send_response(206 if wanted else 200)
            self.send_header("Content-Length", str(len(content) - start))
            if wanted:
                self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
            if state.tags:
                self.send_header("ETag", tag)
            self.name_checksum(path)
            self.end_headers()
            end = len(content)
            if state.cut_after is not None:
                end, state.cut_after = start + state.cut_after, None
                self.close_connection = True
            self.send(content[start:end])

        def say_busy(self, status: int, retry_after: str | None) -> None:
            self.send_response(status)
            if retry_after is not None:
                self.send_header("Retry-After", retry_after)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def name_checksum(self, path: str) -> None:
            if path in state.named:
                self.send_header("X-Linked-ETag", f'"{state.named[path]}"')

        def send(self, content: bytes) -> None:
            step = state.trickle or len(content) or 1
            try:
                for start in range(0, len(content), step):
                    self.wfile.write(content[start : start + step])
                    if state.trickle:
                        time.sleep(0.1)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True  # it had enough of us

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    state.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
