"""The face mesh in torch, so that landmarks can be differentiated by the picture.

The weights are those of the product's own model file; that both agree is tested.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as nnf
from ai_edge_litert.interpreter import Interpreter
from torch import Tensor

SIDE = 192
POINTS = 468


class DifferentiableMesh:
    """Kartynnik et al. 2019 (arXiv:1907.06724), the graph that the file describes."""

    def __init__(self, model: Path) -> None:
        """model: face_landmark.tflite."""
        reader = Interpreter(model_path=str(model), experimental_op_resolver_type=_plain())
        reader.allocate_tensors()
        self._shapes = {entry["index"]: tuple(entry["shape"]) for entry in reader.get_tensor_details()}
        self._constants: dict[int, Tensor] = {}
        self._steps: list[tuple[str, list[int], int]] = []
        self._input = reader.get_input_details()[0]["index"]
        self._output = next(
            entry["index"] for entry in reader.get_output_details() if np.prod(entry["shape"]) == 3 * POINTS
        )
        made = {self._input}
        for entry in reader._get_ops_details():
            kind, inputs, output = (
                entry["op_name"],
                [int(i) for i in entry["inputs"]],
                int(entry["outputs"][0]),
            )
            inputs = [index for index in inputs if index >= 0]
            for index in inputs:
                if index not in made and index not in self._constants:
                    values = reader.get_tensor(index)
                    exact = values.astype(np.float32) if values.dtype.kind == "f" else values.astype(np.int64)
                    self._constants[index] = torch.from_numpy(exact)
            if kind == "DEQUANTIZE":
                self._constants[output] = self._constants[inputs[0]]
            else:
                self._steps.append((kind, inputs, output))
                made.add(output)

    def __call__(self, crop: Tensor) -> Tensor:
        """crop: float32 [1, 3, 192, 192], RGB 0..1. Points float32 [468, 3] in pixels of the crop."""
        values: dict[int, Tensor] = {self._input: crop}
        for kind, inputs, output in self._steps:
            arguments = [values[i] if i in values else self._constants[i] for i in inputs]
            values[output] = OPERATIONS[kind](arguments, self._shapes[output])
            if output == self._output:
                break
        return values[self._output].reshape(POINTS, 3)


def _plain() -> Any:
    """Without delegates, which would hide the graph behind one operation."""
    from ai_edge_litert.interpreter import OpResolverType

    return OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES


def _same(x: Tensor, kernel: tuple[int, int], out: tuple[int, ...], value: float = 0.0) -> tuple[Tensor, int]:
    """TensorFlow's SAME padding for the stride that the output's size [n, h, w, c] tells; VALID needs
    none."""
    height, width = x.shape[2:]
    stride = round(height / out[1])
    down = max((out[1] - 1) * stride + kernel[0] - height, 0)
    across = max((out[2] - 1) * stride + kernel[1] - width, 0)
    padded = nnf.pad(x, (across // 2, across - across // 2, down // 2, down - down // 2), value=value)
    return padded, stride


def _convolve(arguments: list[Tensor], out: tuple[int, ...]) -> Tensor:
    x, kernel, bias = arguments
    weight = kernel.permute(0, 3, 1, 2)
    if out[1:3] == (1, 1):
        return nnf.conv2d(x, weight, bias)
    padded, stride = _same(x, (weight.shape[2], weight.shape[3]), out)
    return nnf.conv2d(padded, weight, bias, stride=stride)


def _convolve_depthwise(arguments: list[Tensor], out: tuple[int, ...]) -> Tensor:
    x, kernel, bias = arguments
    weight = kernel.permute(3, 0, 1, 2)
    padded, stride = _same(x, (weight.shape[2], weight.shape[3]), out)
    return nnf.conv2d(padded, weight, bias, stride=stride, groups=weight.shape[0])


def _pool(arguments: list[Tensor], out: tuple[int, ...]) -> Tensor:
    stride = round(arguments[0].shape[2] / out[1])
    return nnf.max_pool2d(arguments[0], stride, stride)


def _pad(arguments: list[Tensor], out: tuple[int, ...]) -> Tensor:
    x, margins = arguments
    (_, _), (top, bottom), (left, right), (before, after) = margins.tolist()
    return nnf.pad(x, (left, right, top, bottom, before, after))


def _prelu(arguments: list[Tensor], out: tuple[int, ...]) -> Tensor:
    x, slope = arguments
    return torch.where(x >= 0, x, x * slope.reshape(1, -1, 1, 1))


OPERATIONS: Mapping[str, Callable[[list[Tensor], tuple[int, ...]], Tensor]] = {
    "ADD": lambda arguments, out: arguments[0] + arguments[1],
    "CONV_2D": _convolve,
    "DEPTHWISE_CONV_2D": _convolve_depthwise,
    "MAX_POOL_2D": _pool,
    "PAD": _pad,
    "PRELU": _prelu,
}
