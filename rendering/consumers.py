"""Live progress of one render for its owner.

On connect a snapshot, then numbered events; a client that missed some asks for a replay. The messages of the
channel layer are only news: everything in them is in the database.
"""

import json
from typing import Any
from uuid import UUID

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.http import Http404

from rendering import progress, selectors

NOT_FOUND = 4404
"""Close code for a render that does not exist or is somebody else's."""


class RenderConsumer(AsyncJsonWebsocketConsumer):
    """ws/renders/<id>/: sends snapshots and events, takes {"type": "replay", "after": number}."""

    async def connect(self) -> None:
        """Join the render's group first, so that nothing falls between the snapshot and the first event."""
        self.render_id: UUID = self.scope["url_route"]["kwargs"]["id"]
        self.sent = 0
        self.group = progress.group_name(self.render_id)
        # Accepted before it is refused: a browser cannot read the close code of a refused handshake.
        await self.accept()
        if not await self._is_mine():
            self.group = ""
            await self.close(NOT_FOUND)
            return
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self._send_snapshot()

    async def disconnect(self, code: int) -> None:
        if self.group:
            await self.channel_layer.group_discard(self.group, self.channel_name)

    async def receive(
        self, text_data: str | None = None, bytes_data: bytes | None = None, **kwargs: Any
    ) -> None:
        """Replay of the events after a number; anything else is ignored."""
        try:
            content = json.loads(text_data or "")
        except ValueError:
            return
        if not isinstance(content, dict) or content.get("type") != "replay":
            return
        after = content.get("after")
        if not isinstance(after, int) or isinstance(after, bool) or after < 0:
            return
        for event in await self._events_after(after):
            await self.send_json(event)
            self.sent = max(self.sent, event["number"])

    async def render_event(self, message: dict[str, Any]) -> None:
        """A message of the group. A change of state changes the whole page: it gets a snapshot too."""
        event = message["event"]
        if event["number"] <= self.sent:
            return  # the snapshot has it already
        self.sent = event["number"]
        await self.send_json(event)
        if event["kind"] == progress.STATE:
            await self._send_snapshot()

    async def render_gone(self, message: dict[str, Any]) -> None:
        """A message of the group: the render was deleted."""
        await self.close(NOT_FOUND)

    async def _send_snapshot(self) -> None:
        snapshot = await self._snapshot()
        if snapshot is None:
            await self.close(NOT_FOUND)
            return
        self.sent = max(self.sent, snapshot["number"])
        await self.send_json({"type": "snapshot", **snapshot})

    @database_sync_to_async
    def _is_mine(self) -> bool:
        return selectors.renders_of(self.scope["user"]).filter(pk=self.render_id).exists()

    @database_sync_to_async
    def _snapshot(self) -> dict[str, Any] | None:
        try:
            return selectors.snapshot(selectors.render_for(self.scope["user"], self.render_id))
        except Http404:
            return None

    @database_sync_to_async
    def _events_after(self, number: int) -> list[dict[str, Any]]:
        try:
            return selectors.events_after(selectors.render_for(self.scope["user"], self.render_id), number)
        except Http404:
            return []
