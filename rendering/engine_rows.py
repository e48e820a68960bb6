"""Rows of engines and voices brought in line with what is on this machine. Runs where engines may be loaded:
in workers and commands."""

from dataclasses import asdict
from typing import Any

from django.db import connection, transaction
from django.db.utils import OperationalError

from rendering import policy
from rendering.engines import catalogue
from rendering.engines.catalogue import EngineCard, speeds
from rendering.engines.catalogue.speeds import Speed
from rendering.engines.errors import EngineUnavailableError
from rendering.engines.speech import registry
from rendering.engines.speech.base import VoiceInfo
from rendering.engines.weights import store
from rendering.models import Engine
from studio.models import Voice
from studio.seeding.shipped import voice_slug


def refresh() -> None:
    """Renew the row of every engine, and whether each voice can speak. Engines that are no more go."""
    # Outside the transaction: a file that is new is read whole for its checksum.
    measured = speeds.read()
    rows = {card.name: _facts(card, measured.get(card.name)) for card in catalogue.CARDS.values()}
    problems = {voice_slug(voice): voice_problem(voice) for voice in registry.all_voices()}
    with transaction.atomic():
        for position, (name, facts) in enumerate(rows.items()):
            Engine.objects.update_or_create(name=name, defaults={**facts, "position": position})
        Engine.objects.exclude(name__in=rows).delete()
        for slug, problem in problems.items():
            Voice.objects.filter(slug=slug).exclude(problem=problem).update(problem=problem)


def refresh_if_set_up() -> bool:
    """`refresh` for commands that also run before there is a database, whose set-up then does it."""
    try:
        set_up = {Engine._meta.db_table, Voice._meta.db_table} <= set(connection.introspection.table_names())
    except OperationalError:
        return False
    if set_up:
        refresh()
    return set_up


def voice_problem(voice: VoiceInfo) -> str:
    """Why a voice cannot be used here, in sentences; empty when it can."""
    card = catalogue.card(voice.engine, "speech")
    if policy.forbids(card.commercial):
        return policy.refusal(card.title, card.commercial)
    return registry.availability(voice) or ""


def check_allowed(*names: str) -> None:
    """Raises EngineUnavailableError for an engine that this instance forbids, EngineError for one that does
    not exist. A job may carry one: from before the operator forbade it."""
    for card in map(catalogue.card, names):
        if policy.forbids(card.commercial):
            raise EngineUnavailableError(policy.refusal(card.title, card.commercial))


def _facts(card: EngineCard, speed: Speed | None) -> dict[str, Any]:
    reasons = catalogue.lacking(card)
    if card.planned:
        state = Engine.State.PLANNED
    elif policy.forbids(card.commercial):
        state, reasons = Engine.State.FORBIDDEN, (policy.refusal(card.title, card.commercial),)
    else:
        state = Engine.State.LACKING if reasons else Engine.State.READY
    return {
        "kind": card.kind,
        "title": card.title,
        "summary": card.summary,
        "state": state,
        "problem": " ".join(reasons),
        "languages": list(card.languages),
        "qualities": list(card.qualities),
        "hardware": card.hardware,
        "device_memory_mb": card.device_memory_mb,
        "code_licence": card.code_licence,
        "weights_licence": card.weights_licence,
        "commercial": card.commercial,
        "source": card.source,
        "version": card.version,
        "artifacts": _artifacts(card),
        "speed": asdict(speed) if speed else {},
    }


def _artifacts(card: EngineCard) -> list[dict[str, Any]]:
    """Its model files: needed ones, then those that it or one of its voices can use on top."""
    voices = (voice for voice in registry.all_voices() if voice.engine == card.name)
    more = (name for voice in voices for name in voice.artifacts)
    names = dict.fromkeys((*card.artifacts, *card.optional, *more))
    return [
        {
            "name": status.artifact.name,
            "bytes": status.artifact.size,
            "licence": status.artifact.licence,
            "state": status.state,
            "needed": status.artifact.name in card.artifacts,
            "by_hand": not status.artifact.sources,
        }
        for status in store.statuses(names)
    ]
