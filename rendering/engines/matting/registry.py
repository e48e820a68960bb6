"""Which matting engine this machine uses. Importing this loads no ML library.

AVATARLAB_MATTING (auto, rvm, rvm-torch) decides; `auto` takes the one on PyTorch where there is a GPU for it.
"""

import os
from pathlib import Path
from typing import cast

from rendering.engines import catalogue
from rendering.engines.catalogue.pictures import RVM, RVM_TORCH
from rendering.engines.errors import EngineError
from rendering.engines.matting.base import Matting

CHOICES = ("auto", RVM.name, RVM_TORCH.name)

_GPU_NODES = ("/dev/nvidiactl", "/dev/dxg", "/dev/kfd")
"""Where a driver of NVIDIA's, of Windows' subsystem for Linux and of AMD's shows itself."""


def engine(*, threads: int = 2) -> Matting:
    """A fresh engine with its network loaded; keep it. threads: on a processor.

    Raises ModelMissingError, EngineUnavailableError, and EngineError for a setting that is none.
    """
    return cast(Matting, catalogue.build(catalogue.card(chosen(), "matting"), threads=threads))


def chosen() -> str:
    """The name of the engine that `engine` makes. Raises EngineError for a setting that is none."""
    wanted = os.environ.get("AVATARLAB_MATTING", "").strip().lower() or "auto"
    if wanted not in CHOICES:
        raise EngineError(f"AVATARLAB_MATTING is {wanted}. Choose one of {', '.join(CHOICES)}.")
    if wanted != "auto":
        return wanted
    return RVM_TORCH.name if not catalogue.lacking(RVM_TORCH) and _gpu_here() else RVM.name


def _gpu_here() -> bool:
    """Asks PyTorch only where a driver shows: it takes seconds to load, and most machines have no GPU."""
    device = os.environ.get("AVATARLAB_DEVICE", "").strip().lower() or "auto"
    if device == "cpu" or (device == "auto" and not any(Path(node).exists() for node in _GPU_NODES)):
        return False
    from rendering.engines.neural import runtime

    return runtime.device().type != "cpu"
