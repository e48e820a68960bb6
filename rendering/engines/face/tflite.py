"""Running a small TFLite network on one float input."""

from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray


class TfliteNetwork:
    """One warm interpreter. Not thread-safe."""

    def __init__(self, model: Path, threads: int) -> None:
        self._interpreter = Interpreter(str(model), num_threads=threads)
        self._interpreter.allocate_tensors()
        self._input = self._interpreter.get_input_details()[0]["index"]
        self._outputs = {detail["name"]: detail["index"] for detail in self._interpreter.get_output_details()}

    def run(self, values: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        """values: float32 of the network's input shape. Returns copies of the outputs by tensor name."""
        self._interpreter.set_tensor(self._input, values)
        self._interpreter.invoke()
        return {name: self._interpreter.get_tensor(index) for name, index in self._outputs.items()}
