"""Fetching model files in a worker: a thread beside its renders, and a lease in the row.

Gigabytes take hours, and a worker does one job at a time: as a job, a fetch would stand before every render.
It is network and disk, which leave the processor alone, so the job only starts a thread. The worker's
heartbeat renews the claim; what a killed worker was fetching waits again, and goes on where it was cut.
"""

import logging
import threading
import time
from datetime import timedelta
from uuid import UUID

from django.db import connection
from django.db.models import F, Q
from django.utils import timezone

from rendering import engine_rows, leases, resident
from rendering.engines.errors import Cancelled
from rendering.engines.weights import store
from rendering.models import ModelPull
from rendering.outcome import problem_of
from rendering.pull_services import enqueue_pull
from rendering.watch import stopping

log = logging.getLogger(__name__)

LOOK_S = 0.5
"""Between two looks at the row, in which cancelling shows."""
FAREWELL_S = 2.0
"""For threads to notice that the worker ends."""
UNTOUCHED_S = 5.0
"""What was asked for in the last seconds is being enqueued by whoever asked."""

_running: list["_Fetch"] = []


def begin(pull_id: UUID) -> None:
    """WAITING -> RUNNING, for one caller only; the fetching goes on in a thread of this process."""
    if ModelPull.objects.filter(pk=pull_id, state=ModelPull.State.WAITING).update(
        state=ModelPull.State.RUNNING, worker=resident.worker_name(), claimed=timezone.now()
    ):
        fetch = _Fetch(ModelPull.objects.get(pk=pull_id))
        _running.append(fetch)
        fetch.start()


def end(worker: str) -> None:
    """When a worker ends: what it fetches waits for the next one."""
    ModelPull.objects.filter(worker=worker, state=ModelPull.State.RUNNING).update(
        state=ModelPull.State.WAITING, worker="", claimed=None
    )
    for fetch in tuple(_running):
        fetch.join(FAREWELL_S)
    _running.clear()


def release_earlier_life(worker: str) -> None:
    """Free what this worker fetched before it was killed and started again."""
    name = worker.rpartition("@")[0]
    _release_crashed(Q(worker__startswith=f"{name}@") & ~Q(worker=worker))


def sweep() -> None:
    """Free what dead workers fetched, give up what kills them, and enqueue what Redis does not have."""
    now = timezone.now()
    _release_crashed(Q(claimed__lt=now - timedelta(seconds=leases.LEASE_S)))
    lost = ModelPull.objects.filter(
        state=ModelPull.State.WAITING, created__lt=now - timedelta(seconds=UNTOUCHED_S)
    )
    for pull_id in lost.values_list("pk", flat=True):
        enqueue_pull(pull_id)


def _release_crashed(held: Q) -> None:
    lost = ModelPull.objects.filter(held, state=ModelPull.State.RUNNING)
    lost.filter(crashes__gte=leases.MAX_CRASHES - 1).update(
        state=ModelPull.State.FAILED,
        problem=f"The server stopped {leases.MAX_CRASHES} times while fetching this. Look into its log.",
        worker="",
        claimed=None,
        crashes=F("crashes") + 1,
        finished=timezone.now(),
    )
    lost.update(state=ModelPull.State.WAITING, worker="", claimed=None, crashes=F("crashes") + 1)


class _Fetch(threading.Thread):
    """One pull, with a database connection of its own."""

    def __init__(self, pull: ModelPull) -> None:
        super().__init__(name=f"pull-{pull.engine_id}", daemon=True)
        self._pull = pull
        self._own = ModelPull.objects.filter(
            pk=pull.pk, state=ModelPull.State.RUNNING, worker=resident.worker_name()
        )
        self._looked = 0.0
        self._artifact = ""

    def run(self) -> None:
        try:
            try:
                store.fetch(self._pull.names, self._report)
            finally:
                # What came before a failure is here, too.
                engine_rows.refresh()
            self._end(ModelPull.State.DONE)
        except Cancelled as reason:
            log.info("pull of %s stopped: %s", self._pull.engine_id, reason)
        except Exception as error:
            log.warning("pull of %s failed: %s", self._pull.engine_id, error, exc_info=error)
            doing = f"fetching model files of {self._pull.engine_id}"
            self._end(
                ModelPull.State.FAILED, problem_of(error, doing=doing, reference=f"pull {self._pull.pk}")
            )
        finally:
            if self in _running:
                _running.remove(self)
            connection.close()

    def _report(self, transfer: store.Transfer) -> None:
        """Raises Cancelled when the row is no longer this thread's, or the worker ends."""
        if stopping.is_set():
            raise Cancelled("The worker is stopping.")
        clock = time.monotonic()
        if clock - self._looked < LOOK_S and transfer.artifact.name == self._artifact:
            return
        self._looked, self._artifact = clock, transfer.artifact.name
        if not self._own.update(
            artifact=transfer.artifact.name, done_bytes=transfer.done, total_bytes=transfer.total
        ):
            raise Cancelled("It was cancelled, or another worker took it over.")

    def _end(self, state: object, problem: str = "") -> None:
        self._own.update(
            state=state, problem=problem, worker="", claimed=None, finished=timezone.now(), artifact=""
        )
