"""What a worker keeps between jobs: its name, its models, its copies of media, the plan it works from."""

import functools
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from django.conf import settings
from redis.exceptions import RedisError

from rendering import engine_rows, leases, queues
from rendering.engines import catalogue
from rendering.engines.errors import EngineError
from rendering.media_cache import MediaCache
from rendering.models import Render
from studio.models import Voice

if TYPE_CHECKING:
    from rendering.pipeline.plan import PlannedSegment
    from rendering.pipeline.segment import SegmentRenderer
    from rendering.pipeline.spec import RenderSpec

log = logging.getLogger(__name__)

BEGUN_S = 24 * 3600

_name = leases.incarnation("process")
_at_work: set[str] = set()


def worker_name() -> str:
    """Under which this process claims rows."""
    return _name


def begin_life(name: str) -> str:
    """Take a new name for this life of the worker `name`. Returns it."""
    global _name
    _name = leases.incarnation(name)
    return _name


@contextmanager
def working_on(what: str) -> Iterator[None]:
    """Tell other workers, for the time of the block, that this one is at something that has no row to claim.

    Without Redis nobody is told, and nobody asks.
    """
    with suppress(RedisError):
        queues.short_connection().incr(f"begun:{what}")
        queues.short_connection().expire(f"begun:{what}", BEGUN_S)
    _at_work.add(what)
    tell_at_work()
    yield  # not in a try: what ends the process must stay counted as begun
    _at_work.discard(what)
    with suppress(RedisError):
        queues.short_connection().delete(f"at-work:{what}", f"begun:{what}")


def tell_at_work() -> None:
    """Renew what `working_on` tells."""
    with suppress(RedisError):
        for what in tuple(_at_work):
            queues.short_connection().set(f"at-work:{what}", worker_name(), ex=round(leases.LEASE_S))


def is_worked_on(what: str) -> bool:
    """Whether a living worker is at it. Raises redis.RedisError."""
    return bool(queues.short_connection().exists(f"at-work:{what}"))


def times_begun(what: str) -> int:
    """How often it was begun and not brought to an end: each time a worker died. Raises redis.RedisError."""
    return int(queues.short_connection().get(f"begun:{what}") or 0)


@functools.cache
def media() -> MediaCache:
    """This machine's copies of stored media."""
    return MediaCache()


@functools.cache
def renderer() -> "SegmentRenderer":
    """The segment renderer with the models it has loaded."""
    from rendering.pipeline.segment import SegmentRenderer

    return SegmentRenderer(threads=settings.WORKER_THREADS)


def warm_up() -> None:
    """Load what the first sentence of every voice would wait for.

    Not the engines that come as extras: their gigabytes are loaded when a video wants them, and a word spoken
    by a service would cost money and be sent away.

    What cannot be loaded is logged here, and told to the user by the render that needs it.
    """
    usable = Voice.objects.filter(is_active=True, problem="")
    for engine in usable.order_by("engine").values_list("engine", flat=True).distinct():
        try:
            if not catalogue.card(engine, "speech").packages:
                renderer().warm_up((engine,))
        except EngineError as error:
            log.warning("%s is not ready: %s", engine, error)


def spec(render: Render) -> "RenderSpec":
    """The render's spec as the pipeline reads it. Raises EngineUnavailableError when it names an engine that
    this instance forbids."""
    from rendering.pipeline.spec import from_json

    read = from_json(render.spec)
    engine_rows.check_allowed(
        *(scene.avatar.head for scene in read.scenes),
        *(scene.voice.engine for scene in read.scenes if scene.recording is None),
    )
    return read


def plan(render: Render) -> "Sequence[PlannedSegment]":
    """The sentences of a render. Kept between jobs: the plan is the same for every sentence."""
    return _plan(render.pk, render.attempt)


@functools.lru_cache(maxsize=4)
def _plan(render_id: object, attempt: int) -> "Sequence[PlannedSegment]":
    from rendering.pipeline import plan as planning

    return planning.plan(spec(Render.objects.get(pk=render_id)), media())
