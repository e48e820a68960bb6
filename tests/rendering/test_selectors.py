"""What is told of a render."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404
from django.utils import timezone

from rendering import selectors
from rendering.models import Render, RenderSegment, Segment
from tests import factories

State = Render.State


def segment(render: Render, position: int, *, seconds: float = 2.0) -> RenderSegment:
    row = Segment(owner=render.owner, key=f"{position:064}", frames=50, duration=seconds, timing="aligned")
    factories._kept(row, "stream", b"stream", "ts")
    factories._kept(row, "poster", b"poster", "jpg")
    row.save()
    return render.segments.create(
        position=position,
        key=row.key,
        text=f"Sentence {position}.",
        state=RenderSegment.State.DONE,
        segment=row,
        frames_done=50,
        frames_planned=50,
    )


def test_only_the_owner_finds_a_render():
    render = factories.render()
    assert selectors.render_for(render.owner, render.id) == render
    for other in (factories.user(), AnonymousUser()):
        with pytest.raises(Http404):
            selectors.render_for(other, render.id)


def test_a_waiting_render_knows_its_place_in_the_queue():
    first, second = factories.render(), factories.render()
    assert selectors.snapshot(first)["queue_position"] == 1
    assert selectors.snapshot(second)["queue_position"] == 2


def test_the_playlist_grows_with_the_finished_segments_and_ends_with_the_last():
    render = factories.render(state=State.RUNNING)
    segment(render, 0)
    waiting = render.segments.create(position=1, key="x", text="Next.", frames_planned=100)
    text = selectors.playlist_text(render)
    assert text.count("#EXTINF:2.000") == 1
    assert "#EXT-X-ENDLIST" not in text
    waiting.delete()
    segment(render, 1, seconds=1.5)
    text = selectors.playlist_text(render)
    assert text.count("#EXTINF") == 2
    assert text.count("#EXT-X-DISCONTINUITY\n") == 1
    assert text.endswith("#EXT-X-ENDLIST\n")
    assert f"/media/render/{render.id}/segment/1/stream?v=" in text


def test_the_playlist_stops_at_a_gap():
    render = factories.render(state=State.RUNNING)
    segment(render, 0)
    render.segments.create(position=1, key="x", text="Next.", frames_planned=100)
    segment(render, 2)
    assert selectors.playlist_text(render).count("#EXTINF") == 1


def test_there_is_no_playlist_before_the_first_segment():
    with pytest.raises(Http404):
        selectors.playlist_text(factories.render())


def test_progress_is_whole_only_when_the_video_is_there():
    render = factories.render(state=State.JOINING)
    segment(render, 0)
    assert selectors.snapshot(render)["progress"] == 0.99
    render.state = State.DONE
    assert selectors.snapshot(render)["progress"] == 1.0


def test_the_time_left_follows_the_pace_without_what_was_found_finished():
    now = timezone.now()
    render = factories.render(state=State.RUNNING, started=now - timedelta(seconds=10))
    RenderSegment.objects.filter(pk=segment(render, 0).pk).update(reused=True)
    segment(render, 1)
    render.segments.create(position=2, key="x", text="Next.", frames_planned=100)
    places = list(render.segments.all())
    assert selectors.seconds_left(render, places, now=now) == 20


def test_an_estimate_uses_the_measured_speed():
    owner = factories.user()
    script = {"scenes": [{"script": "a" * 145, "speed": 1.0}]}
    before = selectors.estimate(script)
    assert before["characters"] == 145
    assert before["duration_seconds"] == pytest.approx(10, abs=0.5)
    now = timezone.now()
    factories.render(owner, state=State.DONE, duration=100, started=now - timedelta(seconds=30), finished=now)
    assert selectors.estimate(script)["render_seconds"] == pytest.approx(
        0.3 * before["duration_seconds"], abs=0.2
    )


def test_files_are_named_after_the_title():
    render = factories.render(title="Été à Paris / <b>", state=State.DONE)
    factories.stored(render, "video")
    (file,) = selectors.snapshot(render)["files"]
    assert file["kind"] == "mp4"
    assert file["name"] == "ete-a-paris-b.mp4"
