"""Runs a network stored as OpenVINO IR in torch, so that it can be differentiated.

Only what MobileStyleGAN's two networks are made of, for a batch of one.
"""

import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as nnf
from torch import Tensor

Output = tuple[str, int]
"""Layer and port."""

ELEMENT_TYPES = {"f32": np.float32, "f16": np.float16, "i64": np.int64, "i32": np.int32}


@dataclass(frozen=True)
class Layer:
    """One operation. shapes: of its outputs, by port."""

    id: str
    name: str
    kind: str
    attributes: Mapping[str, str]
    inputs: tuple[Output, ...]
    shapes: Mapping[int, tuple[int, ...]]


class Network:
    """A graph with one input and one result. Raises NotImplementedError for an operation it does not know."""

    def __init__(self, model: Path) -> None:
        """model: the .xml file, its weights beside it as .bin."""
        root = ElementTree.parse(model).getroot()  # noqa: S314 - part of an installed package
        weights = model.with_suffix(".bin").read_bytes()
        self._known: dict[Output, Tensor] = {}
        self._live: list[Layer] = []
        layers = _layers(root)
        self._shapes = {(layer.id, port): shape for layer in layers for port, shape in layer.shapes.items()}
        for layer in layers:
            if layer.kind == "Parameter":
                self.input: Output = (layer.id, next(iter(layer.shapes)))
            elif layer.kind == "Const":
                self._known[(layer.id, next(iter(layer.shapes)))] = _constant(layer, weights)
            elif layer.kind == "Result":
                self.result = layer.inputs[0]
            elif layer.kind == "ShapeOf" or all(source in self._known for source in layer.inputs):
                # Shapes are fixed for a batch of one, and so is what is computed from them.
                self._known.update(self._run(layer, self._known))
            else:
                self._live.append(layer)
        self._remaining = self._count_remaining()

    @property
    def layers(self) -> tuple[Layer, ...]:
        """What depends on the input, in order of execution."""
        return tuple(self._live)

    @property
    def names(self) -> dict[str, str]:
        """Of the layers that depend on the input, by id."""
        return {layer.id: layer.name for layer in self._live}

    def constant(self, output: Output) -> Tensor:
        """A value that does not depend on the input. Raises KeyError for one that does."""
        return self._known[output]

    def remaining(self, layer: str) -> int:
        """Operations on the longest way from a layer to the result."""
        return self._remaining[layer]

    def _count_remaining(self) -> dict[str, int]:
        remaining: dict[str, int] = {}
        for layer in reversed(self._live):
            ahead = remaining.setdefault(layer.id, 0)
            for source, _ in layer.inputs:
                remaining[source] = max(remaining.get(source, 0), ahead + 1)
        return remaining

    def __call__(
        self, values: Mapping[Output, Tensor], wanted: Sequence[Output] | None = None
    ) -> tuple[Tensor, ...]:
        """The wanted outputs (the result when there are none), given some outputs instead of computing
        them."""
        wanted = wanted or (self.result,)
        known = {**self._known, **values}
        needed = self._needed(wanted, set(known))
        for layer in self._live:
            if layer.id in needed:
                known.update(self._run(layer, known))
        return tuple(known[output] for output in wanted)

    def _needed(self, wanted: Sequence[Output], known: set[Output]) -> set[str]:
        needed = {layer for layer, port in wanted if (layer, port) not in known}
        for layer in reversed(self._live):
            if layer.id in needed:
                needed |= {source[0] for source in layer.inputs if source not in known}
        return needed

    def _run(self, layer: Layer, known: Mapping[Output, Tensor]) -> dict[Output, Tensor]:
        if layer.kind == "ShapeOf":
            return {(layer.id, next(iter(layer.shapes))): torch.tensor(self._shapes[layer.inputs[0]])}
        arguments = [known[source] for source in layer.inputs]
        outputs = OPERATIONS[layer.kind](layer.attributes, *arguments)
        several = outputs if isinstance(outputs, tuple) else (outputs,)
        return {(layer.id, port): value for port, value in zip(layer.shapes, several, strict=True)}


def _layers(root: ElementTree.Element) -> list[Layer]:
    """In order of execution."""
    sources: dict[str, dict[int, Output]] = {}
    for edge in root.iterfind("edges/edge"):
        target = sources.setdefault(edge.attrib["to-layer"], {})
        target[int(edge.attrib["to-port"])] = (edge.attrib["from-layer"], int(edge.attrib["from-port"]))
    layers = []
    for element in root.iterfind("layers/layer"):
        data = element.find("data")
        inputs = sources.get(element.attrib["id"], {})
        layers.append(
            Layer(
                id=element.attrib["id"],
                name=element.attrib["name"],
                kind=element.attrib["type"],
                attributes={} if data is None else dict(data.attrib),
                inputs=tuple(inputs[port] for port in sorted(inputs)),
                shapes={
                    int(port.attrib["id"]): tuple(int(size.text or 0) for size in port.iterfind("dim"))
                    for port in element.iterfind("output/port")
                },
            )
        )
    return _sorted(layers)


def _sorted(layers: list[Layer]) -> list[Layer]:
    """Every layer after those it reads; else as in the file."""
    waiting, done, ordered = list(layers), set[str](), []
    while waiting:
        ready = [la for la in waiting if all(source in done for source, _ in la.inputs)]
        if not ready:
            raise ValueError("the graph has a cycle")
        for layer in ready:
            ordered.append(layer)
            done.add(layer.id)
        waiting = [layer for layer in waiting if layer.id not in done]
    return ordered


def _constant(layer: Layer, weights: bytes) -> Tensor:
    shape = [int(size) for size in layer.attributes["shape"].split(",") if size.strip()]
    values = np.frombuffer(
        weights,
        ELEMENT_TYPES[layer.attributes["element_type"]],
        count=int(np.prod(shape, dtype=np.int64)),
        offset=int(layer.attributes["offset"]),
    ).reshape(shape)
    kind = np.float32 if values.dtype.kind == "f" else np.int64
    return torch.from_numpy(values.astype(kind))


def _pair(text: str) -> tuple[int, int]:
    down, across = (int(part) for part in text.split(","))
    return down, across


def _matmul(attributes: Mapping[str, str], one: Tensor, other: Tensor) -> Tensor:
    if attributes.get("transpose_a") == "true":
        one = one.transpose(-1, -2)
    return one @ (other.transpose(-1, -2) if attributes.get("transpose_b") == "true" else other)


def _convolution(attributes: Mapping[str, str], x: Tensor, kernel: Tensor) -> Tensor:
    stride, padding = _pair(attributes["strides"]), _pair(attributes["pads_begin"])
    return nnf.conv2d(x, kernel, stride=stride, padding=padding)


def _group_convolution(attributes: Mapping[str, str], x: Tensor, kernel: Tensor) -> Tensor:
    stride, padding = _pair(attributes["strides"]), _pair(attributes["pads_begin"])
    groups = kernel.shape[0]
    return nnf.conv2d(x, kernel.flatten(0, 1), stride=stride, padding=padding, groups=groups)


def _group_deconvolution(attributes: Mapping[str, str], x: Tensor, kernel: Tensor) -> Tensor:
    """The inverse wavelet transform: kernels of two that do not overlap, so that it is an interleaving."""
    stride, size = _pair(attributes["strides"]), tuple(kernel.shape[-2:])
    weights = kernel.flatten(0, 1)
    if stride == size == (2, 1):
        parts = [x * weights[:, :, index].unsqueeze(0) for index in range(2)]
        return torch.stack(parts, dim=3).flatten(2, 3)
    if stride == size == (1, 2):
        parts = [x * weights[..., index].unsqueeze(0) for index in range(2)]
        return torch.stack(parts, dim=4).flatten(3, 4)
    return nnf.conv_transpose2d(x, weights, stride=stride, groups=kernel.shape[0])


def _split(attributes: Mapping[str, str], x: Tensor, axis: Tensor, sizes: Tensor) -> tuple[Tensor, ...]:
    wanted, dimension = sizes.tolist(), int(axis)
    if -1 in wanted:
        wanted[wanted.index(-1)] = x.shape[dimension] - sum(size for size in wanted if size > 0)
    return torch.split(x, wanted, dimension)


def _reshape(attributes: Mapping[str, str], x: Tensor, shape: Tensor) -> Tensor:
    keep = attributes.get("special_zero") == "true"
    return x.reshape([x.shape[i] if keep and size == 0 else size for i, size in enumerate(shape.tolist())])


def _unsqueeze(attributes: Mapping[str, str], x: Tensor, axes: Tensor) -> Tensor:
    for axis in axes.reshape(-1).tolist():
        x = x.unsqueeze(axis)
    return x


def _squeeze(attributes: Mapping[str, str], x: Tensor, axes: Tensor) -> Tensor:
    for axis in sorted(axes.reshape(-1).tolist(), reverse=True):
        x = x.squeeze(axis)
    return x


def _prelu(attributes: Mapping[str, str], x: Tensor, slope: Tensor) -> Tensor:
    shape = [1, -1] + [1] * (x.dim() - 2) if slope.numel() > 1 else [1] * x.dim()
    return torch.where(x >= 0, x, x * slope.reshape(shape))


def _concat(attributes: Mapping[str, str], *parts: Tensor) -> Tensor:
    return torch.cat(
        [part.reshape(1) if part.dim() == 0 else part for part in parts], int(attributes["axis"])
    )


def _gather(attributes: Mapping[str, str], x: Tensor, indices: Tensor, axis: Tensor) -> Tensor:
    return torch.index_select(x, int(axis), indices.reshape(-1)).reshape(indices.shape)


OPERATIONS: Mapping[str, Callable[..., Tensor | tuple[Tensor, ...]]] = {
    "Add": lambda attributes, one, other: one + other,
    "Broadcast": lambda attributes, x, shape: x.expand(
        torch.broadcast_shapes(tuple(x.shape), tuple(shape.tolist()))
    ),
    "Concat": _concat,
    "Convolution": _convolution,
    "Divide": lambda attributes, one, other: one / other,
    "Gather": _gather,
    "GroupConvolution": _group_convolution,
    "GroupConvolutionBackpropData": _group_deconvolution,
    "MatMul": _matmul,
    "Multiply": lambda attributes, one, other: one * other,
    "PReLU": _prelu,
    "Power": lambda attributes, one, other: one**other,
    "ReduceMean": lambda attributes, x, axes: x.mean(
        tuple(axes.reshape(-1).tolist()), keepdim=attributes.get("keep_dims") == "true"
    ),
    "Reshape": _reshape,
    "Sqrt": lambda attributes, x: x.sqrt(),
    "Squeeze": _squeeze,
    "Tile": lambda attributes, x, repeats: x.repeat(*repeats.tolist()),
    "Unsqueeze": _unsqueeze,
    "VariadicSplit": _split,
}
