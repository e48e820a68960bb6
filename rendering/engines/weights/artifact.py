"""What the manifest says of one model file."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Artifact:
    """One model file. name: what engines ask for; filename: its path below the models folder; size: bytes,
    about so many where no checksum is known; sha256: lower-case hex, "" where nobody published one: the file
    that is fetched first is then pinned in the models folder (see `store`); sources: where to fetch it, best
    first; note: what a user should know of it."""

    name: str
    filename: str
    size: int
    sha256: str
    licence: str
    sources: tuple[str, ...]
    note: str = ""
