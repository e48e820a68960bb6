"""What may be told of engines: to pages, API and services, which do not load them."""

from typing import Any

from django.db.models import QuerySet

from rendering import policy
from rendering.models import Engine


def engines() -> QuerySet[Engine]:
    """All of them, planned ones included, in the order in which people should see them."""
    return Engine.objects.all()


def heads() -> QuerySet[Engine]:
    """Those that make faces speak."""
    return engines().filter(kind=Engine.Kind.TALKING_HEAD)


def state_of(engine: Engine) -> str:
    """What the operator forbade counts at once, also before a worker has renewed the rows."""
    if engine.state != Engine.State.PLANNED and policy.forbids(engine.commercial):
        return str(Engine.State.FORBIDDEN)
    return engine.state


def problem_of(engine: Engine) -> str:
    """Why an engine cannot be chosen, in sentences; empty when it can."""
    if state_of(engine) == Engine.State.FORBIDDEN:
        return policy.refusal(engine.title, engine.commercial)
    return engine.problem


def terms_of(engine: Engine) -> dict[str, str]:
    """What stands where an engine is chosen: its licence, and whether what it makes may be sold."""
    return {
        "title": engine.title,
        "licence": engine.weights_licence,
        "commercial": engine.commercial,
        "commercial_label": engine.get_commercial_display(),
    }


def head_data(engine: Engine) -> dict[str, Any]:
    """As the studio's script takes it. problem: why it cannot be chosen, empty when it can."""
    return {
        "name": engine.name,
        **terms_of(engine),
        "summary": engine.summary,
        "hardware": engine.hardware,
        "qualities": engine.qualities,
        "state": state_of(engine),
        "problem": problem_of(engine),
    }


def used_in(spec: dict[str, Any]) -> dict[str, list[str]]:
    """The engines that a render was made with, by kind: title and licence of each, or the bare name of one
    that is not known any more. spec: RenderSpec as JSON."""
    rows = {engine.name: engine for engine in engines()}

    def described(names: set[str]) -> list[str]:
        return [
            f"{rows[name].title} ({rows[name].weights_licence})" if name in rows else name
            for name in sorted(names)
        ]

    scenes = spec["scenes"]
    return {
        "heads": described({scene["avatar"]["head"] for scene in scenes}),
        "speech": described({scene["voice"]["engine"] for scene in scenes if scene["recording"] is None}),
    }
