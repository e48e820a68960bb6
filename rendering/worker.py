"""The resident worker: one process that keeps its models warm and takes jobs one after another.

RQ's own worker forks per job, which hangs after tensor work and loads every model anew; `SimpleWorker` runs
jobs in this process. Work is cancelled between chunks of frames; a supervisor restarts a worker that died.
"""

import logging
import signal
import threading
import time
from contextlib import suppress
from types import FrameType

from django.conf import settings
from django.db import close_old_connections, connection
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, SimpleWorker, worker_registration
from rq.executions import Execution
from rq.job import Job

from rendering import engine_rows, leases, pull_worker, queues, recovery, resident, watch
from rendering.memory import release_freed

log = logging.getLogger(__name__)

RECONNECT_S = 1.0
SHOWN_ALIVE_S = 60
"""How long RQ's views show a worker that was killed."""


class ResidentWorker(SimpleWorker):
    """A SimpleWorker that stops between chunks of frames when it is asked to."""

    max_connection_wait_time = 5.0

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """SIGTERM or SIGINT: what is being rendered is given back within a chunk."""
        watch.stopping.set()
        super().request_stop(signum, frame)

    def perform_job(self, job: Job, queue: Queue, execution: Execution) -> bool:
        """Run one job; the memory it needed does not stay."""
        try:
            return super().perform_job(job, queue, execution)
        finally:
            release_freed()

    def show_alive(self) -> None:
        """Register with RQ, also after Redis was flushed. Raises redis.RedisError."""
        if self.birth_date is None or self.last_heartbeat is None:
            return
        self.connection.hset(self.key, mapping=self.serialize())
        worker_registration.register(self)
        self.heartbeat(SHOWN_ALIVE_S)
        for queue in self.queues:
            worker_registration.clean_worker_registry(queue)


class Heartbeat(threading.Thread):
    """Renews this worker's claims and sweeps, beside the jobs and with a database connection of its own."""

    def __init__(self, worker_name: str) -> None:
        super().__init__(name="heartbeat", daemon=True)
        self.worker_name = worker_name
        self.worker: ResidentWorker | None = None
        self._ended = threading.Event()

    def run(self) -> None:
        try:
            while not self._ended.wait(leases.HEARTBEAT_S):
                self._beat()
        finally:
            connection.close()

    def _beat(self) -> None:
        close_old_connections()
        try:
            leases.renew(self.worker_name)
            resident.tell_at_work()
            with suppress(RedisError):
                if self.worker is not None:
                    self.worker.show_alive()
            recovery.sweep()
        except Exception:
            # A database that is away for a moment must not end the thread that keeps the claims.
            log.exception("heartbeat")

    def end(self) -> None:
        self._ended.set()
        self.join(leases.HEARTBEAT_S)


def run_worker(*, name: str, burst: bool = False) -> None:
    """Take jobs until SIGTERM or SIGINT (burst: until the queues are empty). Runs in the main thread.

    name: the same after a restart, and no other worker's: what an earlier life held is taken back at once.
    Waits for a Redis that is away.
    """
    import cv2

    cv2.setNumThreads(settings.WORKER_THREADS)
    watch.stopping.clear()
    life = resident.begin_life(name)
    # Until RQ handles signals itself.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: watch.stopping.set())
    heartbeat = Heartbeat(life)
    recovery.reclaim(life)
    heartbeat.start()
    try:
        engine_rows.refresh()
        resident.warm_up()
        log.info("worker %s takes jobs", name)
        while not watch.stopping.is_set():
            if _work(life, heartbeat, burst=burst) and burst:
                return
            if not watch.stopping.is_set():
                time.sleep(RECONNECT_S)
    finally:
        heartbeat.end()
        leases.release(life)
        pull_worker.end(life)
        log.info("worker %s ends", name)


def _work(life: str, heartbeat: Heartbeat, *, burst: bool) -> bool:
    """One session with Redis. False when it broke off."""
    try:
        # A connection of its own: RQ stretches its timeouts for blocking reads.
        redis = Redis.from_url(settings.REDIS_URL)
        own_queues = [queues.queue(queue, connection=redis) for queue in queues.PRIORITY]
        worker = ResidentWorker(own_queues, name=life, connection=redis)
        # What an earlier session of this life registered came back with a Redis that was killed.
        redis.delete(worker.key)
        heartbeat.worker = worker
        worker.work(burst=burst, logging_level="WARNING")
    except RedisError as error:
        log.warning("Redis does not answer, trying again: %s", error)
        return False
    finally:
        heartbeat.worker = None
    return True
