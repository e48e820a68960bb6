"""`manage.py work`: a resident worker, its models warm, until SIGTERM."""

import os

# Before anything imports numpy: our threads are those that AVATARLAB_THREADS names, in the engines that
# use them; BLAS would add one per core to each.
for library in ("OPENBLAS", "OMP", "MKL"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")

import ctypes  # noqa: E402
import socket  # noqa: E402
import sys  # noqa: E402
from argparse import ArgumentParser  # noqa: E402
from typing import Any  # noqa: E402

from django.core.management.base import BaseCommand  # noqa: E402


M_MMAP_THRESHOLD = -3
LARGE_BLOCK = 256 * 1024
"""Bytes. Pictures are larger."""


def return_large_blocks() -> None:
    """Have memory of pictures go back to the system when it is freed (mallopt(3), glibc).

    By default glibc keeps freed blocks of up to 32 MB in the arena of the thread that asked for them; a
    worker then grows by half in its first minutes, the more the longer its videos are.
    """
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # other C libraries have none
        if mallopt is not None:
            mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK)


class Command(BaseCommand):
    help = "Run a worker: it takes jobs from the queue and keeps its models in memory."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--name",
            default=f"{socket.gethostname()}-{os.getpid()}",
            help="no other worker's; the same after a restart, so that it takes its work up again at once",
        )

    def handle(self, *args: Any, name: str, **options: Any) -> None:
        from rendering.worker import run_worker

        return_large_blocks()
        run_worker(name=name)
