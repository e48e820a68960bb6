"""Weights files of strangers: tensors come out, nothing is run, and what does not fit is named."""

from __future__ import annotations

import argparse
import builtins
import collections
import io
import os
import pickle
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from rendering.engines.errors import CheckpointError
from rendering.engines.neural import checkpoints, pickles

FORMATS = ("zip", "legacy")


def save(content: Any, path: Path, form: str = "zip") -> Path:
    torch.save(content, path, _use_new_zipfile_serialization=form == "zip")
    return path


class Runs:
    """A pickle of this calls `function` when it is read by an ordinary unpickler."""

    def __init__(self, function: Callable[..., Any], *arguments: Any) -> None:
        self.call = (function, arguments)

    def __reduce__(self) -> Any:
        return self.call


class Stranger(nn.Module):
    """A class that the reader knows nothing of, with tensors in it and a state of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(3, 3)

    def __setstate__(self, state: Any) -> None:
        raise AssertionError("A stranger's method was run.")


def shell(mark: Path) -> Runs:
    return Runs(os.system, f"touch {mark}")


def evaluation(mark: Path) -> Runs:
    return Runs(builtins.eval, f"open({str(mark)!r}, 'w').close()")


def indirect(mark: Path) -> Runs:
    """What is called is itself the result of a call."""
    return Runs(getattr, Runs(__import__, "os"), "system")


WEIGHT = torch.arange(6.0).reshape(2, 3)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("attack", [shell, evaluation, indirect])
@pytest.mark.parametrize("place", ["at the top", "in the optimizer", "as a key"])
def test_a_pickle_that_is_a_program_runs_nothing(
    form: str, attack: Callable[[Path], Runs], place: str, tmp_path: Path
) -> None:
    mark = tmp_path / "mark"
    program = attack(mark)
    content = {
        "at the top": {"state_dict": {"weight": WEIGHT}, "callbacks": program},
        "in the optimizer": {
            "state_dict": {"weight": WEIGHT},
            "optimizer_states": [{"state": {0: {"exp_avg": [program]}}}],
        },
        "as a key": {"state_dict": {"weight": WEIGHT}, "hyper_parameters": {program: 1}},
    }[place]
    found = checkpoints.read(save(content, tmp_path / "last.ckpt", form))
    assert torch.equal(found["state_dict"]["weight"], WEIGHT)
    assert not mark.exists()


def test_the_attacks_of_these_tests_are_real(tmp_path: Path) -> None:
    for attack in (shell, evaluation):
        mark = tmp_path / attack.__name__
        pickle.loads(pickle.dumps(attack(mark)))
        assert mark.exists()


def test_a_torchscript_program_is_refused(tmp_path: Path) -> None:
    torch.jit.script(nn.Linear(2, 2)).save(str(tmp_path / "last.ckpt"))
    with pytest.raises(CheckpointError, match=r"last\.ckpt .* TorchScript program"):
        checkpoints.read(tmp_path / "last.ckpt")


def test_the_oldest_format_a_tar_archive_is_refused_unread(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    with tarfile.open(tmp_path / "old.pth", "w") as archive:
        for name in ("storages", "tensors", "pickle"):
            content = pickle.dumps(shell(mark))
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    with pytest.raises(CheckpointError, match=r"old\.pth cannot be read"):
        checkpoints.read(tmp_path / "old.pth")
    assert not mark.exists()


@pytest.mark.parametrize("form", FORMATS)
def test_a_module_of_an_unknown_class_is_inert(form: str, tmp_path: Path) -> None:
    content = {"hyper_parameters": {"model": Stranger()}, "state_dict": {"weight": WEIGHT}}
    found = checkpoints.read(save(content, tmp_path / "last.ckpt", form))
    assert isinstance(found["hyper_parameters"]["model"], pickles.Inert)
    assert torch.equal(found["state_dict"]["weight"], WEIGHT)


@pytest.mark.parametrize("form", FORMATS)
def test_containers_of_training_frameworks_do_not_keep_the_weights_from_being_read(
    form: str, tmp_path: Path
) -> None:
    content = {
        "args": argparse.Namespace(rate=0.1),
        "counts": collections.defaultdict(list, {"a": [1, 2]}),
        "callbacks": {"seen": {1, 2}, "best": Path("best.ckpt"), "shape": torch.Size([2, 3])},
        "rng": torch.get_rng_state(),
        "state_dict": nn.Linear(3, 2).state_dict(),
    }
    found = checkpoints.read(save(content, tmp_path / "last.ckpt", form))
    assert found["callbacks"]["shape"] == (2, 3)
    assert torch.equal(found["state_dict"]["weight"], content["state_dict"]["weight"])


def test_a_pickle_cannot_reach_into_what_stands_for_strangers(tmp_path: Path) -> None:
    """An object's state is set by BUILD; of a class, that sets its attributes."""
    program = b"\x80\x02cos\nsystem\nN}X\x06\x00\x00\x00appendK\x01s\x86b."

    class Victim:
        pass

    class Ordinary(pickle.Unpickler):
        def find_class(self, module: str, name: str) -> Any:
            return Victim

    Ordinary(io.BytesIO(program)).load()
    assert vars(Victim)["append"] == 1
    before = dict(vars(pickles.Inert))
    checkpoints.read(archive(tmp_path / "last.ckpt", program))
    assert dict(vars(pickles.Inert)) == before


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    "dtype",
    [torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.uint8, torch.bool],
)
def test_numbers_come_out_as_they_went_in(form: str, dtype: torch.dtype, tmp_path: Path) -> None:
    numbers = torch.arange(24).reshape(4, 6).to(dtype)
    found = checkpoints.read(save({"a": numbers, "turned": numbers.T[1:]}, tmp_path / "a.pth", form))
    assert torch.equal(found["a"], numbers)
    assert torch.equal(found["turned"], numbers.T[1:])


@pytest.mark.parametrize("form", FORMATS)
def test_parameters_come_out_as_tensors(form: str, tmp_path: Path) -> None:
    marked = nn.Parameter(WEIGHT)
    marked.is_scale = True  # tensors with attributes are written in a form of their own
    found = checkpoints.read(
        save({"plain": nn.Parameter(WEIGHT), "marked": marked}, tmp_path / "a.pth", form)
    )
    assert torch.equal(found["plain"], WEIGHT)
    assert torch.equal(found["marked"], WEIGHT)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("kept", [0, 10, 0.3, 0.7, 0.99])
def test_a_cut_file_is_named(form: str, kept: float, tmp_path: Path) -> None:
    path = save({"state_dict": {"weight": torch.rand(50, 50)}}, tmp_path / "cut.ckpt", form)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * kept) if isinstance(kept, float) else kept])
    with pytest.raises(CheckpointError, match=r"cut\.ckpt cannot be read as a PyTorch checkpoint"):
        checkpoints.read(path)


@pytest.mark.parametrize(
    "content", [b"<!doctype html><title>Sign in</title>", b"\x80\x02K\x01.", b"PK\x03\x04", bytes(1000)]
)
def test_what_is_no_checkpoint_is_named(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "page.ckpt").write_bytes(content)
    with pytest.raises(CheckpointError, match=r"page\.ckpt cannot be read"):
        checkpoints.read(tmp_path / "page.ckpt")


def archive(path: Path, structure: bytes, storage: bytes = bytes(40)) -> Path:
    with zipfile.ZipFile(path, "w") as target:
        target.writestr("last/data.pkl", structure)
        target.writestr("last/data/0", storage)
        target.writestr("last/version", b"3\n")
    return path


def tensor_of(shape: tuple[int, ...], stride: tuple[int, ...], *, offset: int = 0, stored: int = 10) -> bytes:
    """The pickle of a tensor: what it says of itself need not be true."""

    class Described:
        def __reduce__(self) -> Any:
            return (torch._utils._rebuild_tensor_v2, (Storage(), offset, shape, stride, False, None))

    class Storage:
        pass

    class Pickler(pickle.Pickler):
        def persistent_id(self, value: Any) -> Any:
            return ("storage", torch.FloatStorage, "0", "cpu", stored) if isinstance(value, Storage) else None

    buffer = io.BytesIO()
    Pickler(buffer, protocol=2).dump({"weight": Described()})
    return buffer.getvalue()


def test_a_tensor_as_long_as_its_storage_is_read(tmp_path: Path) -> None:
    structure = tensor_of((2, 5), (5, 1))
    found = checkpoints.read(archive(tmp_path / "a.ckpt", structure, struct.pack("<10f", *range(10))))
    assert found["weight"].flatten().tolist() == list(range(10))


@pytest.mark.parametrize(
    ("shape", "stride", "offset"),
    [
        ((11,), (1,), 0),
        ((10,), (1,), 1),
        ((2, 5), (6, 1), 0),
        ((1 << 40,), (1,), 0),
        ((1 << 20, 1 << 20), (0, 0), 0),  # fits, and takes 4 TB as soon as it is copied
        ((-1,), (1,), 0),
        ((1 << 70,), (1,), 0),
        ((2,), (-1,), 5),
        ((5,), (1,), -1),
        ((5, 2), (1,), 0),
    ],
)
def test_a_tensor_that_reaches_beyond_its_storage_is_refused(
    shape: tuple[int, ...], stride: tuple[int, ...], offset: int, tmp_path: Path
) -> None:
    path = archive(tmp_path / "a.ckpt", tensor_of(shape, stride, offset=offset))
    with pytest.raises(CheckpointError, match=r"a\.ckpt cannot be read"):
        checkpoints.read(path)


@pytest.mark.parametrize("stored", [11, 1 << 40, -1])
def test_a_storage_that_is_longer_than_the_file_has_is_refused(stored: int, tmp_path: Path) -> None:
    path = archive(tmp_path / "a.ckpt", tensor_of((10,), (1,), stored=stored))
    with pytest.raises(CheckpointError, match=r"a\.ckpt cannot be read"):
        checkpoints.read(path)


@pytest.mark.parametrize("stored", [11, 1 << 40])
def test_so_is_one_in_the_legacy_format(stored: int, tmp_path: Path) -> None:
    header = (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True})
    parts = [pickle.dumps(part, protocol=2) for part in header]
    parts += [tensor_of((10,), (1,), stored=stored), pickle.dumps(["0"], protocol=2)]
    parts += [struct.pack("<q", 10), bytes(40)]
    (tmp_path / "a.pth").write_bytes(b"".join(parts))
    with pytest.raises(CheckpointError, match=r"a\.pth cannot be read"):
        checkpoints.read(tmp_path / "a.pth")


def test_a_compressed_archive_is_refused(tmp_path: Path) -> None:
    """A few kilobytes could stand for terabytes."""
    with zipfile.ZipFile(tmp_path / "a.ckpt", "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("last/data.pkl", tensor_of((10,), (1,)))
        target.writestr("last/data/0", bytes(40))
    with pytest.raises(CheckpointError, match=r"storage 0 is not as long as it says"):
        checkpoints.read(tmp_path / "a.ckpt")


def test_safetensors_are_read_and_damaged_ones_named(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    path = tmp_path / "model.safetensors"
    save_file({"weight": WEIGHT}, path)
    assert torch.equal(checkpoints.read(path)["weight"], WEIGHT)
    path.write_bytes(path.read_bytes()[:-4])
    with pytest.raises(CheckpointError, match=r"model\.safetensors cannot be read"):
        checkpoints.read(path)


def test_reading_does_not_change_the_file(tmp_path: Path) -> None:
    path = save({"weight": WEIGHT}, tmp_path / "a.ckpt")
    before = path.read_bytes()
    checkpoints.read(path)["weight"].add_(1)
    assert path.read_bytes() == before


def test_the_first_prefix_that_is_there_selects_and_is_taken_off() -> None:
    checkpoint = {"state_dict": {"ema_model.a": WEIGHT, "model.a": WEIGHT + 1, "x_T": WEIGHT}}
    state = checkpoints.state_of(
        checkpoint, source="x", prefixes=("ema_model.", "model."), below=("state_dict",)
    )
    assert set(state) == {"a"}
    assert torch.equal(state["a"], WEIGHT)


@pytest.mark.parametrize("checkpoint", [{}, {"state_dict": {"a": 1}}, [WEIGHT], None, pickles.Inert()])
def test_a_checkpoint_without_tensors_is_named(checkpoint: Any) -> None:
    with pytest.raises(CheckpointError, match=r"last\.ckpt holds no tensors"):
        checkpoints.state_of(checkpoint, source="last.ckpt", below=("state_dict",))


def test_one_error_names_missing_unexpected_and_misshapen_tensors() -> None:
    state = {"weight": torch.zeros(3, 3), "scale": torch.zeros(1)}
    with pytest.raises(CheckpointError) as refused:
        checkpoints.fill(nn.Linear(3, 2), state, source="last.ckpt")
    message = str(refused.value)
    assert message.startswith("last.ckpt does not fit Linear: it lacks bias; it has unexpected scale; ")
    assert "it has other shapes for weight (3x3 instead of 2x3)" in message


def test_many_differences_are_counted_not_listed() -> None:
    module = nn.Sequential(*(nn.Linear(2, 2) for _ in range(10)))
    with pytest.raises(CheckpointError, match=r"lacks 0\.weight, .* and 15 more") as refused:
        checkpoints.fill(module, {}, source="last.ckpt")
    assert len(str(refused.value)) < 300


def test_integers_are_not_taken_for_weights() -> None:
    state = {"weight": torch.zeros(2, 3, dtype=torch.int64), "bias": torch.zeros(2)}
    with pytest.raises(CheckpointError, match=r"other kinds of numbers for weight \(torch\.int64"):
        checkpoints.fill(nn.Linear(3, 2), state, source="last.ckpt")


def test_a_module_is_filled_in_its_own_precision_and_frozen() -> None:
    with torch.device("meta"):
        module = nn.Linear(3, 2)
    state = {"weight": WEIGHT.half(), "bias": torch.ones(2), "dead": torch.ones(1)}
    checkpoints.fill(module, state, source="last.ckpt", unused=lambda name: name == "dead")
    assert torch.equal(module(torch.ones(3)), WEIGHT.sum(1) + 1)
    assert not module.training
    assert not any(parameter.requires_grad for parameter in module.parameters())
