"""Whatever dies, the render goes on, and what is finished is not done again."""

import shutil
import signal
import tempfile
from pathlib import Path

import pytest
from redis import Redis

from avatarlab.quickstart.redis import EmbeddedRedis
from rendering import jobs, leases, queues, recovery, resident
from rendering.models import Render, RenderSegment, Segment
from rendering.recovery import LOST
from studio.models import Avatar
from tests import factories
from tests.rendering.processes import wait_until, worker

State = Render.State


def done(render: Render) -> int:
    return render.segments.filter(state=RenderSegment.State.DONE).count()


def in_the_middle_of_a_sentence(render: Render) -> bool:
    return render.segments.filter(state=RenderSegment.State.FACE, frames_done__gt=0).exists()


def ended(render: Render) -> bool:
    render.refresh_from_db()
    return not render.is_active


def test_a_worker_killed_in_the_middle_of_a_segment_is_made_up_for(generate):
    render = generate("One.", "Two.", "Three.")
    with worker(frame_s=0.1) as process:
        wait_until(lambda: done(render) >= 1 and in_the_middle_of_a_sentence(render))
        process.send_signal(signal.SIGKILL)
        process.wait(10)
    render.refresh_from_db()
    assert render.state == State.RUNNING
    finished = list(Segment.objects.values_list("pk", flat=True))

    with worker():  # as the supervisor starts it again, under the same name
        wait_until(lambda: ended(render))
    assert render.state == State.DONE
    assert set(finished) < set(Segment.objects.values_list("pk", flat=True))
    assert Segment.objects.count() == 3
    assert render.segments.filter(crashes=1).count() == 1
    assert render.events.filter(kind="state", payload__note=LOST).exists()


def test_a_worker_started_again_takes_back_at_once_what_its_earlier_life_held(pipeline, generate, work):
    render = generate("One.", "Two.")
    work(most=1)
    neighbour = leases.incarnation("neighbour")
    leases.claim_segment(render.id, 0, worker=leases.incarnation("worker"))
    leases.claim_segment(render.id, 1, worker=neighbour)
    assert leases.release_earlier_life(leases.incarnation("worker")) == {render.pk}
    assert [place.worker for place in render.segments.all()] == ["", neighbour]


def test_the_work_of_a_silent_worker_goes_to_another(pipeline, generate, work, lost_worker):
    render = generate("One.", "Two.")
    work(most=1)
    resident.begin_life("silent")
    assert leases.claim_segment(render.id, 0, worker=resident.worker_name())
    recovery.sweep()
    assert render.segments.exclude(worker="").count() == 1, "a lease that runs is respected"
    lost_worker()
    recovery.sweep()
    work()
    assert ended(render)
    assert render.state == State.DONE
    assert render.segments.get(position=0).crashes == 1


def test_a_worker_that_outlived_its_lease_does_no_harm(pipeline, generate, work, lost_worker):
    render = generate("One.")
    jobs.plan_render(render.id)

    def meanwhile_another_finishes():
        pipeline.at.clear()
        lost_worker()
        recovery.sweep()
        mine = resident.worker_name()
        resident.begin_life("another")
        jobs.render_segment(render.id, 0)
        resident._name = mine

    pipeline.at["write"] = meanwhile_another_finishes
    jobs.render_segment(render.id, 0)
    work()
    assert ended(render)
    assert render.state == State.DONE
    assert Segment.objects.count() == 1
    assert render.video.open().read() == b'["One."]'


def test_a_sentence_that_kills_every_worker_fails_the_render(pipeline, generate, work, lost_worker):
    render = generate("Deadly.")
    work(most=1)
    for _ in range(leases.MAX_CRASHES):
        assert leases.claim_segment(render.id, 0, worker=resident.begin_life("dies"))
        lost_worker()
        recovery.sweep()
    assert ended(render)
    assert render.state == State.FAILED
    assert "“Deadly.”" in render.problem
    assert "3 times" in render.problem


def test_a_plan_and_a_join_of_a_dead_worker_begin_again(pipeline, generate, work, lost_worker):
    render = generate("One.")
    leases.claim_render(render.id, state=State.QUEUED, worker="dead@1")
    lost_worker()
    recovery.sweep()
    work(most=2)
    render.refresh_from_db()
    assert render.state == State.JOINING
    leases.claim_render(render.id, state=State.JOINING, worker="dead@2")
    lost_worker()
    recovery.sweep()
    work()
    assert ended(render)
    assert render.state == State.DONE


def test_a_worker_that_is_asked_to_stop_gives_its_work_back(generate):
    render = generate("One.", "Two.")
    with worker(frame_s=0.3) as process:
        wait_until(lambda: in_the_middle_of_a_sentence(render))
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    assert not render.segments.exclude(worker="").exists()
    assert not render.segments.filter(crashes__gt=0).exists()
    with worker("another", frame_s=0.0):
        wait_until(lambda: ended(render))
    assert render.state == State.DONE


def test_two_workers_share_a_render(generate):
    render = generate(*(f"Sentence {number}." for number in range(6)))
    with worker("one"), worker("two"):
        wait_until(lambda: ended(render))
    assert render.state == State.DONE
    assert Segment.objects.count() == 6


def test_jobs_that_redis_forgot_are_enqueued_again(pipeline, generate, work):
    render = generate("One.", "Two.")
    work(most=2)
    queues.short_connection().flushall()
    work()
    assert not ended(render)
    recovery.sweep()
    work()
    assert ended(render)
    assert pipeline.rendered == ["One.", "Two."]


def test_a_sweep_enqueues_nothing_twice(pipeline, generate, work):
    generate("One.", "Two.", "Three.")
    work(most=1)
    before = queues.queue(queues.RENDERS).get_job_ids()
    for _ in range(3):
        recovery.sweep()
    assert queues.queue(queues.RENDERS).get_job_ids() == before


@pytest.fixture
def own_redis(settings):
    """A Redis of this test alone, to be stopped and started."""
    folder = Path(tempfile.mkdtemp(prefix="avl-"))
    server = EmbeddedRedis(socket=folder / "redis.sock", directory=folder / "data")
    settings.REDIS_URL = server.url
    queues.short_connection.cache_clear()
    yield server
    if server.answers():
        Redis(unix_socket_path=str(server.socket)).shutdown(nosave=True)
    queues.short_connection.cache_clear()
    shutil.rmtree(folder)


def stop(process, server: EmbeddedRedis) -> None:
    process.kill()
    process.wait()
    shutil.rmtree(server.directory)  # not even its file is left


def test_a_render_made_while_redis_is_away_starts_when_it_is_back(own_redis, pipeline, generate, work):
    render = generate("One.")
    assert render.state == State.QUEUED
    process = own_redis.start()
    recovery.sweep()
    work()
    stop(process, own_redis)
    assert ended(render)
    assert render.state == State.DONE


@pytest.mark.parametrize("file_is_left", [False, True])
def test_redis_gone_and_back_in_the_middle_of_a_render(own_redis, generate, file_is_left):
    process = own_redis.start()
    render = generate("One.", "Two.", "Three.")
    with worker(frame_s=0.1) as worker_process:
        wait_until(lambda: done(render) >= 1 and in_the_middle_of_a_sentence(render))
        finished = set(Segment.objects.values_list("pk", flat=True))
        process.kill()
        process.wait()
        wait_until(lambda: Segment.objects.count() > len(finished))
        if not file_is_left:
            shutil.rmtree(own_redis.directory)
        process = own_redis.start()
        wait_until(lambda: ended(render))
        assert worker_process.poll() is None
    stop(process, own_redis)
    assert render.state == State.DONE
    assert finished < set(Segment.objects.values_list("pk", flat=True))
    assert not render.segments.filter(crashes__gt=0).exists()


def test_a_check_that_redis_forgot_is_enqueued_again(work):
    avatar = factories.avatar(factories.user(), state=Avatar.State.CHECKING)
    Avatar.objects.filter(pk=avatar.pk).update(created="2020-01-01T00:00Z")
    recovery.sweep()
    assert queues.queue(queues.INTERACTIVE).get_job_ids() == [f"avatar-{avatar.pk}"]


def begin_a_check_and_die(avatar: Avatar) -> None:
    with pytest.raises(KeyboardInterrupt), resident.working_on(f"avatar-{avatar.pk}"):
        raise KeyboardInterrupt
    resident._at_work.clear()
    queues.short_connection().delete(f"at-work:avatar-{avatar.pk}")  # as it would in half a minute


def test_a_picture_that_kills_every_worker_is_refused():
    avatar = factories.avatar(factories.user(), state=Avatar.State.CHECKING)
    Avatar.objects.filter(pk=avatar.pk).update(created="2020-01-01T00:00Z")
    for _ in range(leases.MAX_CRASHES):
        recovery.sweep()
        avatar.refresh_from_db()
        assert avatar.state == Avatar.State.CHECKING
        begin_a_check_and_die(avatar)
    recovery.sweep()
    avatar.refresh_from_db()
    assert avatar.state == Avatar.State.REFUSED
    assert "another" in avatar.problem


def test_a_check_in_work_or_in_the_queue_is_left_alone():
    avatar = factories.avatar(factories.user(), state=Avatar.State.CHECKING)
    Avatar.objects.filter(pk=avatar.pk).update(created="2020-01-01T00:00Z")
    with resident.working_on(f"avatar-{avatar.pk}"):
        recovery.sweep()
        assert queues.queue(queues.INTERACTIVE).get_job_ids() == []
    for _ in range(10):
        recovery.sweep()
    assert len(queues.queue(queues.INTERACTIVE).get_job_ids()) == 1
    avatar.refresh_from_db()
    assert avatar.state == Avatar.State.CHECKING
