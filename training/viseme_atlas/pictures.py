"""Draws a generator's faces at full size. OpenVINO runs the network several times faster than torch does."""

from pathlib import Path

import numpy as np
import openvino
import openvino.opset13 as operations
from numpy.typing import NDArray

from rendering.engines.face.base import Image


class Painter:
    """The synthesis network with an input for each modulation, in the order of its operations' names."""

    def __init__(self, model: Path, *, threads: int = 1) -> None:
        """model: SynthesisNetwork.xml."""
        core = openvino.Core()
        network = core.read_model(model)
        style = network.get_parameters()[0]
        inputs = []
        for reader in list(style.output(0).get_target_inputs()):
            node = reader.get_node()
            if node.get_type_name() != "MatMul":
                continue
            given = operations.parameter(list(node.output(0).get_shape()), np.float32)
            given.output(0).set_names({node.get_friendly_name()})
            for user in node.output(0).get_target_inputs():
                user.replace_source_output(given.output(0))
            inputs.append(given)
        nothing = operations.constant(np.zeros(list(style.output(0).get_shape()), np.float32))
        for reader in list(style.output(0).get_target_inputs()):
            reader.replace_source_output(nothing.output(0))
        # The default precision of some CPUs is visibly wrong.
        options = {"INFERENCE_NUM_THREADS": threads, "INFERENCE_PRECISION_HINT": "f32"}
        self._network = core.compile_model(
            openvino.Model(network.get_results(), inputs, "modulated"), "CPU", options
        )

    def __call__(self, modulations: dict[str, NDArray[np.float32]]) -> Image:
        """modulations: [1, channels] by operation name. RGB, 1024 x 1024."""
        image = self._network(modulations)[0][0].transpose(1, 2, 0)
        return np.asarray(((image + 1) * 127.5).clip(0, 255).round(), np.uint8)
