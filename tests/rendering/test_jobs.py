"""The way of a render through the queue."""

import json
import resource
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from avatarlab.errors import Conflict, QuotaExceeded
from rendering import jobs, queues, services
from rendering.dispatch import begin_join
from rendering.engines.errors import FaceError
from rendering.models import Render, RenderSegment, Segment
from studio.models import Avatar
from tests import factories

State = Render.State


def stored_files() -> list[str]:
    """Every stored file of every user."""
    found, folders = [], [""]
    while folders:
        folder = folders.pop()
        below, files = default_storage.listdir(folder)
        folders += [f"{folder}/{name}".strip("/") for name in below]
        found += [f"{folder}/{name}" for name in files]
    return found


def nothing_claimed() -> bool:
    rows = (Render.objects, RenderSegment.objects)
    return not any(row.exclude(worker="").exists() for row in rows)


def content(file) -> list[str]:
    with file.open() as stream:
        return json.loads(stream.read())


def test_a_render_is_planned_rendered_and_joined(pipeline, generate, work):
    render = generate("One.", "Two.", "Three.")
    work()
    render.refresh_from_db()
    assert render.state == State.DONE
    assert content(render.video) == ["One.", "Two.", "Three."]
    assert render.duration == pytest.approx(30 / 25)
    assert render.frames_done == render.frames_planned == 30
    assert render.started <= render.first_playable <= render.finished
    assert render.seconds == {"speech": 0.3, "face": 0.6}
    assert nothing_claimed()


def test_a_render_whose_media_live_in_mongodb(pipeline, generate, work, settings, mongodb_url):
    gridfs = {"BACKEND": "avatarlab.gridfs.GridFSStorage", "OPTIONS": {"url": mongodb_url}}
    settings.STORAGES = {**settings.STORAGES, "default": gridfs}
    render = generate("One.", "Two.")
    work()
    render.refresh_from_db()
    assert content(render.video) == ["One.", "Two."]
    assert default_storage.owner(render.video.name) == str(render.owner_id)
    services.delete_render(render=render)
    assert stored_files() == []


def test_the_first_sentence_is_rendered_first(pipeline, generate, work):
    generate("One.", "Two.", "Three.", "Four.")
    work()
    assert pipeline.rendered == ["One.", "Two.", "Three.", "Four."]


def test_the_preview_makes_way_for_the_poster(pipeline, generate, work):
    render = generate("One.")
    work(most=2)
    render.refresh_from_db()
    assert render.preview.open().read() == b"jpeg"
    work()
    render.refresh_from_db()
    assert not render.preview
    assert render.poster
    assert not [name for name in stored_files() if "preview" in name]


def test_a_sentence_that_comes_twice_is_rendered_once(pipeline, generate, work):
    render = generate("Yes.", "No.", "Yes.")
    work()
    assert sorted(pipeline.rendered) == ["No.", "Yes."]
    render.refresh_from_db()
    assert content(render.video) == ["Yes.", "No.", "Yes."]


def test_a_changed_sentence_is_the_only_one_rendered_again(pipeline, generate, work):
    generate("One.", "Two.", "Three.")
    work()
    pipeline.rendered.clear()
    second = generate("One.", "Changed.", "Three.")
    work()
    assert pipeline.rendered == ["Changed."]
    second.refresh_from_db()
    assert content(second.video) == ["One.", "Changed.", "Three."]
    assert list(second.segments.values_list("reused", flat=True)) == [True, False, True]


def test_two_renders_at_once_of_one_script_render_it_once(pipeline, generate, work):
    first, second = generate("One.", "Two."), generate("One.", "Two.")
    work()
    assert sorted(pipeline.rendered) == ["One.", "Two."]
    for render in (first, second):
        render.refresh_from_db()
        assert content(render.video) == ["One.", "Two."]


def test_a_sentence_in_work_is_waited_for_not_rendered_beside(pipeline, generate, work):
    first, second = generate("One."), generate("One.")
    jobs.plan_render(first.id)
    jobs.plan_render(second.id)

    def meanwhile():
        pipeline.at.clear()
        jobs.render_segment(second.id, 0)

    pipeline.at["face"] = meanwhile
    jobs.render_segment(first.id, 0)
    assert pipeline.rendered == ["One."]
    work()
    assert Render.objects.filter(state=State.DONE).count() == 2


def test_another_users_segments_are_not_used(pipeline, generate, work):
    generate("One.")
    work()
    generate("One.", owner=factories.user())
    work()
    assert pipeline.rendered == ["One.", "One."]


def test_a_job_that_comes_twice_does_nothing_the_second_time(pipeline, generate, work):
    render = generate("One.")
    work()
    before = Render.objects.values().get(pk=render.pk)
    for again in (
        lambda: jobs.plan_render(render.id),
        lambda: jobs.render_segment(render.id, 0),
        lambda: jobs.join_render(render.id),
    ):
        again()
    assert Render.objects.values().get(pk=render.pk) == before
    assert pipeline.rendered == ["One."]


def test_a_segment_whose_file_was_lost_is_rendered_again(pipeline, generate, work):
    generate("One.", "Two.")
    work()
    default_storage.delete(Segment.objects.first().stream.name)
    pipeline.rendered.clear()
    render = generate("One.", "Two.")
    work()
    render.refresh_from_db()
    assert render.state == State.DONE
    assert len(pipeline.rendered) == 1


def test_renders_take_turns(pipeline, generate, work):
    generate(*(f"Long {number}." for number in range(9)))
    work(most=4)
    generate("Short one.", "Short two.")
    work()
    assert "Short two." in pipeline.rendered[:8]


def test_what_a_person_waits_for_goes_first(pipeline, generate, work, owner):
    generate("One.", "Two.")
    services.start_hearing(owner=owner, text="Hi", voice=factories.voice(key="af_sky"), speed=1, pitch=0)
    work()
    assert pipeline.rendered[0] == "heard Hi by af_sky"


def test_an_engines_sentence_is_the_problem(pipeline, generate, work):
    def refuse():
        raise FaceError("Face too small: it is 90 pixels wide, we need 160. Crop closer.")

    pipeline.at["face"] = refuse
    render = generate("One.")
    work()
    render.refresh_from_db()
    assert render.state == State.FAILED
    assert render.problem == "Face too small: it is 90 pixels wide, we need 160. Crop closer."
    assert nothing_claimed()


def test_an_unknown_error_is_said_plainly_and_its_traceback_kept_for_the_admin(
    pipeline, generate, work, caplog
):
    def fail():
        raise ZeroDivisionError("secret detail")

    pipeline.at["face"] = fail
    render = generate("One.")
    work()
    render.refresh_from_db()
    assert render.state == State.FAILED
    assert "Try again" in render.problem
    assert str(render.id) in render.problem
    assert "secret detail" not in render.problem
    assert "ZeroDivisionError: secret detail" in render.log
    assert str(render.id) in caplog.text
    assert nothing_claimed()


def test_out_of_memory_is_said_plainly(pipeline, generate, work):
    def fail():
        raise MemoryError

    pipeline.at["face"] = fail
    render = generate("One.")
    work()
    render.refresh_from_db()
    assert "ran out of memory" in render.problem
    assert nothing_claimed()


def test_a_failed_render_is_tried_again_without_losing_what_is_done(pipeline, generate, work):
    def fail_on_the_second():
        if len(pipeline.rendered) == 2:
            raise RuntimeError("no luck")

    pipeline.at["face"] = fail_on_the_second
    render = generate("One.", "Two.", "Three.")
    work()
    render.refresh_from_db()
    assert render.state == State.FAILED
    pipeline.at.clear()
    pipeline.rendered.clear()
    services.retry_render(render=render)
    work()
    render.refresh_from_db()
    assert render.state == State.DONE
    assert render.attempt == 2
    assert render.problem == ""
    assert pipeline.rendered == ["Two.", "Three."]


@pytest.fixture
def little_room():
    """No file may grow beyond 100 kB: the kernel refuses to write, as it does on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def limit(full: bool) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000 if full else before[0], before[1]))

    yield limit
    limit(False)


def test_disk_full_while_a_segment_is_stored(pipeline, generate, work, little_room, monkeypatch):
    render = generate("One.")
    work(most=1)
    pipeline.size = 300_000
    keep = jobs.results.keep_segment

    def keep_on_a_full_disk(place, files):
        little_room(True)
        try:
            return keep(place, files)
        finally:
            little_room(False)

    with monkeypatch.context() as full:
        full.setattr(jobs.results, "keep_segment", keep_on_a_full_disk)
        work()
    render.refresh_from_db()
    assert render.state == State.FAILED
    assert "disk is full" in render.problem
    assert [name for name in stored_files() if "segment" in name] == []
    assert nothing_claimed()

    services.retry_render(render=render)
    work()
    render.refresh_from_db()
    assert render.state == State.DONE


@pytest.mark.parametrize("stage", ["plan", "speech", "face", "write", "join"])
def test_cancel_in_every_stage(pipeline, generate, work, stage):
    render = generate("One.", "Two.")
    pipeline.at[stage] = lambda: (
        Render.objects.filter(pk=render.pk, state__in=Render.ACTIVE).exists()
        and (services.cancel_render(render=render))
    )
    work()
    render.refresh_from_db()
    assert render.state == State.CANCELLED
    assert render.problem == ""
    assert not render.video
    assert nothing_claimed()
    assert len(pipeline.rendered) <= (2 if stage == "join" else 1)


def test_cancel_while_it_waits(pipeline, generate, work):
    render = generate("One.")
    services.cancel_render(render=render)
    assert queues.waiting_job_ids() == set()
    work()
    render.refresh_from_db()
    assert render.state == State.CANCELLED
    assert pipeline.rendered == []


def test_a_cancelled_render_can_be_tried_again_while_its_worker_still_stops(pipeline, generate, work):
    render = generate("One.")

    def cancel_and_retry():
        pipeline.at.clear()
        services.cancel_render(render=render)
        services.retry_render(render=render)

    pipeline.at["face"] = cancel_and_retry
    work()
    render.refresh_from_db()
    assert render.state == State.DONE
    assert pipeline.rendered == ["One.", "One."]


def test_the_time_limit_ends_a_render_in_the_middle_of_a_sentence(pipeline, generate, work, settings):
    render = generate("One.", "Two.")
    long_ago = timezone.now() - timedelta(seconds=settings.RENDER_TIME_LIMIT_S + 1)
    pipeline.at["face"] = lambda: Render.objects.filter(pk=render.pk).update(started=long_ago)
    work()
    render.refresh_from_db()
    assert render.state == State.FAILED
    assert "longer than the server allows" in render.problem
    assert nothing_claimed()
    assert pipeline.rendered == ["One."]


def test_a_job_that_hangs_is_ended_by_the_clock(pipeline, generate, work, monkeypatch):
    import time

    monkeypatch.setattr(queues, "RENDER_JOB_S", 1)
    pipeline.at["speech"] = lambda: time.sleep(20)
    render = generate("One.")
    work()
    render.refresh_from_db()
    assert render.state == State.FAILED
    assert "longer than the server allows" in render.problem
    assert nothing_claimed()


def test_a_render_deleted_in_the_middle_leaves_nothing(pipeline, generate, work):
    render = generate("One.", "Two.")

    def delete():
        pipeline.at.clear()
        services.delete_render(render=render)

    pipeline.at["write"] = delete
    work()
    assert not Render.objects.exists()
    assert not Segment.objects.exists()
    assert stored_files() == []


def test_deleting_a_render_keeps_what_another_needs(pipeline, generate, work):
    first, second = generate("One.", "Two."), generate("Two.", "Three.")
    work()
    services.delete_render(render=first)
    assert Segment.objects.count() == 2
    assert sum("-stream" in name for name in stored_files()) == 2
    services.delete_render(render=second)
    assert stored_files() == []


def test_a_sample_is_heard_by_who_asked_and_nobody_else(pipeline, work, owner):
    heard = services.start_hearing(owner=owner, text="Hello", voice=factories.voice(), speed=1, pitch=0)
    assert services.hearing(owner=owner, id=heard)["state"] == "waiting"
    work()
    assert services.hearing(owner=owner, id=heard) == {"state": "done", "audio": b"RIFFHello", "problem": ""}
    assert services.hearing(owner=factories.user(), id=heard)["state"] == "failed"


def test_an_avatar_with_an_unreadable_picture_is_refused_with_the_reason(work, owner):
    avatar = factories.avatar(owner, state=Avatar.State.CHECKING)
    services.check_avatar(avatar=avatar)
    work()
    avatar.refresh_from_db()
    assert avatar.state == Avatar.State.REFUSED
    assert avatar.problem
    assert "Traceback" not in avatar.problem


def test_a_retry_counts_against_what_may_run_at_once(pipeline, generate, owner, settings):
    render = generate("One.")
    services.cancel_render(render=render)
    settings.MAX_ACTIVE_RENDERS = 1
    generate("Two.")
    with pytest.raises(QuotaExceeded):
        services.retry_render(render=render)


def test_what_is_not_over_cannot_be_tried_again_and_what_is_over_cannot_be_cancelled(
    pipeline, generate, work
):
    render = generate("One.")
    with pytest.raises(Conflict):
        services.retry_render(render=render)
    work()
    with pytest.raises(Conflict):
        services.cancel_render(render=render)


def test_a_plan_that_changed_with_an_update_is_said_plainly(pipeline, generate, work):
    render = generate("One.", "Two.")
    work(most=1)
    Render.objects.filter(pk=render.pk).update(spec={"sentences": ["One."], "format": {"fps": 25}})
    work()
    render.refresh_from_db()
    assert render.state == State.FAILED
    assert "was updated" in render.problem


def test_a_segment_deleted_while_a_render_that_wants_it_is_planned(pipeline, generate, work, monkeypatch):
    first = generate("One.")
    work()
    second = generate("One.")
    looked_up = jobs.results.reusable_segments

    def and_then_deleted(owner_id, keys):
        found = looked_up(owner_id, keys)
        if Render.objects.filter(pk=first.pk).exists():
            services.delete_render(render=first)
        return found

    monkeypatch.setattr(jobs.results, "reusable_segments", and_then_deleted)
    work()
    second.refresh_from_db()
    assert second.state == State.DONE
    assert second.video


def test_a_sentence_of_a_deleted_render_serves_another_that_waits_for_it(pipeline, generate, work):
    first = generate("Same.")
    second = generate("Same.")

    def delete():
        pipeline.at.clear()
        services.delete_render(render=first)

    pipeline.at["write"] = delete
    work()
    second.refresh_from_db()
    assert second.state == State.DONE
    assert pipeline.rendered == ["Same."]


def test_what_was_looked_at_before_a_retry_does_not_begin_the_join(generate):
    looked_at = generate("One.")
    Render.objects.filter(pk=looked_at.pk).update(state=State.RUNNING, attempt=2)
    assert begin_join(looked_at) is False
    assert Render.objects.get().state == State.RUNNING


@pytest.fixture
def just_before_the_end(monkeypatch):
    """Something happens after the join has looked at its render for the last time."""
    keep = jobs.results.keep_results

    def happens(what):
        def keep_results(render, files):
            what(render)
            return keep(render, files)

        monkeypatch.setattr(jobs.results, "keep_results", keep_results)

    return happens


def test_a_cancel_after_the_joins_last_look_wins(pipeline, generate, work, just_before_the_end):
    render = generate("One.")
    just_before_the_end(lambda current: services.cancel_render(render=Render.objects.get(pk=current.pk)))
    work()
    render.refresh_from_db()
    assert render.state == State.CANCELLED
    assert not render.video
    assert [name for name in stored_files() if "/render/" in name and "preview" not in name] == []


def test_a_join_that_another_worker_took_over_does_not_end_the_render(
    pipeline, generate, work, just_before_the_end
):
    render = generate("One.")
    just_before_the_end(lambda current: Render.objects.filter(pk=current.pk).update(worker="other@1"))
    work()
    render.refresh_from_db()
    assert (render.state, render.worker) == (State.JOINING, "other@1")
    assert [name for name in stored_files() if "/render/" in name and "preview" not in name] == []
