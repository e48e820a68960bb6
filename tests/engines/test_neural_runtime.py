"""Where and in which precision neural engines run, as the environment says."""

import pytest
import torch

from rendering.engines.errors import EngineError
from rendering.engines.neural import runtime


@pytest.fixture(autouse=True)
def untold(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AVATARLAB_DEVICE", "AVATARLAB_PRECISION"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("precision", ["auto", "full", "half", " HALF ", ""])
def test_a_processor_computes_in_full_precision(precision: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AVATARLAB_DEVICE", "cpu")
    monkeypatch.setenv("AVATARLAB_PRECISION", precision)
    chosen = runtime.choose(threads=torch.get_num_threads())
    assert (chosen.device.type, chosen.half, chosen.on_gpu) == ("cpu", False, False)


@pytest.mark.parametrize(("precision", "half"), [("auto", True), ("half", True), ("full", False)])
def test_a_cuda_device_computes_in_half_unless_told_otherwise(
    precision: str, half: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setenv("AVATARLAB_PRECISION", precision)
    chosen = runtime.choose(threads=torch.get_num_threads())
    assert (chosen.on_cuda, chosen.half) == (True, half)


def test_a_device_that_is_not_here_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setenv("AVATARLAB_DEVICE", "cuda")
    with pytest.raises(EngineError, match="PyTorch sees no such device here"):
        runtime.choose()


@pytest.mark.parametrize("name", ["AVATARLAB_DEVICE", "AVATARLAB_PRECISION"])
def test_a_setting_that_is_none_is_told(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "double")
    with pytest.raises(EngineError, match=f"{name} is double. Choose one of auto, "):
        runtime.choose()


def test_asking_for_the_device_leaves_the_threads_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    def set_num_threads(_: int) -> None:
        raise AssertionError("The threads were set.")

    monkeypatch.setattr(torch, "set_num_threads", set_num_threads)
    assert runtime.device().type in runtime.DEVICES
