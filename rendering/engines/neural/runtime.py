"""Where and in which precision a neural engine runs.

AVATARLAB_DEVICE (auto, cpu, cuda, mps) and AVATARLAB_PRECISION (auto, full, half) decide; `auto` takes a CUDA
device where there is one, and half precision on it. Processors, which are slower in half precision, stay with
full.
"""

import os
from dataclasses import dataclass

import torch

from rendering.engines.errors import EngineError

DEVICES = ("auto", "cpu", "cuda", "mps")
PRECISIONS = ("auto", "full", "half")


@dataclass(frozen=True)
class Runtime:
    """device: where tensors live; half: whether an engine may compute in half precision."""

    device: torch.device
    half: bool

    @property
    def on_gpu(self) -> bool:
        return self.device.type != "cpu"

    @property
    def on_cuda(self) -> bool:
        return self.device.type == "cuda"


def choose(*, threads: int = 2) -> Runtime:
    """The runtime of this process.

    threads: of torch on a CPU, for the whole process: uninvited ones would take the cores from the
    encoder and the web server. Raises EngineError for a device that is not here or a setting that is none.
    """
    torch.set_num_threads(threads)
    where, precision = device(), _setting("AVATARLAB_PRECISION", PRECISIONS)
    if precision == "full":
        # Convolutions would round to 19 bits (TF32), which changes a matte by 2 % at its edges.
        torch.backends.cudnn.allow_tf32 = False
    halving = {"auto": ("cuda",), "full": (), "half": ("cuda", "mps")}
    return Runtime(where, half=where.type in halving[precision])


def device() -> torch.device:
    """Where this process computes. Raises EngineError as `choose` does."""
    wanted = _setting("AVATARLAB_DEVICE", DEVICES)
    here = {
        "cpu": True,
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
    }
    if wanted == "auto":
        return torch.device("cuda" if here["cuda"] else "cpu")
    if not here[wanted]:
        raise EngineError(
            f"AVATARLAB_DEVICE is {wanted}, but PyTorch sees no such device here. Set it to auto or cpu, or "
            "install the PyTorch build for it."
        )
    return torch.device(wanted)


def _setting(name: str, allowed: tuple[str, ...]) -> str:
    value = os.environ.get(name, "auto").strip().lower() or "auto"
    if value not in allowed:
        raise EngineError(f"{name} is {value}. Choose one of {', '.join(allowed)}.")
    return value
