"""What can go wrong inside an engine, one type per kind of cause.

Messages are written for the person at the screen: what happened, which input, what to do.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rendering.engines.face.findings import Finding


class EngineError(Exception):
    """Base of everything an engine raises on purpose; `str(error)` may be shown to the user."""


class EngineUnavailableError(EngineError):
    """An engine cannot work here: a package is not installed, or it is only planned."""


class CheckpointError(EngineError):
    """A weights file is not what its engine expects. The message names the file and the tensors."""


class ModelMissingError(EngineError):
    """A model file is not on this machine. The message names it and the command that fetches it."""


class ModelCorruptError(EngineError):
    """A model file is there but its checksum is wrong."""


class DownloadError(EngineError):
    """No source of an artifact could be read."""


class ScriptError(EngineError):
    """The text cannot be spoken: empty after normalisation, too long, unsupported language."""


class MediaError(EngineError):
    """An image, video or audio file cannot be used. The message says why and what to do."""


class FaceError(MediaError):
    """An image was read but its face cannot be animated: none, too small, turned away, eyes hidden.

    findings: all that was noticed, of which the message is the gravest; may be empty.
    """

    def __init__(self, message: str, findings: "tuple[Finding, ...]" = ()) -> None:
        super().__init__(message)
        self.findings = findings


class Cancelled(Exception):  # noqa: N818 - control flow, not a failure
    """Raised by a progress callback to stop the work at the next chunk."""
