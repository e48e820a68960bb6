"""How the pipeline gets at stored files without knowing where they are stored."""

from pathlib import Path
from typing import Protocol

from rendering.pipeline.spec import MediaRef


class MediaSource(Protocol):
    """The worker's cache of stored files."""

    def local_path(self, ref: MediaRef) -> Path:
        """A local file with the bytes of `ref`; stays until the render is over. Raises MediaError."""
        ...
