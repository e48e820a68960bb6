"""The talking heads by name. Importing this loads no ML library."""

from typing import Any, cast

from rendering.engines import catalogue
from rendering.engines.errors import EngineError
from rendering.engines.talking_head.base import TalkingHead

STANDARD = "standard"
"""The quality that is meant when none is named, of heads that have several."""


def engine(name: str, *, quality: str = "", threads: int = 2) -> TalkingHead:
    """The talking head of that name, its model loaded; keep it. quality: one of its card's, "" for standard;
    threads: for heads that run on PyTorch.

    Raises ModelMissingError, EngineUnavailableError, and EngineError for a name or a quality that is none.
    """
    card = catalogue.card(name, "talking head")
    if quality and quality not in card.qualities:
        known = f"Choose {', '.join(card.qualities)}." if card.qualities else "It has one quality only."
        raise EngineError(f"{card.title} has no quality called {quality}. {known}")
    options: dict[str, Any] = {}
    if card.qualities:
        options["quality"] = quality or STANDARD
    if "torch" in card.packages:
        options["threads"] = threads
    return cast(TalkingHead, catalogue.build(card, **options))


def version(name: str) -> str:
    """The version of a talking head, without loading anything. Raises EngineError."""
    return catalogue.card(name, "talking head").version
