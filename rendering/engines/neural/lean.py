"""The tensors an engine uses, kept apart from the big checkpoint they were released in.

Checkpoints carry a second set of weights, discriminators and the optimizer's state: DiffDub's renderer is
twice what it needs, the codec five times. The first load keeps a lean copy beside the models (see
`rendering.engines.weights.lean_copies`); the next ones map it into memory.
"""

import logging
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from safetensors.torch import load_file, save_file

from rendering.engines.errors import CheckpointError
from rendering.engines.neural import checkpoints
from rendering.engines.neural.checkpoints import State
from rendering.engines.weights import lean_copies, store
from rendering.engines.weights.folder import locked

logger = logging.getLogger(__name__)

Extract = Callable[[Any, str], State]
"""Takes what a checkpoint holds and the file's name (for messages), gives the tensors wanted."""


def state(name: str, extract: Extract, *, variant: str = "1") -> State:
    """Tensors of the artifact `name`, on the CPU, as `extract` picks them from its file.

    variant: changes when `extract` picks otherwise, or differs where two engines pick from one file. A folder
    that cannot be written works, too: every load then reads the original. Raises ModelMissingError,
    ModelCorruptError, and CheckpointError, also what `extract` raises.
    """
    original = store.identify(name)
    copy = lean_copies.path_of(name, original.sha256, variant)
    if lean_copies.is_right(copy):
        return load_file(copy)
    try:
        copy.parent.mkdir(exist_ok=True)
        with locked(copy.parent):
            if not lean_copies.is_right(copy):
                _write(copy, _extracted(original.path, extract), like=original.path)
                _remove_older(name, copy)
        return load_file(copy)
    except OSError as error:
        logger.warning("No lean copy of %s could be kept: %s", name, error)
        return _extracted(original.path, extract)


def _extracted(original: Path, extract: Extract) -> State:
    wanted = extract(checkpoints.read(original), original.name)
    if not wanted:
        raise CheckpointError(f"{original.name} holds none of the tensors that are needed.")
    return wanted


def _write(copy: Path, wanted: State, *, like: Path) -> None:
    """like: the file whose permissions the copy gets."""
    # One name for all processes, which write one after another: what a killed one left is written over.
    draft = copy.with_name(f"{copy.name}.part")
    try:
        # Clones: tensors of a checkpoint may share memory, which safetensors refuses.
        save_file({name: tensor.detach().contiguous().clone() for name, tensor in wanted.items()}, draft)
        shutil.copymode(like, draft)
        os.replace(draft, copy)
    finally:
        draft.unlink(missing_ok=True)
    lean_copies.register(copy)


def _remove_older(name: str, copy: Path) -> None:
    """Copies of the same selection from files that the artifact had before."""
    variant = copy.name.rsplit("-", 1)[-1]
    for other in lean_copies.copies_of(name):
        if other != copy and other.name.rsplit("-", 1)[-1] == variant:
            other.unlink(missing_ok=True)
