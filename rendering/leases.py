"""Who works on what. A claim is a lease in the row itself, renewed by the worker's heartbeat.

Redis may be flushed and workers may be killed: a row whose lease ran out is free again, and counts a crash.
Every change is a compare-and-set, so that of two workers one wins and the other does nothing.
"""

import uuid
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from rendering.models import ModelPull, Render, RenderSegment, Segment

HEARTBEAT_S = 5.0
LEASE_S = 30.0
"""A worker that was silent for this long is dead; what it held is given to others."""
MAX_CRASHES = 3
"""Workers that may die over one segment, plan or join before the render fails."""


def incarnation(name: str) -> str:
    """A name for one life of the worker called `name`: what an earlier life held is not its own."""
    return f"{name[:60]}@{uuid.uuid4().hex[:8]}"


def claim_render(render_id: UUID, *, state: object, worker: str) -> Render | None:
    """Take a render to plan (QUEUED) or join (JOINING) it, or None when it is taken or in another state."""
    won = Render.objects.filter(pk=render_id, state=state, worker="").update(
        worker=worker, claimed=timezone.now()
    )
    return Render.objects.get(pk=render_id) if won else None


def claim_segment(render_id: UUID, position: int, *, worker: str) -> RenderSegment | None:
    """Take a segment to render it.

    None when there is nothing to do: it is done, taken, or another place with the same key is being rendered
    (whoever finishes that finishes this place too).
    """
    with transaction.atomic():
        place = (
            RenderSegment.objects.select_related("render")
            .filter(render_id=render_id, position=position, render__state=Render.State.RUNNING, worker="")
            .exclude(state=RenderSegment.State.DONE)
            .first()
        )
        if place is None or Segment.objects.filter(owner=place.render.owner_id, key=place.key).exists():
            return None
        # Locked in one order, so that two workers with two places of one key see each other's claim.
        twins = RenderSegment.objects.filter(render__owner=place.render.owner_id, key=place.key)
        locked = list(twins.select_for_update(of=("self",)).order_by("pk"))
        if any(twin.worker for twin in locked):
            return None
        RenderSegment.objects.filter(pk=place.pk).update(
            worker=worker, claimed=timezone.now(), state=RenderSegment.State.SPEECH, frames_done=0
        )
    place.worker = worker
    return place


def renew(worker: str) -> None:
    """Prolong everything a worker holds."""
    for model in (Render, RenderSegment, ModelPull):
        model.objects.filter(worker=worker).update(claimed=timezone.now())


def release(worker: str) -> None:
    """Give back everything a living worker holds; nobody is to blame."""
    Render.objects.filter(worker=worker).update(worker="", claimed=None)
    RenderSegment.objects.filter(worker=worker).update(
        worker="", claimed=None, state=RenderSegment.State.WAITING, frames_done=0
    )


def release_lost() -> set[UUID]:
    """Free what dead workers hold. Returns the renders concerned."""
    limit = timezone.now() - timedelta(seconds=LEASE_S)
    return _release_crashed(Q(claimed__lt=limit))


def release_earlier_life(worker: str) -> set[UUID]:
    """Free what this worker held before it was killed and started again. Returns the renders concerned."""
    name = worker.rpartition("@")[0]
    return _release_crashed(Q(worker__startswith=f"{name}@") & ~Q(worker=worker))


def _release_crashed(held: Q) -> set[UUID]:
    renders = Render.objects.filter(held).exclude(worker="")
    places = RenderSegment.objects.filter(held).exclude(worker="")
    concerned = set(renders.values_list("pk", flat=True)) | set(places.values_list("render_id", flat=True))
    renders.update(worker="", claimed=None, crashes=F("crashes") + 1)
    places.update(
        worker="",
        claimed=None,
        state=RenderSegment.State.WAITING,
        frames_done=0,
        crashes=F("crashes") + 1,
    )
    return concerned


def crashed_too_often(render_ids: Iterable[UUID]) -> list[tuple[UUID, str]]:
    """Of active renders, those that keep killing workers, and the text (or "") they die over."""
    dying = []
    for render in Render.objects.filter(pk__in=render_ids, state__in=Render.ACTIVE):
        place = render.segments.filter(crashes__gte=MAX_CRASHES).first()
        if place is not None:
            dying.append((render.pk, place.text))
        elif render.crashes >= MAX_CRASHES:
            dying.append((render.pk, ""))
    return dying
