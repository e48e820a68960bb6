"""Live progress: the owner's alone, numbered, replayed, and the same over polling."""

import json
import uuid

import pytest
from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.test import Client

from avatarlab.asgi import application
from rendering import progress, selectors, services
from rendering.models import Render
from tests import factories

HEADERS = [(b"origin", b"http://localhost"), (b"host", b"localhost")]


def session_of(user) -> list[tuple[bytes, bytes]]:
    client = Client()
    client.force_login(user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    return [(b"cookie", f"{settings.SESSION_COOKIE_NAME}={cookie}".encode())]


async def connect(render_id, user=None) -> WebsocketCommunicator:
    cookies = await database_sync_to_async(session_of)(user) if user else []
    socket = WebsocketCommunicator(application, f"/ws/renders/{render_id}/", headers=[*HEADERS, *cookies])
    connected, _ = await socket.connect(timeout=5)
    assert connected
    return socket


@database_sync_to_async
def publish(render: Render, kind: str, **payload) -> int:
    return progress.publish(render.id, kind, **payload)


@pytest.fixture
def render() -> Render:
    return factories.render()


async def test_the_owner_gets_a_snapshot_first(render):
    socket = await connect(render.id, render.owner)
    first = await socket.receive_json_from(timeout=5)
    assert first["type"] == "snapshot"
    assert first["state"] == "queued"
    await socket.disconnect()


async def test_news_that_the_snapshot_has_already_is_not_sent_again(render):
    number = await publish(render, progress.SEGMENT, position=0)
    socket = await connect(render.id, render.owner)
    assert (await socket.receive_json_from(timeout=5))["number"] == number
    late = {"type": "render.event", "event": progress.event_message(number, progress.SEGMENT, {})}
    await get_channel_layer().group_send(progress.group_name(render.id), late)
    assert await socket.receive_nothing(timeout=0.5)
    await socket.disconnect()


async def test_polling_equals_the_snapshot(render):
    socket = await connect(render.id, render.owner)
    live = await socket.receive_json_from(timeout=5)
    polled = await database_sync_to_async(lambda: selectors.snapshot(Render.objects.get(pk=render.pk)))()
    assert live == {"type": "snapshot", **json.loads(json.dumps(polled))}
    await socket.disconnect()


@pytest.mark.parametrize("who", ["nobody", "another", "owner of nothing there"])
async def test_others_are_closed_out_with_4404(render, who):
    user = None if who == "nobody" else await database_sync_to_async(factories.user)()
    socket = await connect(uuid.uuid4() if "nothing" in who else render.id, user)
    answer = await socket.receive_output(timeout=5)
    assert answer == {"type": "websocket.close", "code": 4404}


async def test_others_cannot_ask_for_a_replay(render):
    await publish(render, progress.SEGMENT, position=0)
    socket = await connect(render.id, await database_sync_to_async(factories.user)())
    await socket.send_json_to({"type": "replay", "after": 0})
    assert (await socket.receive_output(timeout=5))["type"] == "websocket.close"
    assert await socket.receive_nothing(0.3)


async def test_events_arrive_numbered_and_in_order(render):
    socket = await connect(render.id, render.owner)
    number = (await socket.receive_json_from(timeout=5))["number"]
    for position in range(3):
        await publish(render, progress.SEGMENT, position=position)
    events = [await socket.receive_json_from(timeout=5) for _ in range(3)]
    assert [event["number"] for event in events] == [number + 1, number + 2, number + 3]
    assert [event["position"] for event in events] == [0, 1, 2]
    await socket.disconnect()


async def test_a_change_of_state_brings_a_new_snapshot(render):
    socket = await connect(render.id, render.owner)
    await socket.receive_json_from(timeout=5)
    await database_sync_to_async(services.cancel_render)(render=render)
    event, snapshot = [await socket.receive_json_from(timeout=5) for _ in range(2)]
    assert (event["type"], event["state"]) == ("event", "cancelled")
    assert (snapshot["type"], snapshot["can_retry"]) == ("snapshot", True)
    await socket.disconnect()


async def test_a_deleted_render_closes_out_its_watchers(render):
    socket = await connect(render.id, render.owner)
    await socket.receive_json_from(timeout=5)
    await database_sync_to_async(lambda: services.delete_render(render=render))()
    answer = await socket.receive_output(timeout=5)
    assert (answer["type"], answer["code"]) == ("websocket.close", 4404)


async def test_what_was_missed_is_replayed(render):
    socket = await connect(render.id, render.owner)
    number = (await socket.receive_json_from(timeout=5))["number"]
    await socket.disconnect()
    for position in range(3):
        await publish(render, progress.SEGMENT, position=position)
    socket = await connect(render.id, render.owner)
    snapshot = await socket.receive_json_from(timeout=5)
    assert snapshot["number"] == number + 3
    await socket.send_json_to({"type": "replay", "after": number + 1})
    events = [await socket.receive_json_from(timeout=5) for _ in range(2)]
    assert [(event["number"], event["position"]) for event in events] == [(number + 2, 1), (number + 3, 2)]
    await socket.disconnect()


@pytest.mark.parametrize(
    "message", ["[]", "3", '{"type": "replay"}', '{"type": "replay", "after": -1}', "{", "\x00"]
)
async def test_nonsense_from_a_client_is_survived(render, message):
    socket = await connect(render.id, render.owner)
    await socket.receive_json_from(timeout=5)
    await socket.send_to(text_data=message)
    await publish(render, progress.SEGMENT, position=7)
    assert (await socket.receive_json_from(timeout=5))["position"] == 7
    await socket.disconnect()


async def test_another_site_cannot_connect(render):
    cookies = await database_sync_to_async(session_of)(render.owner)
    headers = [(b"origin", b"http://evil.example"), (b"host", b"localhost"), *cookies]
    socket = WebsocketCommunicator(application, f"/ws/renders/{render.id}/", headers=headers)
    connected, _ = await socket.connect(timeout=5)
    assert not connected


def test_numbers_have_no_gap_and_only_the_newest_progress_is_kept(render):
    for frames in range(5):
        progress.publish(render.id, progress.PROGRESS, frames_done=frames)
    progress.publish(render.id, progress.SEGMENT, position=0)
    assert [(event["number"], event["kind"]) for event in selectors.events_after(render, 0)] == [
        (5, "progress"),
        (6, "segment"),
    ]


def test_news_of_a_deleted_render_are_dropped(render):
    Render.objects.all().delete()
    assert progress.publish(render.id, progress.PROGRESS) is None
