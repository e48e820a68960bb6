"""Fetching the model files of an engine on somebody's behalf. The row is written first; Redis hears of it on
commit."""

import logging
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from redis.exceptions import RedisError

from avatarlab.errors import Conflict
from rendering import engine_selectors, queues
from rendering.models import Engine, ModelPull

if TYPE_CHECKING:
    from accounts.models import User

log = logging.getLogger(__name__)

START_S = 60
"""For the job that starts the fetching; the fetching itself goes on beside the queue."""


def absent_artifacts(engine: Engine) -> list[str]:
    """What a fetch would fetch: what the engine needs, and once that is here, what it can use on top, without
    what has to be put in place by hand."""
    absent = [
        artifact
        for artifact in engine.artifacts
        if artifact["state"] in ("missing", "corrupt") and not artifact["by_hand"]
    ]
    needed = [artifact["name"] for artifact in absent if artifact["needed"]]
    return needed or [artifact["name"] for artifact in absent]


def request_pull(*, engine: Engine, user: "User") -> ModelPull:
    """Have a worker fetch what an engine lacks. Asked again meanwhile, the answer is the pull on its way.

    Raises Conflict for an engine that is only planned, that this instance forbids, or that has everything.
    """
    if engine_selectors.state_of(engine) in (Engine.State.PLANNED, Engine.State.FORBIDDEN):
        raise Conflict(engine_selectors.problem_of(engine))
    names = absent_artifacts(engine)
    if not names:
        raise Conflict(f"Every model file of {engine.title} is here.")
    on_its_way = engine.pulls.filter(state__in=ModelPull.ACTIVE)
    if (pull := on_its_way.first()) is not None:
        return pull
    try:
        with transaction.atomic():
            pull = ModelPull.objects.create(engine=engine, names=names, requested_by=user)
            transaction.on_commit(lambda: enqueue_pull(pull.pk))
    except IntegrityError:
        return on_its_way.get()  # of two clicks in the same instant, the other one's
    return pull


def cancel_pull(*, pull: ModelPull) -> None:
    """Stop a pull; what was fetched in part is kept and continued by the next. Raises Conflict when it is
    over."""
    if not ModelPull.objects.filter(pk=pull.pk, state__in=ModelPull.ACTIVE).update(
        state=ModelPull.State.CANCELLED, worker="", claimed=None, finished=timezone.now()
    ):
        raise Conflict("This is not being fetched any more.")


def enqueue_pull(pull_id: UUID) -> None:
    """Put the job that starts a pull on the queue, unless it waits there already. With Redis away, the sweep
    of a worker does it later."""
    try:
        queues.enqueue_once("pull_models", pull_id, job_id=f"pull-{pull_id}", timeout_s=START_S)
    except RedisError as error:
        log.warning("pull %s: Redis does not answer, it waits: %s", pull_id, error)
