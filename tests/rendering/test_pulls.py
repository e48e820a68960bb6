"""Model files are fetched beside renders: seen, cancelled, taken up again, never lost."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from accounts.models import User
from avatarlab.errors import Conflict
from rendering import engine_rows, jobs, leases, pull_services, pull_worker, queues, recovery, resident, watch
from rendering.models import Engine, ModelPull
from tests import factories
from tests.rendering import catalogues
from tests.rendering.processes import wait_until, worker

State = ModelPull.State
CONTENT = b"weights " * 500_000


class Hub:
    """A server of one file that stops in the middle until it is let go on."""

    def __init__(self) -> None:
        self.go_on = threading.Event()
        self.go_on.set()
        self.starts: list[int] = []
        self.url = ""


@contextmanager
def serving(hub: Hub) -> Iterator[None]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range")
            start = int(wanted.removeprefix("bytes=").partition("-")[0]) if wanted else 0
            hub.starts.append(start)
            self.send_response(206 if wanted else 200)
            self.send_header("Content-Length", str(len(CONTENT) - start))
            if wanted:
                self.send_header("Content-Range", f"bytes {start}-{len(CONTENT) - 1}/{len(CONTENT)}")
            self.end_headers()
            middle = max(start, len(CONTENT) // 2)
            try:
                self.wfile.write(CONTENT[start:middle])
                hub.go_on.wait(20)
                self.wfile.write(CONTENT[middle:])
            except OSError:
                self.close_connection = True

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    hub.url = f"http://127.0.0.1:{server.server_port}/weights.bin"
    try:
        yield
    finally:
        hub.go_on.set()
        server.shutdown()
        server.server_close()


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """An empty models folder, and an engine that needs the hub's file."""
    monkeypatch.setenv("AVATARLAB_MODELS", str(tmp_path))
    hub = Hub()
    with serving(hub):
        catalogues.offer(monkeypatch, catalogues.artifact("scholar-weights", CONTENT, hub.url))
        catalogues.use(monkeypatch, catalogues.SCHOLAR, catalogues.PLANNED)
        engine_rows.refresh()
        yield hub
        for fetch in list(pull_worker._running):
            hub.go_on.set()
            fetch.join(20)


@pytest.fixture
def scholar(hub: Hub) -> Engine:
    return Engine.objects.get(name="scholar")


def ask(engine: Engine, user: User) -> ModelPull:
    return pull_services.request_pull(engine=engine, user=user)


def reached(pull: ModelPull, state: str) -> bool:
    pull.refresh_from_db()
    return pull.state == state


def test_what_is_fetched_makes_the_engine_ready(scholar, owner, work) -> None:
    pull = ask(scholar, owner)
    work()
    wait_until(lambda: reached(pull, State.DONE))
    scholar.refresh_from_db()
    assert (scholar.state, scholar.artifacts[0]["state"]) == (Engine.State.READY, "present")
    assert (pull.worker, pull.requested_by) == ("", owner)


def test_how_far_it_is_can_be_seen(hub, scholar, owner, work) -> None:
    hub.go_on.clear()
    pull = ask(scholar, owner)
    work()
    wait_until(lambda: reached(pull, State.RUNNING) and pull.done_bytes > 0)
    assert (pull.artifact, pull.total_bytes) == ("scholar-weights", len(CONTENT))
    assert pull.done_bytes < len(CONTENT)


def test_a_worker_that_fetches_renders_meanwhile(hub, scholar, owner, work, pipeline, generate) -> None:
    hub.go_on.clear()
    pull = ask(scholar, owner)
    work()
    render = generate("One.")
    work()
    render.refresh_from_db()
    assert render.state == "done"
    assert reached(pull, State.RUNNING)


def test_two_clicks_are_one_pull(scholar, owner) -> None:
    assert ask(scholar, owner) == ask(scholar, owner)
    assert ModelPull.objects.count() == 1


def test_two_jobs_of_one_pull_fetch_once(hub, scholar, owner) -> None:
    pull = ask(scholar, owner)
    jobs.pull_models(pull.pk)
    jobs.pull_models(pull.pk)
    wait_until(lambda: reached(pull, State.DONE))
    assert hub.starts == [0]


def test_a_cancelled_pull_stops_and_the_next_goes_on_where_it_was(hub, scholar, owner, tmp_path) -> None:
    hub.go_on.clear()
    pull = ask(scholar, owner)
    jobs.pull_models(pull.pk)
    wait_until(lambda: reached(pull, State.RUNNING) and pull.done_bytes > 0)
    pull_services.cancel_pull(pull=pull)
    fetches = list(pull_worker._running)
    # What it reports next is heard as "stop": looks at the row are half a second apart.
    time.sleep(pull_worker.LOOK_S)
    hub.go_on.set()
    for fetch in fetches:
        fetch.join(20)
    assert reached(pull, State.CANCELLED)
    assert not (tmp_path / "scholar-weights.bin").exists()

    again = ask(scholar, owner)
    jobs.pull_models(again.pk)
    wait_until(lambda: reached(again, State.DONE))
    assert hub.starts[1] > 0


def test_what_is_over_cannot_be_cancelled(scholar, owner) -> None:
    pull = ask(scholar, owner)
    pull_services.cancel_pull(pull=pull)
    with pytest.raises(Conflict, match="not being fetched any more"):
        pull_services.cancel_pull(pull=pull)


def test_a_pull_that_was_cancelled_before_it_began_does_nothing(hub, scholar, owner, work) -> None:
    pull = ask(scholar, owner)
    pull_services.cancel_pull(pull=pull)
    work()
    assert reached(pull, State.CANCELLED)
    assert hub.starts == []


def test_a_source_that_does_not_answer_is_told_in_words(scholar, owner, work, monkeypatch) -> None:
    gone = catalogues.artifact("scholar-weights", CONTENT, "http://127.0.0.1:9/weights.bin")
    catalogues.offer(monkeypatch, gone)
    pull = ask(scholar, owner)
    work()
    wait_until(lambda: reached(pull, State.FAILED))
    assert "scholar-weights could not be fetched" in pull.problem
    assert "cannot be reached" in pull.problem


def test_planned_forbidden_and_complete_engines_are_not_fetched(scholar, owner, settings, tmp_path) -> None:
    with pytest.raises(Conflict, match="Dream is planned"):
        ask(Engine.objects.get(name="dream"), owner)
    (tmp_path / "scholar-weights.bin").write_bytes(CONTENT)
    engine_rows.refresh()
    scholar.refresh_from_db()
    with pytest.raises(Conflict, match="Every model file of Scholar is here"):
        ask(scholar, owner)
    settings.FORBID_NON_COMMERCIAL = True
    with pytest.raises(Conflict, match="the terms of Scholar do not permit"):
        ask(scholar, owner)


def test_optional_files_come_after_the_needed_ones(scholar) -> None:
    files = [
        {"name": "a", "bytes": 1, "licence": "", "state": "missing", "needed": True, "by_hand": False},
        {"name": "b", "bytes": 1, "licence": "", "state": "missing", "needed": False, "by_hand": False},
    ]
    scholar.artifacts = files
    assert pull_services.absent_artifacts(scholar) == ["a"]
    scholar.artifacts = [files[0] | {"state": "present"}, files[1]]
    assert pull_services.absent_artifacts(scholar) == ["b"]


def test_a_file_that_is_nowhere_to_be_had_is_left_to_people(monkeypatch, scholar) -> None:
    with_beta = replace(catalogues.SCHOLAR, optional=("beta",))
    catalogues.offer(monkeypatch, catalogues.artifact("beta", b"chosen by hand"))
    catalogues.use(monkeypatch, with_beta)
    engine_rows.refresh()
    scholar.refresh_from_db()
    assert {file["name"]: file["state"] for file in scholar.artifacts}["beta"] == "missing"
    assert pull_services.absent_artifacts(scholar) == ["scholar-weights"]


def test_a_pull_that_redis_forgot_is_enqueued_again(scholar, owner, work) -> None:
    pull = ask(scholar, owner)
    queues.short_connection().flushall()
    ModelPull.objects.update(created=timezone.now() - timedelta(seconds=pull_worker.UNTOUCHED_S + 1))
    recovery.sweep()
    work()
    wait_until(lambda: reached(pull, State.DONE))


def hold(pull: ModelPull, worker: str, *, silent_s: float = 0) -> None:
    claimed = timezone.now() - timedelta(seconds=silent_s)
    ModelPull.objects.filter(pk=pull.pk).update(state=State.RUNNING, worker=worker, claimed=claimed)


def test_what_a_silent_worker_fetched_waits_again(scholar, owner) -> None:
    pull = ask(scholar, owner)
    hold(pull, "other@1")
    recovery.sweep()
    assert reached(pull, State.RUNNING), "a lease that runs is respected"
    hold(pull, "other@1", silent_s=leases.LEASE_S + 1)
    recovery.sweep()
    assert reached(pull, State.WAITING)
    assert (pull.worker, pull.crashes) == ("", 1)


def test_a_heartbeat_keeps_the_lease(scholar, owner) -> None:
    pull = ask(scholar, owner)
    hold(pull, "mine@1", silent_s=leases.LEASE_S + 1)
    leases.renew("mine@1")
    recovery.sweep()
    assert reached(pull, State.RUNNING)


def test_a_worker_started_again_takes_back_at_once_what_its_earlier_life_fetched(scholar, owner) -> None:
    pull = ask(scholar, owner)
    hold(pull, leases.incarnation("worker"))
    recovery.reclaim(leases.incarnation("worker"))
    assert reached(pull, State.WAITING)


def test_a_pull_that_kills_every_worker_fails(scholar, owner) -> None:
    pull = ask(scholar, owner)
    for _ in range(leases.MAX_CRASHES):
        hold(pull, "dies@1", silent_s=leases.LEASE_S + 1)
        recovery.sweep()
    assert reached(pull, State.FAILED)
    assert "stopped 3 times while fetching" in pull.problem


def test_a_worker_that_is_asked_to_stop_leaves_its_pull_to_the_next(hub, scholar, owner) -> None:
    hub.go_on.clear()
    pull = ask(scholar, owner)
    jobs.pull_models(pull.pk)
    wait_until(lambda: reached(pull, State.RUNNING) and pull.done_bytes > 0)
    watch.stopping.set()
    hub.go_on.set()
    pull_worker.end(resident.worker_name())
    assert reached(pull, State.WAITING)
    assert pull.crashes == 0


OFFER = """
import rendering.engines.catalogue as catalogue
from rendering.engines.weights.manifest import ARTIFACTS
from tests.rendering import catalogues
made = catalogues.artifact("scholar-weights", {content}, {url!r})
ARTIFACTS[made.name] = made
catalogue.CARDS = {{"portrait": catalogue.CARDS["portrait"], "hibari": catalogue.CARDS["hibari"],
    "kokoro": catalogue.CARDS["kokoro"], "scholar": catalogues.SCHOLAR}}
"""


def test_a_worker_killed_in_the_middle_is_made_up_for(hub, scholar, owner) -> None:
    offer = OFFER.format(content='b"weights " * 500_000', url=hub.url)
    hub.go_on.clear()
    pull = ask(scholar, owner)
    with worker(prepare=offer) as process:
        wait_until(lambda: reached(pull, State.RUNNING) and pull.done_bytes > 0)
        process.send_signal(signal.SIGKILL)
        process.wait(10)
    assert reached(pull, State.RUNNING), "nobody noticed yet"

    hub.go_on.set()
    with worker(prepare=offer):  # as the supervisor starts it again, under the same name
        wait_until(lambda: reached(pull, State.DONE))
    assert pull.crashes == 1
    assert hub.starts[-1] > 0, "it went on where it was cut"


def test_the_command_line_brings_the_rows_up_to_date(scholar) -> None:
    call_command("models", "pull", "scholar-weights")
    scholar.refresh_from_db()
    assert scholar.state == Engine.State.READY
    call_command("models", "remove", "scholar-weights")
    scholar.refresh_from_db()
    assert scholar.state == Engine.State.LACKING


def test_before_the_database_is_set_up_the_command_line_fetches_all_the_same(
    hub, monkeypatch, tmp_path
) -> None:
    monkeypatch.setattr(connection.introspection, "table_names", lambda **_: [])
    call_command("models", "pull", "scholar-weights")
    assert (tmp_path / "scholar-weights.bin").read_bytes() == CONTENT


def test_a_worker_that_starts_loads_no_engine_on_pytorch(monkeypatch) -> None:
    """Their gigabytes wait for a video that wants them."""
    factories.voice(engine="hibari")
    factories.voice(engine="lina")
    loaded: list[str] = []
    monkeypatch.setattr(resident, "renderer", lambda: SimpleNamespace(warm_up=loaded.extend))
    resident.warm_up()
    assert loaded == ["hibari"]
