"""A web server for model files, with byte ranges, that remembers what it was asked."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class ModelServer:
    """files: path to content. cut_after: bytes after which the connection breaks, once."""

    files: dict[str, bytes]
    url: str = ""
    cut_after: int | None = None
    ranges: list[str | None] = field(default_factory=list)


@contextmanager
def serve(files: dict[str, bytes]) -> Iterator[ModelServer]:
    state = ModelServer(files)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = state.files.get(self.path.partition("?")[0])
            wanted = self.headers.get("Range")
            state.ranges.append(wanted)
            if content is None:
                self.send_error(404)
                return
            start = int(wanted.removeprefix("bytes=").partition("-")[0]) if wanted else 0
            if start >= len(content):
                self.send_error(416)
                return
            self.send_response(206 if wanted else 200)
            self.send_header("Content-Length", str(len(content) - start))
            self.end_headers()
            end = len(content)
            if state.cut_after is not None:
                end, state.cut_after = start + state.cut_after, None
                self.close_connection = True
            self.wfile.write(content[start:end])

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
