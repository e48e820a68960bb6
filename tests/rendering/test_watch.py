"""How often a render is looked at and told of."""

import pytest

from rendering import leases, progress
from rendering.engines.errors import Cancelled
from rendering.models import Render, RenderEvent
from rendering.pipeline.segment import SegmentProgress
from rendering.watch import AvatarWatch, SegmentWatch, stopping
from studio.models import Avatar
from tests import factories


@pytest.fixture
def place():
    render = factories.render(state=Render.State.RUNNING)
    render.segments.create(position=0, key="k", text="One.", frames_planned=100)
    return leases.claim_segment(render.id, 0, worker="me@1")


def test_a_render_is_told_of_at_most_four_times_a_second(place, monkeypatch):
    clock = [100.0]
    monkeypatch.setattr("rendering.watch.time.monotonic", lambda: clock[0])
    told = []
    monkeypatch.setattr(progress, "publish", lambda *_, **payload: told.append(payload))
    monkeypatch.setattr(SegmentWatch, "_may_tell", lambda self: True)
    watch = SegmentWatch(place, 1)
    for frame in range(1, 101):
        clock[0] += 0.02
        watch(SegmentProgress("face", frame, 100))
    assert 7 <= len(told) <= 9, "in two seconds"
    assert told[-1]["segment_frames_done"] > 85


def test_two_workers_on_one_render_share_the_rate(place, monkeypatch):
    monkeypatch.setattr("rendering.watch.LOOK_S", 60)
    for _ in range(2):
        SegmentWatch(place, 1)(SegmentProgress("face", 5, 100))
    assert RenderEvent.objects.filter(kind="progress").count() == 1
    assert Render.objects.get().event_number == 1


def test_work_taken_over_by_another_stops(place):
    place.render.segments.update(worker="another@2")
    with pytest.raises(Cancelled):
        SegmentWatch(place, 1)(SegmentProgress("face", 5, 100))


def test_a_worker_that_shall_end_stops_at_the_next_chunk(place):
    stopping.set()
    with pytest.raises(Cancelled):
        SegmentWatch(place, 1)(SegmentProgress("face", 5, 100))


def test_the_check_of_a_deleted_avatar_stops():
    avatar = factories.avatar(factories.user(), state=Avatar.State.CHECKING)
    AvatarWatch(avatar.pk)()
    avatar.delete()
    with pytest.raises(Cancelled):
        AvatarWatch(avatar.pk)()
