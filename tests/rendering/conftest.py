"""Rows in a database that workers in threads and other processes see, and a pipeline of scratch."""

import signal
from collections.abc import Callable, Iterator

import pytest

from accounts.models import User
from rendering import leases, queues, resident, services, watch
from rendering.models import Render
from rendering.worker import ResidentWorker
from tests import factories
from tests.rendering.scratch_pipeline import ScratchPipeline


@pytest.fixture(autouse=True)
def own_rows_and_files(transactional_db: None, empty_media: None) -> None:
    """Commits are real here: jobs are enqueued on commit."""


@pytest.fixture(autouse=True)
def fresh_process() -> Iterator[None]:
    """Nothing of another test's worker: its plans, its wish to stop, its signal handlers."""
    resident._plan.cache_clear()
    watch.stopping.clear()
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.fixture
def pipeline(monkeypatch: pytest.MonkeyPatch) -> ScratchPipeline:
    """In place of speech, faces and encoders: sentences are lines, frames are counted, files are text."""
    scratch = ScratchPipeline()
    monkeypatch.setattr(resident, "plan", scratch.plan)
    monkeypatch.setattr(resident, "spec", lambda render: render.spec)
    monkeypatch.setattr(resident, "renderer", lambda: scratch)
    monkeypatch.setattr("rendering.pipeline.join.join", scratch.join)
    return scratch


@pytest.fixture
def owner() -> User:
    return factories.user()


@pytest.fixture
def generate(owner: User) -> Callable[..., Render]:
    """A render of some sentences, waiting in Redis."""

    def generate(*sentences: str, owner: User = owner, title: str = "A film") -> Render:
        spec = {"sentences": list(sentences), "format": {"fps": 25}}
        return services.create_render(owner=owner, spec=spec, title=title)

    return generate


@pytest.fixture
def work() -> Callable[..., None]:
    """Take jobs until the queues are empty, as a worker in burst mode does."""

    def work(*, most: int | None = None, name: str = "test") -> None:
        resident.begin_life(name)
        connection = queues.Redis.from_url(queues.settings.REDIS_URL)
        own = [queues.queue(queue, connection=connection) for queue in queues.PRIORITY]
        worker = ResidentWorker(own, name=resident.worker_name(), connection=connection)
        worker.work(burst=True, max_jobs=most, logging_level="WARNING")
        connection.close()

    return work


@pytest.fixture
def lost_worker() -> Callable[[], None]:
    """Everything claimed looks as if its worker had been silent for too long."""

    def lose() -> None:
        from datetime import timedelta

        from django.utils import timezone

        long_ago = timezone.now() - timedelta(seconds=leases.LEASE_S + 1)
        for model in (Render, Render.segments.rel.related_model):
            model.objects.exclude(worker="").update(claimed=long_ago)

    return lose
