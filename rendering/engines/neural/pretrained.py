"""Networks as the transformers library keeps them: a folder with a configuration and the weights."""

from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch
from transformers.utils import logging

from rendering.engines.errors import CheckpointError
from rendering.engines.neural.checkpoints import shortened

logging.set_verbosity_error()
logging.disable_progress_bar()


def load(kind: Any, weights: Path, *, precision: torch.dtype = torch.float32) -> Any:
    """A network of the library's class `kind`, on the CPU, for inference. weights: its file, with the
    configuration beside it under the library's name.

    Nothing but tensors is read from the weights. Raises CheckpointError for files that are not this
    network's, naming tensors that are missing: the library would make them up.
    """
    try:
        network, report = kind.from_pretrained(
            weights.parent,
            dtype=precision,
            local_files_only=True,
            use_safetensors=weights.suffix == ".safetensors",
            output_loading_info=True,
        )
    except (OSError, ValueError, RuntimeError, KeyError, UnpicklingError) as error:
        raise CheckpointError(
            f"The files in {weights.parent} cannot be read as {kind.__name__}: {error}. Fetch them again."
        ) from error
    if lacking := sorted(report["missing_keys"]):
        raise CheckpointError(
            f"{weights.name} does not fit {kind.__name__}: it lacks {shortened(lacking)}. Check that it is "
            "the right file."
        )
    return network.eval().requires_grad_(False)
