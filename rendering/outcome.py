"""How a render fails: with a sentence for the owner and a log for the admin."""

import logging
import traceback
from uuid import UUID

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Concat
from django.utils import timezone
from rq.timeouts import JobTimeoutException

from avatarlab.errors import UserError
from avatarlab.storage import NO_ROOM, StorageFull
from rendering import progress
from rendering.engines.errors import EngineError
from rendering.models import Render

log = logging.getLogger(__name__)


class TimeLimitExceeded(Exception):  # noqa: N818 - named as the rule it breaks
    """A render took longer than this instance allows."""


def problem_of(error: BaseException, *, doing: str, reference: str) -> str:
    """What the owner reads about an error: cause and remedy, never a traceback.

    reference: what to name to the administrator, "render 1234".
    """
    if isinstance(error, EngineError | UserError):
        return str(error)
    if isinstance(error, TimeLimitExceeded | JobTimeoutException):
        return (
            "This video took longer than the server allows for one render. "
            "Make it shorter or split it into several; finished sentences are kept when you try again."
        )
    if isinstance(error, MemoryError):
        return (
            f"The server ran out of memory while {doing}. "
            "Try again when less is running, or choose a smaller format."
        )
    if isinstance(error, OSError) and error.errno in NO_ROOM:
        return str(StorageFull())
    return (
        f"Something went wrong on our side while {doing}. "
        f"Try again; if it fails again, tell the administrator: {reference}."
    )


def fail_render(render_id: UUID, attempt: int, error: BaseException, *, doing: str) -> None:
    """End an active render because of an error, unless it ended or began anew meanwhile."""
    problem = problem_of(error, doing=doing, reference=f"render {render_id}")
    log.error("render %s failed while %s: %s", render_id, doing, error, exc_info=error)
    note = "".join(traceback.format_exception(error))
    end_failed(render_id, attempt, problem, note)


def end_failed(render_id: UUID, attempt: int, problem: str, note: str) -> None:
    """RUNNING, QUEUED or JOINING -> FAILED. note: for the admin."""
    with transaction.atomic():
        current = Render.objects.filter(pk=render_id, attempt=attempt, state__in=Render.ACTIVE)
        stamp = timezone.now()
        ended = current.update(
            state=Render.State.FAILED,
            problem=problem,
            finished=stamp,
            worker="",
            claimed=None,
            log=Concat(F("log"), Value(f"{stamp:%Y-%m-%d %H:%M:%S} attempt {attempt}\n{note}\n")),
        )
        if ended:
            progress.publish_state(Render.objects.get(pk=render_id))
