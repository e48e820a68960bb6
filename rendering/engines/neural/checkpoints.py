"""Weights files of other people, read without running what they may hold.

A PyTorch checkpoint is a pickle, and a pickle is a program. `read` lets it build tensors and plain containers
only; every other class or function it names becomes inert (see `pickles`): checkpoints of training frameworks
carry such objects beside their weights.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from rendering.engines.errors import CheckpointError
from rendering.engines.neural import pickles

State = dict[str, Tensor]
"""Tensors by name."""

SHOWN = 5
"""Names in an error message before it says how many more there are."""


def read(path: Path) -> Any:
    """What a checkpoint holds, on the CPU: nested dicts and lists of tensors, numbers and strings.

    `.safetensors` files are read as such. Raises CheckpointError when the file cannot be read.
    """
    if path.suffix == ".safetensors":
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        try:
            return load_file(path)
        except (SafetensorError, OSError) as error:
            raise CheckpointError(f"{path.name} cannot be read: {error}") from error
    try:
        return pickles.read(path)
    except Exception as error:  # a damaged pickle may raise anything
        raise CheckpointError(
            f"{path.name} cannot be read as a PyTorch checkpoint: {error or type(error).__name__}. Fetch it "
            "again, or check that it is the right file."
        ) from error


def state_of(
    checkpoint: Any, *, source: str, prefixes: Iterable[str] = (), below: Iterable[str] = ()
) -> State:
    """The tensors of a checkpoint by name.

    below: keys under which the tensors may lie ("state_dict"), tried in order, else the checkpoint itself;
    prefixes: the first of these that any name has is taken off, and names without it are dropped. source: the
    file's name, for messages. Raises CheckpointError when there are no tensors.
    """
    found = checkpoint
    for key in below:
        if isinstance(checkpoint, Mapping) and isinstance(checkpoint.get(key), Mapping):
            found = checkpoint[key]
            break
    state = (
        {name: value for name, value in found.items() if isinstance(name, str) and isinstance(value, Tensor)}
        if isinstance(found, Mapping)
        else {}
    )
    if not state:
        raise CheckpointError(f"{source} holds no tensors. Check that it is the right file.")
    for prefix in prefixes:
        if any(name.startswith(prefix) for name in state):
            return {
                name.removeprefix(prefix): value for name, value in state.items() if name.startswith(prefix)
            }
    return state


def fill(
    module: nn.Module,
    state: Mapping[str, Tensor],
    *,
    source: str,
    unused: Callable[[str], bool] = lambda name: False,
) -> None:
    """Put the tensors into the module, key for key.

    Numbers take the module's precision. unused: tells names that the file has and the module does not need.
    Raises CheckpointError naming every kind of difference: missing, unexpected and misshapen tensors.
    """
    wanted = module.state_dict()
    given = {name: value for name, value in state.items() if name in wanted or not unused(name)}
    common = [(name, given[name], value) for name, value in wanted.items() if name in given]
    differences = [
        *_difference("lacks", [name for name in wanted if name not in given]),
        *_difference("has unexpected", [name for name in given if name not in wanted]),
        *_difference(
            "has other shapes for",
            [
                f"{name} ({_shape(found)} instead of {_shape(value)})"
                for name, found, value in common
                if found.shape != value.shape
            ],
        ),
        *_difference(
            "has other kinds of numbers for",
            [
                f"{name} ({found.dtype} instead of {value.dtype})"
                for name, found, value in common
                if found.is_floating_point() != value.is_floating_point()
            ],
        ),
    ]
    if differences:
        raise CheckpointError(
            f"{source} does not fit {type(module).__name__}: it {'; it '.join(differences)}. "
            "Check that it is the right file."
        )
    module.load_state_dict({name: found.to(value.dtype) for name, found, value in common}, assign=True)
    module.requires_grad_(False)
    module.eval()


def shortened(names: Sequence[str]) -> str:
    """Names for a message, and how many more there are."""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"{', '.join(names[:SHOWN])}{more}"


def _difference(words: str, names: list[str]) -> list[str]:
    return [f"{words} {shortened(names)}"] if names else []


def _shape(tensor: Tensor) -> str:
    return "x".join(map(str, tensor.shape)) or "a number"
