"""The models folder: where it is, its locks, and the small tables kept in it."""

import fcntl
import json
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import platformdirs

from rendering.engines.errors import ModelCorruptError


def folder() -> Path:
    """Where model files live: AVATARLAB_MODELS, else the platform's cache folder."""
    configured = os.environ.get("AVATARLAB_MODELS")
    return (
        Path(configured).expanduser()
        if configured
        else Path(platformdirs.user_cache_dir("avatarlab")) / "models"
    )


@contextmanager
def locked(home: Path, name: str = ".lock") -> Iterator[None]:
    """Alone among all processes, until the block ends. Raises OSError where `home` cannot be written."""
    with (home / name).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def read_table(path: Path) -> dict[str, Any]:
    """A JSON object, empty when there is no such file. Raises ModelCorruptError when it is something else."""
    try:
        table = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ModelCorruptError(f"{path} cannot be read: {error}") from error
    if not isinstance(table, dict):
        raise ModelCorruptError(f"{path} is not a table.")
    return table


def write_table(path: Path, table: Mapping[str, Any]) -> None:
    """Whole or not at all. Raises OSError."""
    draft = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}")
    try:
        draft.write_text(json.dumps(table, indent=1, sort_keys=True))
        os.replace(draft, path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
