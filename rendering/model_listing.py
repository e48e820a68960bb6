"""The engines and their model files, for `manage.py models`: as lines to read and as rows for programs."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from rendering.engines import catalogue
from rendering.engines.catalogue import EngineCard
from rendering.engines.errors import EngineUnavailableError
from rendering.engines.speech import registry
from rendering.engines.weights import STANDARD, pins, store
from rendering.engines.weights.sources import sources_of

STATES = {"present": "here", "unpinned": "here, not pinned", "missing": "not here", "corrupt": "damaged"}
"""Of a model, in words."""


def models_of(names: Iterable[str], *, optional: bool) -> list[str]:
    """The models behind names of engines and of models. optional: also what an engine can do without.

    Raises ModelMissingError for a name that is neither, EngineUnavailableError for a planned engine.
    """
    found: list[str] = []
    for name in names:
        card = catalogue.CARDS.get(name)
        if card is None:
            found.append(store.artifact(name).name)
        elif card.planned:
            raise EngineUnavailableError(" ".join(catalogue.lacking(card)))
        else:
            found += [*card.artifacts, *_voices_of(card), *(card.optional if optional else ())]
    return list(dict.fromkeys(found))


def lines() -> Iterator[str]:
    """Engine after engine with its models, then the models that belong to none."""
    rest = {status.artifact.name: status for status in store.statuses()}
    for card in catalogue.CARDS.values():
        yield (
            f"{card.name} ({card.kind}): {_state(card)}. Code: {card.code_licence}. Weights: "
            f"{card.weights_licence}. Commercial use: {card.commercial}."
        )
        if not card.planned:
            yield from (f"    {reason}" for reason in catalogue.lacking(card))
        for name in (*card.artifacts, *card.optional):
            rest.pop(name, None)
            yield _line(store.statuses([name])[0])
        if voices := _voices_of(card):
            states = Counter(rest.pop(name).state for name in voices)
            told = ", ".join(f"{count} {STATES[state]}" for state, count in states.items())
            yield f"    {len(voices)} voices: {told}"
    yield "Models of no single engine:"
    yield from map(_line, rest.values())


def rows() -> dict[str, Any]:
    """Everything, as JSON has it: `engines` and `models`."""
    known = pins.pins()
    return {
        "engines": [
            {
                "name": card.name,
                "kind": card.kind,
                "title": card.title,
                "state": _state(card),
                "lacking": catalogue.lacking(card),
                "models": [*card.artifacts, *_voices_of(card)],
                "optional": card.optional,
                "code_licence": card.code_licence,
                "weights_licence": card.weights_licence,
                "commercial": card.commercial,
                "source": card.source,
            }
            for card in catalogue.CARDS.values()
        ],
        "models": [
            {
                "name": status.artifact.name,
                "state": status.state,
                "standard": status.artifact.name in STANDARD,
                "bytes": status.artifact.size,
                "sha256": status.artifact.sha256,
                "pinned": known[status.artifact.name].sha256 if status.artifact.name in known else "",
                "licence": status.artifact.licence,
                "sources": status.artifact.sources,
                "note": status.artifact.note,
            }
            for status in store.statuses()
        ],
    }


def by_hand(names: Iterable[str]) -> list[str]:
    """Those of the models that are not here and can be fetched from nowhere."""
    return [name for name in store.missing(names) if not sources_of(store.artifact(name))]


def _voices_of(card: EngineCard) -> list[str]:
    """The models of an engine's voices, without those that its card names."""
    voices = [voice for voice in registry.all_voices() if voice.engine == card.name]
    names = dict.fromkeys(name for voice in voices for name in voice.artifacts)
    return [name for name in names if name not in (*card.artifacts, *card.optional)]


def _state(card: EngineCard) -> str:
    if card.planned:
        return "planned"
    return "not ready" if catalogue.lacking(card) else "ready"


def _line(status: store.Status) -> str:
    model = status.artifact
    size = f"{model.size / 1e6:.1f} MB"
    state = STATES[status.state]
    return f"    {state:16} {size:>10}  {model.name:28} {model.licence:16} {model.note}".rstrip()
