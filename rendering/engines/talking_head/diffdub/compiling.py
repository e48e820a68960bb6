"""The renderer compiled, where that is asked for.

Compiling takes a minute or more, once in the life of a worker: it pays for long films, and is off unless
AVATARLAB_COMPILE is 1.
"""

import logging
import os

import torch
from torch import Tensor

from rendering.engines.errors import EngineError
from rendering.engines.talking_head.diffdub.ddim import Noise
from rendering.engines.talking_head.diffdub.renderer import Renderer

SETTING = "AVATARLAB_COMPILE"

logger = logging.getLogger(__name__)


def wanted() -> bool:
    """Whether the setting asks for it. Raises EngineError for a setting that is none."""
    value = os.environ.get(SETTING, "").strip() or "0"
    if value not in ("0", "1"):
        raise EngineError(f"{SETTING} is {value}. Set it to 1 or 0.")
    return value == "1"


class CompiledRenderer:
    """A renderer compiled for batches of one size; called like `Renderer.forward`.

    Goes on with the renderer as it is, and says so, where the compiler does not work: it needs a C compiler,
    and not every build of PyTorch has all of its parts.
    """

    def __init__(self, renderer: Renderer, batch: int) -> None:
        self._renderer, self._batch = renderer, batch
        self._fast: Noise | None = torch.compile(renderer, dynamic=False)

    def __call__(self, pictures: Tensor, references: Tensor, steps: Tensor, latents: Tensor) -> Tensor:
        given = (pictures, references, steps, latents)
        if self._fast is None:
            return self._renderer(*given)
        from torch._dynamo.exc import TorchDynamoException

        try:
            # Another size would be compiled anew: the last batch of a film is filled up.
            return self._fast(*(_filled(part, self._batch) for part in given))[: len(pictures)]
        except TorchDynamoException as error:
            logger.warning("DiffDub's renderer could not be compiled and runs without: %s", error)
            self._fast = None
            return self._renderer(*given)


def _filled(part: Tensor, batch: int) -> Tensor:
    missing = batch - len(part)
    return torch.cat((part, part[-1:].expand(missing, *part.shape[1:]))) if missing > 0 else part
