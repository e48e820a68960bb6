"""Memory that a job freed goes back to the system."""

import ctypes
import functools
from collections.abc import Callable


def release_freed() -> None:
    """Give freed pages back, which glibc keeps for later in the arena of the thread that asked for them.

    A worker that does so after every job is as large after an hour as after a minute; one that does not grows
    by a sixth within two minutes of video. Takes milliseconds. See malloc_trim(3).
    """
    trim = _trim()
    if trim is not None:
        trim(0)


@functools.cache
def _trim() -> Callable[[int], int] | None:
    """None where the C library has no such call (macOS, musl)."""
    return getattr(ctypes.CDLL(None), "malloc_trim", None)
