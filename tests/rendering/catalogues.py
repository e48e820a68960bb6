"""Catalogues of engines of which tests know everything."""

import hashlib
from dataclasses import replace

import pytest

from rendering.engines import catalogue
from rendering.engines.catalogue import EngineCard
from rendering.engines.weights.artifact import Artifact
from rendering.engines.weights.manifest import ARTIFACTS

SCHOLAR = EngineCard(
    name="scholar",
    kind="talking head",
    title="Scholar",
    summary="For research.",
    factory="rendering.engines.talking_head.portrait.engine:PortraitHead",
    version="1",
    code_licence="MIT",
    weights_licence="CC-BY-NC-4.0",
    commercial="no",
    source="https://example.org/scholar",
    hardware="a GPU",
    artifacts=("scholar-weights",),
    qualities=("draft", "standard", "best"),
)
PLANNED = replace(SCHOLAR, name="dream", title="Dream", factory="", artifacts=(), qualities=())


def use(monkeypatch: pytest.MonkeyPatch, *cards: EngineCard) -> None:
    """These engines instead of the project's; hibari, which speaks in tests, and the portrait stay."""
    kept = {name: catalogue.CARDS[name] for name in ("hibari", "kokoro", "portrait")}
    monkeypatch.setattr(catalogue, "CARDS", kept | {card.name: card for card in cards})


def artifact(name: str, content: bytes, *sources: str) -> Artifact:
    return Artifact(
        name=name,
        filename=f"{name}.bin",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        licence="CC-BY-NC-4.0",
        sources=sources,
    )


def offer(monkeypatch: pytest.MonkeyPatch, *artifacts: Artifact) -> None:
    """Put model files into the manifest."""
    for each in artifacts:
        monkeypatch.setitem(ARTIFACTS, each.name, each)
