"""The network with its released weights, from either form in which they are published.

* ``rvm_resnet50.pth``, ``rvm_mobilenetv3.pth``: tensors by name.
* ``rvm_mobilenetv3_fp32.onnx``: the exporter merged every batch normalisation into the convolution before it
  and gave the merged tensors numbers for names; all others kept theirs. Its nodes stand in the order of the
  pass, which is also the order in which our network defines its layers, so the n-th convolution with numbered
  tensors is our n-th convolution that a normalisation follows. Into that go the merged weights, and a
  normalisation that only adds the merged bias. The head for segmentation is not in the file.
"""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import onnx
import torch
from google.protobuf.message import DecodeError
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from rendering.engines.errors import CheckpointError
from rendering.engines.matting.rvm_torch.backbones import Variant
from rendering.engines.matting.rvm_torch.network import MattingNetwork
from rendering.engines.neural import checkpoints
from rendering.engines.neural.checkpoints import State

_UNUSED = "project_seg."


def load(path: Path, variant: Variant) -> MattingNetwork:
    """The network in float32 on the CPU, for inference: normalisations merged into convolutions.

    Raises CheckpointError when the file is not one of this variant.
    """
    network = MattingNetwork(variant)
    if path.suffix == ".onnx":
        state = _of_graph(path, network)
    else:
        state = checkpoints.state_of(checkpoints.read(path), source=path.name)
    checkpoints.fill(network, state, source=path.name, unused=lambda name: name.startswith(_UNUSED))
    merge_normalisations(network)
    return network


def merge_normalisations(network: nn.Module) -> None:
    """Let every convolution do what the normalisation after it would: equal results, a third fewer steps."""
    for name, convolution, norm_name, norm in list(_normalised(network)):
        network.set_submodule(name, fuse_conv_bn_eval(convolution, norm))
        network.set_submodule(norm_name, nn.Identity())
    network.requires_grad_(False)


def _normalised(network: nn.Module) -> Iterator[tuple[str, nn.Conv2d, str, nn.BatchNorm2d]]:
    """Each convolution that a batch normalisation follows, and that, with their names, in order."""
    modules = list(network.named_modules())
    for (name, module), (norm_name, norm) in pairwise(modules):
        if isinstance(module, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
            yield name, module, norm_name, norm


def _of_graph(path: Path, network: MattingNetwork) -> State:
    """Tensors of the ONNX file under the names of `network`."""
    try:
        graph = onnx.load(path, load_external_data=False).graph
    except (DecodeError, OSError) as error:
        raise CheckpointError(f"{path.name} cannot be read as an ONNX file: {error}") from error
    tensors = {
        tensor.name: torch.from_numpy(onnx.numpy_helper.to_array(tensor).copy())
        for tensor in graph.initializer
    }
    names = network.state_dict().keys()
    state: State = {name: tensor for name, tensor in tensors.items() if name in names}
    merged = [node.input[1:] for node in graph.node if node.op_type == "Conv" and node.input[1] not in names]
    wanted = list(_normalised(network))
    if len(merged) != len(wanted) or any(len(inputs) != 2 for inputs in merged):
        raise CheckpointError(
            f"{path.name} is another network than the one expected: it has {len(merged)} merged convolutions "
            f"instead of {len(wanted)}. Check that it is the right file."
        )
    for (weight, bias), (name, _, norm_name, norm) in zip(merged, wanted, strict=True):
        state[f"{name}.weight"] = tensors[weight]
        state |= {f"{norm_name}.{key}": value for key, value in _adding(tensors[bias], norm).items()}
    return state


def _adding(bias: Tensor, norm: nn.BatchNorm2d) -> State:
    """A normalisation that adds a bias and changes nothing else."""
    return {
        "weight": torch.ones_like(bias),
        "bias": bias,
        "running_mean": torch.zeros_like(bias),
        "running_var": torch.full_like(bias, 1 - norm.eps),
        "num_batches_tracked": torch.tensor(0),
    }
