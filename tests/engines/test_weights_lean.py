"""Lean copies: what an engine needs of a big checkpoint, kept apart, never stale."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest
import torch

from rendering.engines.errors import CheckpointError
from rendering.engines.neural import lean
from rendering.engines.weights import lean_copies, store
from rendering.engines.weights.artifact import Artifact
from rendering.engines.weights.manifest import ARTIFACTS


def checkpoint(path: Path, value: float) -> None:
    shared = torch.full((4, 3), value)
    torch.save(
        {
            "state_dict": {"ema.weight": shared, "ema.tied": shared, "ema.turned": shared.T, "raw": shared},
            "optimizer": [torch.zeros(1000)],
        },
        path,
    )


def ema(found: Any, source: str) -> dict[str, torch.Tensor]:
    return {
        name.removeprefix("ema."): value
        for name, value in found["state_dict"].items()
        if name.startswith("ema.")
    }


def refuse(found: Any, source: str) -> dict[str, torch.Tensor]:
    raise AssertionError("The checkpoint was read again.")


@pytest.fixture
def original(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of an artifact "face" in a models folder of its own."""
    monkeypatch.setenv("AVATARLAB_MODELS", str(tmp_path / "models"))
    monkeypatch.setitem(
        ARTIFACTS, "face", Artifact("face", "face/last.ckpt", size=1, sha256="", licence="MIT", sources=())
    )
    path = tmp_path / "models" / "face" / "last.ckpt"
    path.parent.mkdir(parents=True)
    checkpoint(path, 1.0)
    return path


def test_the_first_load_gives_what_was_picked(original: Path) -> None:
    state = lean.state("face", ema)
    assert set(state) == {"weight", "tied", "turned"}
    assert all(torch.equal(tensor, torch.ones_like(tensor)) for tensor in state.values())
    assert state["turned"].shape == (3, 4)


def test_the_second_load_does_not_read_the_checkpoint(original: Path) -> None:
    first = lean.state("face", ema)
    second = lean.state("face", refuse)
    assert {name: value.tolist() for name, value in second.items()} == {
        name: value.tolist() for name, value in first.items()
    }


def test_a_changed_original_is_never_served_by_the_old_copy(original: Path) -> None:
    lean.state("face", ema)
    checkpoint(original, 2.0)
    (original.parent.parent / "pins.json").unlink()
    assert lean.state("face", ema)["weight"][0, 0] == 2.0
    assert len(lean_copies.copies_of("face")) == 1


def test_two_loads_at_once_read_the_checkpoint_once(original: Path) -> None:
    reads: list[str] = []

    def slow(found: Any, source: str) -> dict[str, torch.Tensor]:
        reads.append(source)
        time.sleep(0.2)
        return ema(found, source)

    threads = [threading.Thread(target=lean.state, args=("face", slow)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert reads == ["last.ckpt"]


def test_who_may_read_the_original_may_read_the_copy(original: Path) -> None:
    original.chmod(0o644)
    lean.state("face", ema)
    (copy,) = lean_copies.copies_of("face")
    assert copy.stat().st_mode & 0o777 == 0o644


def test_another_variant_is_another_copy(original: Path) -> None:
    lean.state("face", ema)
    raw = lean.state("face", lambda found, source: {"raw": found["state_dict"]["raw"]}, variant="raw")
    assert set(raw) == {"raw"}
    assert set(lean.state("face", refuse)) == {"weight", "tied", "turned"}
    assert len(lean_copies.copies_of("face")) == 2


@pytest.mark.parametrize("damage", ["cut", "altered"])
def test_a_damaged_copy_is_made_anew(damage: str, original: Path) -> None:
    lean.state("face", ema)
    (copy,) = lean_copies.copies_of("face")
    content = copy.read_bytes()
    copy.write_bytes(content[:-8] if damage == "cut" else content[:-1] + b"\x01")
    assert lean.state("face", ema)["weight"][0, 0] == 1.0
    assert copy.read_bytes() == content


def test_a_folder_that_cannot_be_written_works_without_a_copy(
    original: Path, caplog: pytest.LogCaptureFixture
) -> None:
    # A file where the folder of copies would be: permissions do not stop root.
    (original.parent.parent / "lean").write_bytes(b"")
    assert lean.state("face", ema)["weight"][0, 0] == 1.0
    assert "No lean copy of face could be kept" in caplog.text


def test_a_selection_without_tensors_is_refused_and_leaves_nothing(original: Path) -> None:
    with pytest.raises(CheckpointError, match=r"last\.ckpt holds none"):
        lean.state("face", lambda found, source: {})
    assert lean_copies.copies_of("face") == ()


def test_removing_a_model_removes_its_copies_and_no_others(
    original: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint(original.with_name("gan.ckpt"), 3.0)
    monkeypatch.setitem(
        ARTIFACTS, "face-gan", Artifact("face-gan", "face/gan.ckpt", 1, "", "MIT", sources=())
    )
    lean.state("face", ema)
    lean.state("face-gan", ema)
    assert store.remove("face")
    assert lean_copies.copies_of("face") == ()
    assert len(lean_copies.copies_of("face-gan")) == 1
