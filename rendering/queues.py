"""The two queues of jobs in Redis, and the ids of jobs.

Only `rendering.jobs` holds functions that run from a queue; they are named here by string, so that a process
that enqueues never imports what they import.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any
from uuid import UUID

import django_rq
from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue

INTERACTIVE, RENDERS = "interactive", "renders"
PRIORITY = (INTERACTIVE, RENDERS)
"""Order in which a worker looks for jobs."""

CONNECT_TIMEOUT_S = 2.0
"""A page that enqueues must not hang on a Redis that is away; the row is kept and enqueued later."""
FAILURE_TTL_S = 24 * 3600
RENDER_JOB_S = settings.RENDER_TIME_LIMIT_S
"""After which RQ interrupts a job that does not come back to look at the time itself."""


@cache
def short_connection() -> Redis:
    """This process's connection pool for short commands: gives up quickly. Workers wait on their own."""
    return Redis.from_url(
        settings.REDIS_URL,
        socket_connect_timeout=CONNECT_TIMEOUT_S,
        socket_timeout=CONNECT_TIMEOUT_S,
        retry=Retry(NoBackoff(), 1),
    )


def queue(name: str, *, connection: Redis | None = None) -> Queue:
    """A queue that enqueues at once; callers choose the moment (on commit)."""
    return django_rq.get_queue(name, connection=connection or short_connection(), commit_mode="auto")


def plan_job_id(render_id: UUID, attempt: int) -> str:
    return f"plan-{render_id}-{attempt}"


def segment_job_id(render_id: UUID, attempt: int, position: int) -> str:
    return f"segment-{render_id}-{attempt}-{position}"


def join_job_id(render_id: UUID, attempt: int) -> str:
    return f"join-{render_id}-{attempt}"


def waiting_job_ids() -> set[str]:
    """Ids of the render jobs that wait in Redis. Raises redis.RedisError when it is away."""
    return set(queue(RENDERS).get_job_ids())


def enqueue_render_job(function: str, *args: Any, job_id: str, at_front: bool = False) -> None:
    """Put `rendering.jobs.<function>(*args)` on the renders queue. Raises redis.RedisError.

    Nothing of a finished job is kept: the row tells what became of it.
    """
    queue(RENDERS).enqueue_call(
        f"rendering.jobs.{function}",
        args=args,
        job_id=job_id,
        at_front=at_front,
        timeout=RENDER_JOB_S,
        result_ttl=0,
        failure_ttl=FAILURE_TTL_S,
        description=job_id,
    )


def enqueue_once(function: str, row_id: UUID, *, job_id: str, timeout_s: int) -> None:
    """Put `rendering.jobs.<function>(row_id)` on the interactive queue, unless it waits there already. Raises
    redis.RedisError."""
    interactive = queue(INTERACTIVE)
    if job_id not in interactive.get_job_ids():
        interactive.enqueue_call(
            f"rendering.jobs.{function}",
            args=(row_id,),
            job_id=job_id,
            timeout=timeout_s,
            result_ttl=0,
            failure_ttl=FAILURE_TTL_S,
            description=job_id,
        )


def drop_waiting(job_ids: Iterable[str]) -> None:
    """Take jobs out of the renders queue (of a cancelled or deleted render). Raises redis.RedisError."""
    renders = queue(RENDERS)
    for job_id in job_ids:
        renders.remove(job_id)
        short_connection().delete(f"rq:job:{job_id}")
