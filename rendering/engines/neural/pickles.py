"""PyTorch's checkpoint files, read without running what they hold.

Both formats of `torch.save` are read here, from PyTorch's notes on serialization: the zip archive (1.6 and
later: a pickle in `data.pkl`, raw storages in `data/KEY`) and what came before (pickles one after the other,
then the storages). `torch.load` is not used: it also runs TorchScript programs and unpacks tar archives when
the file is one, and believes a storage to be as long as the pickle says.
"""

import io
import math
import pickle
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import torch

_LONGEST_PICKLE = 256 << 20
"""Bytes of the structure around the tensors; of the released files it is below 2 MB."""
_FREE_ELEMENTS = 1 << 20
"""A tensor may repeat stored values (stride 0) up to this size: enough for small buffers, no memory bomb."""
_MAGIC = 0x1950A86A20F9469CFC6C
_PROTOCOL = 1001


class Inert:
    """Stands for an object of a class that is not let in. Does nothing, whatever is done to it."""

    def __init__(self, *_: Any, **__: Any) -> None: ...

    def __call__(self, *_: Any, **__: Any) -> "Inert":
        return Inert()

    def __setitem__(self, _: Any, __: Any) -> None: ...

    def append(self, _: Any) -> None: ...

    def extend(self, _: Any) -> None: ...

    def add(self, _: Any) -> None: ...


class _Storage:
    """Bytes of the file that tensors share."""

    def __init__(self, dtype: torch.dtype, content: Any) -> None:
        self.dtype = dtype
        self.content = content  # torch.UntypedStorage


class _Kind:
    """Stands for a class of storages."""

    def __init__(self, dtype: torch.dtype) -> None:
        self.dtype = dtype


def _tensor(storage: Any, offset: Any, size: Any, stride: Any, *_: Any) -> Any:
    """A view of a storage. What else a pickle says of it (gradients, hooks) is left out."""
    if not isinstance(storage, _Storage):
        return Inert()  # numbers of a kind that no engine uses
    size, stride = tuple(size), tuple(stride)
    if len(size) != len(stride) or any(type(n) is not int or n < 0 for n in (offset, *size, *stride)):
        raise pickle.UnpicklingError("a tensor's shape is no shape")
    stored = storage.content.nbytes() // storage.dtype.itemsize
    elements = math.prod(size)
    last = offset + sum((n - 1) * step for n, step in zip(size, stride, strict=True))
    if elements and (last >= stored or elements > max(stored, _FREE_ELEMENTS)):
        shape = "x".join(map(str, size))
        raise pickle.UnpicklingError(f"a tensor of {shape} has only {stored} numbers stored")
    return torch.empty(0, dtype=storage.dtype).set_(storage.content, offset, size, stride)


def _parameter(data: Any, *_: Any) -> Any:
    return data


def _with_attributes(function: Any, _type: Any, arguments: Any, _state: Any) -> Any:
    """A tensor of a subclass, or with attributes: the tensor alone."""
    return function(*arguments)


_STORAGES = {
    "FloatStorage": torch.float32,
    "DoubleStorage": torch.float64,
    "HalfStorage": torch.float16,
    "BFloat16Storage": torch.bfloat16,
    "LongStorage": torch.int64,
    "IntStorage": torch.int32,
    "ShortStorage": torch.int16,
    "CharStorage": torch.int8,
    "ByteStorage": torch.uint8,
    "BoolStorage": torch.bool,
}
_LET_IN: dict[tuple[str, str], Any] = {
    ("collections", "OrderedDict"): dict,
    ("torch", "Size"): tuple,
    ("torch._utils", "_rebuild_tensor"): _tensor,
    ("torch._utils", "_rebuild_tensor_v2"): _tensor,
    ("torch._utils", "_rebuild_parameter"): _parameter,
    ("torch._utils", "_rebuild_parameter_with_state"): _parameter,
    ("torch._tensor", "_rebuild_from_type_v2"): _with_attributes,
    **{("torch", name): _Kind(dtype) for name, dtype in _STORAGES.items()},
}


def _drop_state(unpickler: Any) -> None:
    unpickler.stack.pop()


class _Unpickler(pickle._Unpickler):
    """Builds tensors, numbers, strings and plain containers; everything else becomes inert."""

    # Setting an object's state is how a pickle would reach into classes, and no state is needed. An
    # instruction can be taken out only of the unpickler that is written in Python.
    dispatch = {**pickle._Unpickler.dispatch, pickle.BUILD[0]: _drop_state}

    def __init__(self, file: IO[bytes], storage: Callable[[Any], Any]) -> None:
        super().__init__(file, encoding="utf-8")
        self._storage_of = storage

    def find_class(self, module: str, name: str) -> Any:
        return _LET_IN.get((module, name), Inert)

    def persistent_load(self, described: Any) -> Any:
        return self._storage_of(described)


def read(path: Path) -> Any:
    """What the file holds, on the CPU. Tensors of a zip archive are mapped: memory is taken for what is used.

    Raises UnpicklingError where the reason is known; a damaged or hostile file may lead to any Exception.
    """
    with path.open("rb") as file:
        if file.read(4) == b"PK\x03\x04":
            return _read_archive(path)
        file.seek(0)
        return _read_sequence(file, path.stat().st_size)


def _read_archive(path: Path) -> Any:
    size = path.stat().st_size
    whole = torch.UntypedStorage.from_file(str(path), False, size)
    with zipfile.ZipFile(path) as archive, path.open("rb") as file:
        members = {info.filename.partition("/")[2]: info for info in archive.infolist()}
        if "constants.pkl" in members:
            raise pickle.UnpicklingError("it is a TorchScript program, not a checkpoint")
        structure = members.get("data.pkl")
        if structure is None:
            raise pickle.UnpicklingError("it is a zip archive, but not of PyTorch")
        if structure.file_size > _LONGEST_PICKLE:
            raise pickle.UnpicklingError("what it holds beside tensors is too long")
        order = members.get("byteorder")
        if order is not None and (order.file_size > len(b"little") or archive.read(order) != b"little"):
            raise pickle.UnpicklingError("its numbers are big-endian")

        def storage(described: Any) -> Any:
            dtype, key, elements = _described(described)
            if dtype is None:
                return Inert()
            member = members.get(f"data/{key}")
            if member is None:
                raise pickle.UnpicklingError(f"its storage {key} is missing")
            start = _content_start(file, member)
            length = elements * dtype.itemsize
            stored = member.file_size if member.compress_type == zipfile.ZIP_STORED else 0
            if length > min(stored, size - start):
                raise pickle.UnpicklingError(f"its storage {key} is not as long as it says")
            content = whole[start : start + length]
            # Archives of other writers may not be aligned.
            return _Storage(dtype, content if start % dtype.itemsize == 0 else content.clone())

        return _Unpickler(io.BytesIO(archive.read(structure)), storage).load()


def _content_start(file: IO[bytes], member: zipfile.ZipInfo) -> int:
    """Where a member's bytes begin: behind its local header, whose length only the header tells."""
    file.seek(member.header_offset)
    name, extra = struct.unpack("<26xHH", file.read(30))
    return member.header_offset + 30 + int(name) + int(extra)


def _read_sequence(file: IO[bytes], size: int) -> Any:
    def plain() -> Any:
        return _Unpickler(file, lambda described: Inert()).load()

    if plain() != _MAGIC or plain() != _PROTOCOL:
        raise pickle.UnpicklingError("it does not begin as one")
    system = plain()
    if not isinstance(system, dict) or system.get("little_endian") is not True:
        raise pickle.UnpicklingError("its numbers are big-endian")
    storages: dict[str, _Storage] = {}
    declared = 0

    def storage(described: Any) -> Any:
        nonlocal declared
        if described[0] == "module":
            return Inert
        dtype, key, elements = _described(described)
        if dtype is None:
            return Inert()
        if key not in storages:
            declared += elements * dtype.itemsize
            if declared > size:
                raise pickle.UnpicklingError("it says to hold more than it does")
            storages[key] = _Storage(dtype, torch.UntypedStorage(elements * dtype.itemsize))
        return storages[key]

    held = _Unpickler(file, storage).load()
    keys = plain()
    for key in keys:
        _fill(storages.pop(key), file)
    if storages:
        raise pickle.UnpicklingError(f"its storage {next(iter(storages))} is missing")
    return held


def _fill(storage: _Storage, file: IO[bytes]) -> None:
    (elements,) = struct.unpack("<q", file.read(8))
    content = torch.empty(0, dtype=torch.uint8).set_(storage.content)
    if elements * storage.dtype.itemsize != len(content):
        raise pickle.UnpicklingError("a storage is not as long as it says")
    if len(content) and file.readinto(content.numpy()) != len(content):  # type: ignore[attr-defined]
        raise pickle.UnpicklingError("it ends too early")


def _described(described: Any) -> tuple[torch.dtype | None, str, int]:
    """Kind of number (None for one that is not let in), key and length of a storage."""
    match described:
        case ("storage", _Kind() as kind, str(key), str(), int(elements), *_) if elements >= 0:
            return kind.dtype, key, elements
        case ("storage", kind, *_) if kind is Inert:
            return None, "", 0
    raise pickle.UnpicklingError("it refers to something that is no storage")
