"""Child processes of a measurement and their memory."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from avatarlab.quickstart.services import embedded_redis, has_worker

START_PATIENCE_S = 120
"""A worker loads its models before it takes work."""


class ProcessFailedError(RuntimeError):
    """A process that is measured ended or did not start; its log says why."""


def memory_mb(process_id: int, field: str) -> float:
    """`VmRSS` (resident now) or `VmHWM` (peak so far) of a process, in MB of 10^6 bytes. See proc(5)."""
    for line in Path(f"/proc/{process_id}/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise ProcessFailedError(f"The kernel does not tell {field} of process {process_id}.")


def wait_until(condition: Callable[[], bool], process: subprocess.Popen[bytes], what: str) -> None:
    """Raises ProcessFailedError when the process ends, or the condition does not come true in time."""
    deadline = time.monotonic() + START_PATIENCE_S
    while not condition():
        if process.poll() is not None or time.monotonic() > deadline:
            raise ProcessFailedError(f"The {what} did not start; see {settings.DATA_DIR / 'logs'}.")
        time.sleep(0.05)


@contextmanager
def running(name: str, command: tuple[str, ...]) -> Iterator[subprocess.Popen[bytes]]:
    """A child in a group of its own, ended with the block. What it prints goes to logs/NAME.log."""
    log = settings.DATA_DIR / "logs" / f"{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 - our own commands
            command, cwd=settings.BASE_DIR, stdout=output, stderr=output, start_new_session=True
        )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextmanager
def redis() -> Iterator[None]:
    """The scratch instance's Redis."""
    process = embedded_redis().start()
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def worker() -> Iterator[subprocess.Popen[bytes]]:
    """A fresh worker, ready to take work: its models are warm."""
    command = (sys.executable, str(settings.BASE_DIR / "manage.py"), "work")
    with running("worker", command) as process:
        wait_until(has_worker, process, "worker")
        yield process
