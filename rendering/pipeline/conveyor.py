"""A second thread that works on what the first one makes."""

import queue
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Generic, TypeVar

Item = TypeVar("Item")

POLL = 0.2
"""Seconds between two looks at whether the other side is still alive."""


class Conveyor(Generic[Item]):
    """Hands items to `consume` on a thread of its own, in order, at most `depth` of them waiting.

    A context manager: leaving it waits until everything is consumed, leaving it by an exception drops what
    waits. An exception of the consumer is raised by the next `put`, or on leaving.
    """

    def __init__(self, consume: Callable[[Item], None], *, depth: int) -> None:
        self._consume = consume
        self._waiting: queue.Queue[Item] = queue.Queue(depth)
        self._closed = threading.Event()
        self._dropped = threading.Event()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="conveyor", daemon=True)

    def __enter__(self) -> "Conveyor[Item]":
        self._thread.start()
        return self

    def put(self, item: Item) -> None:
        """Wait for room and hand over; the item is the consumer's from now on."""
        while True:
            self._raise()
            try:
                self._waiting.put(item, timeout=POLL)
            except queue.Full:
                continue
            return

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self._dropped.set()
        self._closed.set()
        self._thread.join()
        if error is None:
            self._raise()

    def _raise(self) -> None:
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        try:
            while not self._dropped.is_set():
                try:
                    item = self._waiting.get(timeout=POLL)
                except queue.Empty:
                    if self._closed.is_set():
                        return
                    continue
                self._consume(item)
        except BaseException as error:
            self._error = error
