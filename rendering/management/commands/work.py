"""`manage.py work`: a resident worker, its models warm, until SIGTERM."""

import os

# Before anything imports numpy: our threads are those that AVATARLAB_THREADS names, in the engines that
# use them; BLAS would add one per core to each.
for library in ("OPENBLAS", "OMP", "MKL"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")

import socket  # noqa: E402
from argparse import ArgumentParser  # noqa: E402
from typing import Any  # noqa: E402

from django.core.management.base import BaseCommand  # noqa: E402


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

        run_worker(name=name)
