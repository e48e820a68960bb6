"""News of a render: numbered events in the database, then a message to whoever watches.

The number is given in the same transaction as the event, and the message leaves on commit, so a browser that
was away asks for everything after the last number it saw and misses nothing.
"""

import logging
from typing import Any
from uuid import UUID

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction
from django.db.models import F
from redis.exceptions import RedisError

from rendering.models import Render, RenderEvent

log = logging.getLogger(__name__)

STATE, PROGRESS, SEGMENT, PREVIEW = "state", "progress", "segment", "preview"
EVENTS_PER_SECOND = 4
"""Most progress events of one render per second; more would only be redrawn over."""


def group_name(render_id: UUID | str) -> str:
    """The channel-layer group of a render's watchers."""
    return f"render.{render_id}"


def publish(render_id: UUID, kind: str, **payload: Any) -> int | None:
    """Write the next event of a render and tell its watchers on commit.

    Returns the event's number, or None when the render was deleted meanwhile. Of progress events and previews
    only the newest is kept: a browser that replays has no use for the older ones.
    """
    with transaction.atomic():
        if not Render.objects.filter(pk=render_id).update(event_number=F("event_number") + 1):
            return None
        number = Render.objects.values_list("event_number", flat=True).get(pk=render_id)
        if kind in (PROGRESS, PREVIEW):
            RenderEvent.objects.filter(render_id=render_id, kind=kind).delete()
        RenderEvent.objects.create(render_id=render_id, number=number, kind=kind, payload=payload)
        message = {"type": "render.event", "event": event_message(number, kind, payload)}
        transaction.on_commit(lambda: _send(group_name(render_id), message))
    return number


def publish_state(render: Render, *, note: str = "") -> None:
    """Tell the render's state, or that something else of the whole changed (note: what, for the owner).

    The fields of `render` must be those in the database.
    """
    label = render.get_state_display()
    publish(render.id, STATE, state=render.state, label=label, problem=render.problem, note=note)


def publish_deletion(render_id: UUID) -> None:
    """Tell whoever watches, on commit, that the render is no more."""
    transaction.on_commit(lambda: _send(group_name(render_id), {"type": "render.gone"}))


def event_message(number: int, kind: str, payload: dict[str, Any]) -> dict[str, Any]:
    """An event as the browser gets it."""
    return {"type": "event", "number": number, "kind": kind, **payload}


def _send(group: str, message: dict[str, Any]) -> None:
    """Redis away costs watchers the message, not the render: they poll, or replay when they are back."""
    try:
        async_to_sync(get_channel_layer().group_send)(group, message)
    except (RedisError, OSError) as error:
        log.warning("%s: nobody was told of %s: %s", group, message, error)
