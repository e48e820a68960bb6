"""Nothing is lost: what a dead worker held is given back, what Redis forgot is enqueued again.

`reclaim` runs when a worker starts, `sweep` every few seconds in every worker. Both may run anywhere at any
time: they only compare rows with leases and with the queue, and `dispatch` enqueues nothing twice.
"""

import logging
from collections.abc import Iterable, Iterator
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils import timezone
from redis.exceptions import RedisError

from rendering import avatars, leases, progress, pull_worker, resident, services, voices
from rendering.dispatch import dispatch
from rendering.models import Render
from rendering.outcome import TimeLimitExceeded, end_failed, fail_render
from studio.models import Avatar, Voice

log = logging.getLogger(__name__)

UNTOUCHED_S = 5.0
"""What was made in the last seconds is being enqueued by whoever made it."""
ABANDONED_FILES = timedelta(days=1)
LOST = "The program that rendered this was stopped. What is finished is kept; the rest goes on by itself."


def reclaim(worker: str) -> None:
    """At the start of a worker: take back what its earlier life held when it was killed."""
    _go_on(leases.release_earlier_life(worker))
    pull_worker.release_earlier_life(worker)
    default_storage.clear_abandoned(older_than=ABANDONED_FILES)
    sweep()


def sweep() -> None:
    """Free lost claims, end what took too long or kills workers, and enqueue what Redis does not have."""
    _go_on(leases.release_lost())
    _end_overdue()
    for render_id in Render.objects.filter(state__in=Render.ACTIVE).values_list("pk", flat=True):
        dispatch(render_id)
    _enqueue_lost_checks()
    pull_worker.sweep()


def _go_on(render_ids: Iterable[UUID]) -> None:
    """Tell the owners of renders that lost a worker, and end those that lose one after another."""
    for render in Render.objects.filter(pk__in=render_ids, state__in=Render.ACTIVE):
        log.warning("render %s: its worker was lost", render.pk)
        progress.publish_state(render, note=LOST)
    for render_id, text in leases.crashed_too_often(render_ids):
        render = Render.objects.get(pk=render_id)
        what = f"the sentence “{text[:80]}”" if text else "this video"
        problem = (
            f"The server stopped {leases.MAX_CRASHES} times while making {what}. "
            "It may need more memory than there is: try a smaller format or another avatar, "
            f"or tell the administrator: render {render_id}."
        )
        log.error("render %s: given up after %s lost workers", render_id, leases.MAX_CRASHES)
        end_failed(render_id, render.attempt, problem, f"{leases.MAX_CRASHES} workers were lost over {what}.")


def _end_overdue() -> None:
    """A worker notices the limit itself; a render that waits between segments does not."""
    limit = timezone.now() - timedelta(seconds=settings.RENDER_TIME_LIMIT_S)
    for render in Render.objects.filter(state__in=Render.ACTIVE, started__lt=limit):
        fail_render(render.id, render.attempt, TimeLimitExceeded(), doing="rendering")


def _enqueue_lost_checks() -> None:
    """Avatars and voices have no claim of their own: who checks one says so in Redis."""
    try:
        for avatar_id, hopeless in _unchecked(Avatar):
            if hopeless:
                avatars.refuse(
                    avatar_id, "The server could not look at this picture. Try a smaller or another one."
                )
            else:
                services.enqueue_avatar_check(avatar_id)
        for voice_id, hopeless in _unchecked(Voice):
            if hopeless:
                voices.refuse(
                    voice_id, "The server could not listen to this recording. Try a shorter or another one."
                )
            else:
                services.enqueue_voice_check(voice_id)
    except RedisError as error:
        log.debug("Redis does not answer: %s", error)


def _unchecked(model: type[Avatar] | type[Voice]) -> Iterator[tuple[UUID, bool]]:
    """Rows that wait for their check and that nobody is at, and whether it has lost too many workers."""
    before = timezone.now() - timedelta(seconds=UNTOUCHED_S)
    waiting = model.objects.filter(state=model.State.CHECKING, created__lt=before)
    for pk in waiting.values_list("pk", flat=True):
        check = f"{model._meta.model_name}-{pk}"
        if not resident.is_worked_on(check):
            yield pk, resident.times_begun(check) >= leases.MAX_CRASHES
