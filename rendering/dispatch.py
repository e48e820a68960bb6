"""Which jobs a render needs now. One function looks at the rows and puts into Redis what is missing there.

It is called when a render is made, after each job and by the sweep of every worker, and does nothing the
second time: so a job that was lost (Redis flushed or away, worker killed) costs seconds, never a render.
"""

import logging
from uuid import UUID

from redis.exceptions import RedisError
from rq import Worker

from rendering import progress, queues
from rendering.models import Render, RenderSegment

log = logging.getLogger(__name__)


def dispatch(render_id: UUID) -> None:
    """Enqueue the next jobs of a render. Without Redis, leaves them to the sweep."""
    try:
        _dispatch(render_id)
    except RedisError as error:
        log.warning("render %s: Redis does not answer, its jobs wait: %s", render_id, error)


def _dispatch(render_id: UUID) -> None:
    render = Render.objects.filter(pk=render_id).first()
    if render is None or not render.is_active:
        return
    waiting = queues.waiting_job_ids()
    if render.state == Render.State.QUEUED and not render.worker:
        job_id = queues.plan_job_id(render.id, render.attempt)
        if job_id not in waiting:
            queues.enqueue_render_job("plan_render", render.id, job_id=job_id, at_front=True)
    elif render.state == Render.State.RUNNING and not render.worker:
        _dispatch_segments(render, waiting)
    elif render.state == Render.State.JOINING and not render.worker:
        _dispatch_join(render, waiting)


def _dispatch_segments(render: Render, waiting: set[str]) -> None:
    """Keep a few segment jobs per render in the queue: enough for every worker, few enough to take turns."""
    places = list(render.segments.exclude(state=RenderSegment.State.DONE).order_by("position"))
    if not places:
        if begin_join(render):
            _dispatch_join(render, waiting)
        return
    in_work = set(
        RenderSegment.objects.filter(render__owner=render.owner_id, key__in={place.key for place in places})
        .exclude(worker="")
        .values_list("key", flat=True)
    )
    ahead = Worker.count(queue=queues.queue(queues.RENDERS)) + 1
    first = not render.segments.filter(state=RenderSegment.State.DONE).exists()
    for place in places:
        if place.worker:
            ahead -= 1
            continue
        if place.key in in_work:
            continue  # rendered now, here or in another render: finishing it finishes this place
        in_work.add(place.key)
        if ahead <= 0:
            break
        ahead -= 1
        job_id = queues.segment_job_id(render.id, render.attempt, place.position)
        if job_id not in waiting:
            # A person waits for the first sentence; the rest takes turns with other renders.
            at_front = first and place is places[0]
            queues.enqueue_render_job(
                "render_segment", render.id, place.position, job_id=job_id, at_front=at_front
            )


def begin_join(render: Render) -> bool:
    """RUNNING -> JOINING, for one caller only."""
    won = Render.objects.filter(pk=render.pk, state=Render.State.RUNNING, attempt=render.attempt).update(
        state=Render.State.JOINING
    )
    if won:
        render.state = Render.State.JOINING
        progress.publish_state(render)
    return bool(won)


def _dispatch_join(render: Render, waiting: set[str]) -> None:
    job_id = queues.join_job_id(render.id, render.attempt)
    if job_id not in waiting:
        queues.enqueue_render_job("join_render", render.id, job_id=job_id, at_front=True)
