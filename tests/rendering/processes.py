"""Workers in processes of their own, which can be killed."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection

PROJECT = Path(__file__).resolve().parents[2]

START = """
import os, sys, time
os.environ["DJANGO_SETTINGS_MODULE"] = "avatarlab.settings"
from django.conf import settings
settings.DATABASES["default"]["NAME"] = {database!r}
import django
django.setup()
from rendering import leases, resident, worker
leases.HEARTBEAT_S = 0.3
{prepare}
worker.run_worker(name={name!r})
"""

SCRATCH = """
import rendering.pipeline.join
from tests.rendering.scratch_pipeline import ScratchPipeline
scratch = ScratchPipeline()
scratch.at["face"] = lambda: time.sleep({frame_s})
scratch.warm_up = lambda: None
resident.plan, resident.spec, resident.renderer = scratch.plan, lambda render: render.spec, lambda: scratch
rendering.pipeline.join.join = scratch.join
"""


@contextmanager
def worker(
    name: str = "test-1", *, frame_s: float = 0.03, real: bool = False, prepare: str = ""
) -> Iterator[subprocess.Popen]:
    """A worker in a process of its own; killed at the end. real: with the real pipeline; prepare: Python that
    it runs first."""
    script = START.format(
        database=str(connection.settings_dict["NAME"]),
        name=name,
        prepare=prepare + ("" if real else SCRATCH.format(frame_s=frame_s)),
    )
    environment = {**os.environ, "REDIS_URL": settings.REDIS_URL, "PYTHONPATH": str(PROJECT)}
    with subprocess.Popen([sys.executable, "-c", script], cwd=PROJECT, env=environment) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_until(condition: Callable[[], bool], *, seconds: float = 40) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "It did not happen in time."
        time.sleep(0.05)
