"""The web process: its memory, and that no ML library is in it."""

import http.client
import socket
import subprocess
import sys

from django.conf import settings

from avatarlab.quickstart import web
from rendering.bench.processes import memory_mb, running, wait_until

ML_LIBRARIES = (
    "torch",
    "onnxruntime",
    "cv2",
    "ai_edge_litert",
    "av",
    "numpy",
    "scipy",
    "kokoro_onnx",
    "hibari",
)
PAGES = ("/", "/account/login/", "/account/signup/", "/api/v1/schema/", "/healthz")


class MachineryInWebError(RuntimeError):
    """The web process imported what belongs in a worker."""


def web_idle_mb() -> float:
    """Resident memory of the web process after it served its pages, in MB. Raises MachineryInWebError."""
    check_imports()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with running("web", web.command("127.0.0.1", port)) as process:
        wait_until(lambda: web.answers("127.0.0.1", port), process, "web server")
        for page in PAGES:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            connection.request("GET", page, headers={"Host": "localhost"})
            connection.getresponse().read()
            connection.close()
        return memory_mb(process.pid, "VmRSS")


def check_imports() -> None:
    """Import everything that answers requests, in a process of its own. Raises MachineryInWebError."""
    code = (
        "import sys, avatarlab.asgi, avatarlab.urls; "
        f"print(*sorted(set(sys.modules) & set({ML_LIBRARIES!r})))"
    )
    done = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", code], cwd=settings.BASE_DIR, capture_output=True, text=True, check=True
    )
    if found := done.stdout.split():
        raise MachineryInWebError(f"The web process imports {', '.join(found)}.")
