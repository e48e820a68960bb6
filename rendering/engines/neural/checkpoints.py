"""Weights files of other people, read without running what they may hold.

A PyTorch checkpoint is a pickle, and a pickle is a program. `read` lets it build tensors and plain containers
only; every other class or function it names becomes an inert `Inert`, which takes any arguments and does
nothing (checkpoints of training frameworks carry such objects beside their weights).
"""

import pickle
import types
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from rendering.engines.errors import CheckpointError

State = dict[str, Tensor]
"""Tensors by name."""

SHOWN = 5
"""Names in an error message before it says how many more there are."""

_ALLOWED = {
    ("collections", "OrderedDict"): OrderedDict,
    ("torch._utils", "_rebuild_tensor"): torch._utils._rebuild_tensor,
    ("torch._utils", "_rebuild_tensor_v2"): torch._utils._rebuild_tensor_v2,
    ("torch._utils", "_rebuild_parameter"): torch._utils._rebuild_parameter,
    ("torch", "Size"): torch.Size,
    **{
        ("torch", name): getattr(torch, name)
        for name in (
            *("FloatStorage", "DoubleStorage", "HalfStorage", "BFloat16Storage", "LongStorage"),
            *("IntStorage", "ShortStorage", "CharStorage", "ByteStorage", "BoolStorage"),
            *(
                "float32",
                "float64",
                "float16",
                "bfloat16",
                "int64",
                "int32",
                "int16",
                "int8",
                "uint8",
                "bool",
            ),
        )
    },
}


class Inert:
    """Stands for an object of a class that is not let in. Has no behaviour, whatever is done to it."""

    def __init__(self, *_: Any, **__: Any) -> None: ...

    def __setstate__(self, _: Any) -> None: ...

    def __setitem__(self, _: Any, __: Any) -> None: ...

    def append(self, _: Any) -> None: ...

    def extend(self, _: Any) -> None: ...

    def add(self, _: Any) -> None: ...

    def update(self, *_: Any, **__: Any) -> None: ...

    def __hash__(self) -> int:
        return id(self)


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        return _ALLOWED.get((module, name), Inert)


def _load(file: Any, **options: Any) -> Any:
    return _Unpickler(file, **options).load()


# torch.load asks a module-like object for its unpickler.
_PICKLE = types.SimpleNamespace(Unpickler=_Unpickler, load=_load, __name__="restricted_pickle")


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
        # Mapped, a file of 2 GB does not take 2 GB for the half of it that is wanted.
        mapped = zipfile.is_zipfile(path)
        return torch.load(path, map_location="cpu", pickle_module=_PICKLE, weights_only=False, mmap=mapped)
    except (
        pickle.UnpicklingError,
        RuntimeError,
        EOFError,
        OSError,
        ValueError,
        TypeError,
        AttributeError,
        IndexError,
        KeyError,
    ) as error:
        raise CheckpointError(
            f"{path.name} cannot be read as a PyTorch checkpoint: {error}. Fetch it again, or check "
            "that it is the right file."
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

    unused: tells names that the file has and the module does not need. Raises CheckpointError naming every
    kind of difference: missing, unexpected and misshapen tensors.
    """
    wanted = module.state_dict()
    given = {name: value for name, value in state.items() if name in wanted or not unused(name)}
    differences = [
        *_difference("lacks", [name for name in wanted if name not in given]),
        *_difference("has unexpected", [name for name in given if name not in wanted]),
        *_difference(
            "has other shapes for",
            [
                f"{name} ({_shape(given[name])} instead of {_shape(value)})"
                for name, value in wanted.items()
                if name in given and given[name].shape != value.shape
            ],
        ),
    ]
    if differences:
        raise CheckpointError(
            f"{source} does not fit {type(module).__name__}: it {'; it '.join(differences)}. "
            "Check that it is the right file."
        )
    module.load_state_dict(given, assign=True)
    module.requires_grad_(False)
    module.eval()


def _difference(words: str, names: list[str]) -> list[str]:
    if not names:
        return []
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return [f"{words} {', '.join(names[:SHOWN])}{more}"]


def _shape(tensor: Tensor) -> str:
    return "x".join(map(str, tensor.shape)) or "a number"
