"""Two threads in a row: order is kept, nothing piles up, errors arrive."""

import threading
import time

import pytest

from rendering.engines.errors import Cancelled
from rendering.pipeline.conveyor import Conveyor


def test_everything_arrives_in_order_before_the_block_ends() -> None:
    arrived: list[int] = []
    with Conveyor(arrived.append, depth=2) as conveyor:
        for number in range(50):
            conveyor.put(number)
    assert arrived == list(range(50))


def test_no_more_than_its_depth_waits() -> None:
    gate, made = threading.Event(), []

    def feed() -> None:
        with Conveyor(lambda number: gate.wait(), depth=2) as conveyor:
            for number in range(10):
                conveyor.put(number)
                made.append(number)

    feeder = threading.Thread(target=feed)
    feeder.start()
    time.sleep(0.3)
    waiting = len(made)
    gate.set()
    feeder.join()
    assert waiting == 3, "one in work and two waiting"
    assert len(made) == 10


def burst(number: int) -> None:
    raise OSError(28, "No space left on device")


def test_an_error_of_the_consumer_reaches_the_producer() -> None:
    with pytest.raises(OSError, match="No space"):
        put_all(1000, Conveyor(burst, depth=1))


def test_an_error_with_the_last_item_is_raised_on_leaving() -> None:
    with pytest.raises(OSError, match="No space"), Conveyor(burst, depth=4) as conveyor:
        conveyor.put(1)


def test_leaving_by_an_error_drops_what_waits_and_ends_the_thread() -> None:
    arrived: list[int] = []

    def slow(number: int) -> None:
        time.sleep(0.05)
        arrived.append(number)

    with pytest.raises(Cancelled):
        cancel_after(5, Conveyor(slow, depth=10))
    assert len(arrived) < 5
    assert "conveyor" not in {thread.name for thread in threading.enumerate()}


def cancel_after(count: int, line: Conveyor[int]) -> None:
    with line as conveyor:
        for number in range(count):
            conveyor.put(number)
        raise Cancelled


def put_all(count: int, line: Conveyor[int]) -> None:
    with line as conveyor:
        for number in range(count):
            conveyor.put(number)
