"""What it costs a process to know all engines without using one."""

import statistics
import subprocess
import sys

from rendering.bench.engines.figures import Figure
from rendering.engines.errors import EngineError

ROUNDS = 7
MOST_S = 0.3
_PROGRAM = """
import sys, time
began = time.perf_counter()
import rendering.engines
import rendering.engines.catalogue
import rendering.engines.speech.registry
import rendering.engines.talking_head.registry
took = time.perf_counter() - began
heavy = {"torch", "transformers", "onnxruntime", "tokenizers"} & set(sys.modules)
print(took, *heavy)
"""


def measure() -> tuple[Figure, ...]:
    """The median of several processes; one before them fills the disk's cache.

    Raises EngineError when an ML library was loaded.
    """
    seconds = [_once() for _ in range(ROUNDS + 1)][1:]
    return (
        Figure(
            "",
            "import rendering.engines, catalogue and registries",
            statistics.median(seconds),
            "s",
            most=MOST_S,
        ),
    )


def _once() -> float:
    command = [sys.executable, "-c", _PROGRAM]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - ourselves
    took, *heavy = done.stdout.split()
    if heavy:
        raise EngineError(f"Importing the engines loads {', '.join(sorted(heavy))}.")
    return float(took)
