"""Which programs an instance runs, and running them: all of them, or what a command needs for a while."""

import hashlib
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Worker

from avatarlab.quickstart import web
from avatarlab.quickstart.lock import AlreadyRunningError, instance_lock
from avatarlab.quickstart.redis import EmbeddedRedis
from avatarlab.quickstart.supervisor import Program, Supervisor

Say = Callable[[str], None]
QUICKSTART = "quickstart"


class RedisAwayError(RuntimeError):
    """The Redis that REDIS_URL names does not answer."""


def embedded_redis() -> EmbeddedRedis:
    return EmbeddedRedis(socket=settings.EMBEDDED_REDIS_SOCKET, directory=settings.DATA_DIR / "redis")


def redis_program() -> Program:
    """Call it under the instance lock: a Redis left by an earlier start is stopped first."""
    server = embedded_redis()
    server.prepare()
    server.stop_leftover()
    return Program("Redis", server.command(), answers=server.answers, output=_log("redis"))


def worker_program(output: Path | None = None) -> Program:
    """A resident worker. Nothing is lost when it is killed: the sweep of the next one takes its work up."""
    return Program(
        "worker",
        (sys.executable, str(settings.BASE_DIR / "manage.py"), "work", "--name", _worker_name()),
        output=output,
        orphan_signal=signal.SIGKILL,
    )


def _worker_name() -> str:
    """The same after a restart, so that the worker knows what its earlier life held; one per data folder."""
    folder = hashlib.sha256(bytes(settings.DATA_DIR)).hexdigest()[:6]
    return f"{socket.gethostname()}-{folder}"


def web_program(host: str, port: int) -> Program:
    return Program("web server", web.command(host, port), answers=lambda: web.answers(host, port))


def quickstart_programs(host: str, port: int) -> list[Program]:
    """Everything, in the order of starting. Raises RedisAwayError."""
    return [*_redis_programs(), web_program(host, port), worker_program()]


def _redis_programs() -> list[Program]:
    if settings.EMBEDDED_REDIS:
        return [redis_program()]
    check_redis()
    return []


def _connect() -> Redis:
    """To whichever Redis is used; gives up at once, without the client's own retries."""
    return Redis.from_url(settings.REDIS_URL, socket_connect_timeout=3, retry=Retry(NoBackoff(), 0))


def check_redis() -> None:
    """Raises RedisAwayError when REDIS_URL leads nowhere."""
    try:
        with _connect() as connection:
            connection.ping()
    except RedisError as error:
        raise RedisAwayError(
            f"The Redis of REDIS_URL does not answer ({error}). Start it, or unset REDIS_URL to use our own."
        ) from error


def has_worker() -> bool:
    """Whether a live worker is known to Redis."""
    try:
        with _connect() as connection:
            return bool(Worker.count(connection=connection))
    except RedisError:
        return False


@contextmanager
def services(
    say: Say, *, purpose: str, prepare: Callable[[], None] = lambda: None
) -> Iterator[Callable[[], None]]:
    """Redis and a worker while the block runs: those of a running instance, else our own, after `prepare`.

    purpose: what others who want the instance are told. Yields a function to call now and then; it restarts
    what died. Raises RedisAwayError, RedisNotStartedError, ProgramFailedError, and what `prepare` raises.
    """
    with _instance(say, purpose) as ours:
        if not ours:
            yield lambda: None
            return
        prepare()
        programs = _redis_programs()
        if settings.EMBEDDED_REDIS or not has_worker():
            # Only once its models are warm: what is timed is then the render, not the start.
            programs.append(replace(worker_program(_log("worker")), answers=has_worker))
        supervisor = Supervisor(programs, folder=settings.BASE_DIR, say=say)
        try:
            supervisor.start()
            yield supervisor.tend
        finally:
            supervisor.stop()


@contextmanager
def _instance(say: Say, purpose: str) -> Iterator[bool]:
    """Wait for the data folder's lock and hold it (True), or for a running instance with a worker (False)."""
    told = False
    with ExitStack() as held:
        while True:
            try:
                held.enter_context(instance_lock(settings.DATA_DIR, purpose))
                break
            except AlreadyRunningError as error:
                running = error.holder is not None and error.holder.purpose == QUICKSTART
                if running and has_worker():
                    yield False
                    return
                if not told:
                    say("Waiting for the worker of the running instance." if running else f"{error} Waiting.")
                told = True
                time.sleep(0.5)
        yield True


def _log(name: str) -> Path:
    return Path(settings.DATA_DIR, "logs", f"{name}.log")
