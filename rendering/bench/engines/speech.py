"""The speech engines that are ready here, on half a minute of English."""

import statistics
import time

from rendering.bench import script
from rendering.bench.engines.figures import Figure
from rendering.engines import catalogue
from rendering.engines.catalogue import EngineCard
from rendering.engines.speech import registry
from rendering.engines.speech.base import SAMPLE_RATE
from rendering.engines.text.script import parse_script

ROUNDS = 3
LANGUAGE = "en-us"


def ready() -> tuple[EngineCard, ...]:
    """Engines that can speak on this machine by themselves: services are not asked, they cost money."""
    return tuple(
        card
        for card in catalogue.cards_of("speech")
        if not card.planned and not card.settings and _voice(card) and not catalogue.lacking(card)
    )


def measure(card: EngineCard, *, threads: int, rounds: int = ROUNDS) -> Figure:
    """Wall seconds per second of speech, the model warm, without alignment. Raises what the engine raises."""
    engine, voice = registry.engine(card.name, threads=threads), _voice(card)
    sentences = parse_script(script.half_minute(), language=LANGUAGE, lexicon={})
    engine.synthesize(sentences[0], voice)
    factors = []
    for _ in range(rounds):
        began = time.perf_counter()
        spoken = sum(len(engine.synthesize(sentence, voice).samples) for sentence in sentences)
        factors.append((time.perf_counter() - began) * SAMPLE_RATE / spoken)
    return Figure(card.name, "seconds per second of speech", statistics.median(factors), "s")


def _voice(card: EngineCard) -> str:
    """The first voice of the language whose files are here, "" for none."""
    for voice in registry.all_voices():
        if (voice.engine, voice.language) == (card.name, LANGUAGE) and registry.availability(voice) is None:
            return voice.key
    return ""
