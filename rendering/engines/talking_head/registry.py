"""The talking heads by name. Importing this loads no ML library."""

from rendering.engines.errors import EngineError
from rendering.engines.talking_head.base import TalkingHead


def engine(name: str) -> TalkingHead:
    """The talking head of that name. Raises EngineError for a name that is none."""
    if name == "portrait":
        from rendering.engines.talking_head.portrait.engine import PortraitHead

        return PortraitHead()
    raise EngineError(f"There is no talking head called {name}. Choose portrait.")


def version(name: str) -> str:
    """The version of a talking head, without preparing anything. Raises EngineError."""
    return engine(name).version
