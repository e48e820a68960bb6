"""Every engine there is or will be, by name: what it is, needs and permits. Loads no ML library."""

import importlib
import importlib.util
import os
from collections.abc import Iterable
from typing import Any

from rendering.engines.catalogue.card import Commercial, EngineCard, Kind
from rendering.engines.catalogue.pictures import MATTING, TALKING_HEADS
from rendering.engines.catalogue.speech import SPEECH
from rendering.engines.errors import EngineError, EngineUnavailableError
from rendering.engines.weights import store

__all__ = [
    "CARDS",
    "Commercial",
    "EngineCard",
    "Kind",
    "build",
    "card",
    "cards_of",
    "lacking",
    "not_installed",
]

CARDS: dict[str, EngineCard] = {card.name: card for card in (*SPEECH, *TALKING_HEADS, *MATTING)}
"""By name, in the order in which people should see them."""


def cards_of(kind: Kind) -> tuple[EngineCard, ...]:
    """The engines of one kind, planned ones included."""
    return tuple(card for card in CARDS.values() if card.kind == kind)


def card(name: str, kind: Kind | None = None) -> EngineCard:
    """Raises EngineError for a name that is no engine (of that kind)."""
    found = CARDS.get(name)
    if found is None or (kind is not None and found.kind != kind):
        names = [
            card.name for card in (CARDS.values() if kind is None else cards_of(kind)) if not card.planned
        ]
        what = f"{kind} engine" if kind else "engine"
        raise EngineError(f"There is no {what} called {name}. Choose {', '.join(names[:-1])} or {names[-1]}.")
    return found


def lacking(engine: EngineCard, *, also: Iterable[str] = ()) -> tuple[str, ...]:
    """What keeps an engine from working on this machine, each a sentence with its remedy; empty when nothing
    does. also: artifacts that one of its voices needs on top."""
    if engine.planned:
        return (f"{engine.title} is planned and cannot be used yet.",)
    reasons = []
    if absent := not_installed(engine.packages):
        reasons.append(
            f'It needs {_listed(absent)}, not installed here. Run: pip install "avatarlab[{engine.extra}]"'
        )
    if missing := store.missing(dict.fromkeys((*engine.artifacts, *also))):
        reasons.append(f"It needs {_listed(missing)}. Run: python manage.py models pull {' '.join(missing)}")
    if unset := [name for name in engine.settings if not os.environ.get(name)]:
        reasons.append(f"It needs {_listed(unset)} in the environment.")
    return tuple(reasons)


def build(engine: EngineCard, **options: Any) -> Any:
    """An instance of the engine. options: what its class takes. Raises EngineUnavailableError when something
    is lacking."""
    if engine.planned or not_installed(engine.packages):
        raise EngineUnavailableError(f"{engine.title} cannot be used. {' '.join(lacking(engine))}")
    module, _, name = engine.factory.partition(":")
    return getattr(importlib.import_module(module), name)(**options)


def not_installed(packages: Iterable[str]) -> tuple[str, ...]:
    """Those modules that cannot be imported here."""
    return tuple(name for name in packages if not _installed(name))


def _installed(package: str) -> bool:
    try:
        return importlib.util.find_spec(package) is not None
    except ModuleNotFoundError:
        return False


def _listed(names: tuple[str, ...] | list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
