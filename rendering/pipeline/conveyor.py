"""A second thread that works on what the first one makes."""

import queue
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Conveyor(Generic[Item]):
    """Hands items to `consume` on a thread of its own, in order, at most `depth` of them waiting.

    A context manager: leaving it waits until everything is consumed, leaving it by an exception drops what
    waits. An exception of the consumer is raised by the next `put`, or on leaving.
    """

    def __init__(self, consume: Callable[[Item], None], *, depth: int) -> None:
        self._consume = consume
        self._waiting: queue.Queue[tuple[Item] | None] = queue.Queue(depth)
        self._dropped = False
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="conveyor", daemon=True)

    def __enter__(self) -> "Conveyor[Item]":
        self._thread.start()
        return self

    def put(self, item: Item) -> None:
        """Wait for room and hand over; the item is the consumer's from now on."""
        self._raise()
        self._waiting.put((item,))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._dropped = error is not None
        self._waiting.put(None)
        self._thread.join()
        if error is None:
            self._raise()

    def _raise(self) -> None:
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        while (boxed := self._waiting.get()) is not None:
            # After an error the belt runs on empty, so that the producer never waits for room in vain.
            if self._dropped or self._error is not None:
                continue
            try:
                self._consume(boxed[0])
            except BaseException as error:
                self._error = error
