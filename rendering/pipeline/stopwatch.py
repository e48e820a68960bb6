"""Where the time goes."""

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

Item = TypeVar("Item")


class Stopwatch:
    """Wall seconds by stage."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)

    @contextmanager
    def on(self, stage: str) -> Iterator[None]:
        """Count the block's time, however it ends."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[stage] += time.perf_counter() - started

    def each(self, stage: str, items: Iterable[Item]) -> Iterator[Item]:
        """The items; counted is the time to make them, not what is done with them."""
        source = iter(items)
        while True:
            with self.on(stage):
                try:
                    item = next(source)
                except StopIteration:
                    return
            yield item
