from pathlib import Path

import numpy as np

from rendering.memory import release_freed


def resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


def test_freed_memory_goes_back_to_the_system():
    # Smaller than what the C library gives back by itself, with something kept in between.
    blocks = [np.ones(100_000, np.uint8) for _ in range(2000)]
    kept = blocks[::100]
    before = resident_mb()
    del blocks
    release_freed()
    assert before - resident_mb() > 100
    assert len(kept) == 20
