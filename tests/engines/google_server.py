"""A server that answers as Google's Text-to-Speech does, for as much of it as is asked for."""

import base64
import io
import json
import threading
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from rendering.engines.speech.base import SAMPLE_RATE, Samples


@dataclass
class GoogleServer:
    """say: text to sound; refusal: HTTP status, Google's name for it and its words, for all requests;
    requests: what was asked, in order; authorizations: with which header."""

    say: Callable[[str], Samples]
    refusal: tuple[int, str, str] | None = None
    rate: int = SAMPLE_RATE
    url: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list)
    authorizations: list[str] = field(default_factory=list)


@contextmanager
def serve(say: Callable[[str], Samples]) -> Iterator[GoogleServer]:
    state = GoogleServer(say)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            state.authorizations.append(self.headers.get("Authorization", ""))
            state.requests.append(body)
            if self.path.partition("?")[0] != "/v1/text:synthesize":
                self.answer(404, {})
            elif state.refusal:
                code, status, message = state.refusal
                self.answer(code, {"error": {"code": code, "status": status, "message": message}})
            else:
                sound = wav(state.say(body["input"]["text"]), state.rate)
                self.answer(200, {"audioContent": base64.b64encode(sound).decode()})

        def answer(self, code: int, content: dict[str, Any]) -> None:
            data = json.dumps(content).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

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


def wav(samples: Samples, rate: int) -> bytes:
    """16-bit mono, as LINEAR16 arrives."""
    outlet = io.BytesIO()
    with wave.open(outlet, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return outlet.getvalue()


def write_key(path: Path) -> Path:
    """The key of a service account, in the form in which Google's console hands it out."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    account = {
        "type": "service_account",
        "project_id": "studio",
        "private_key_id": "1",
        "private_key": key.private_bytes(*form).decode(),
        "client_email": "speaker@studio.iam.gserviceaccount.com",
        "client_id": "1",
        "token_uri": "https://oauth2.googleapis.com/token",
    }
    path.write_text(json.dumps(account))
    return path
