"""What a user types, as utterances ready to be spoken."""

from collections.abc import Mapping
from dataclasses import replace

from rendering.engines.errors import ScriptError
from rendering.engines.speech.base import Utterance
from rendering.engines.speech.phonemes import spoken_words
from rendering.engines.text.lexicon import apply_lexicon
from rendering.engines.text.normalise import clean, normalise
from rendering.engines.text.split import LANGUAGES, split_script

MAX_SCRIPT_CHARACTERS = 20_000

_SECONDS_PER_CHARACTER = {"ja": 0.15, "zh": 0.22}
_SECONDS_PER_LETTER = 0.055
_SECONDS_AROUND = 0.15
"""Of normalised text at speed 1: a line through 64 sentences in one voice of hibari and three of Kokoro."""


def parse_script(
    script: str, *, language: str = "en-us", lexicon: Mapping[str, str] | None = None
) -> tuple[Utterance, ...]:
    """The sentences of a script in order.

    Blank lines are longer pauses, "[pause 0.8s]" is a pause of that length, what cannot be said (emoji,
    markup) stays in the text for captions. lexicon: written word (casefolded) to respelling. Raises
    ScriptError when nothing in it can be spoken, it is longer than MAX_SCRIPT_CHARACTERS, or the language is
    not one of `split.LANGUAGES`.
    """
    if len(script) > MAX_SCRIPT_CHARACTERS:
        raise ScriptError(
            f"The script has {len(script):,} characters; the limit is {MAX_SCRIPT_CHARACTERS:,}. "
            "Split it over several projects."
        )
    if language not in LANGUAGES:
        raise ScriptError(f"No voice speaks “{language}”. Choose one of: {', '.join(sorted(LANGUAGES))}.")
    utterances: list[Utterance] = []
    silent: list[Utterance] = []
    for piece in split_script(clean(script), language):
        words = normalise(piece.text, language)
        utterance = Utterance(text=piece.text, words=words, language=language, pause_after=piece.pause)
        utterance = apply_lexicon(utterance, lexicon)
        if spoken_words(utterance.spoken):
            utterances.append(_joined([*silent, utterance]))
            silent = []
        elif utterances:
            utterances[-1] = _joined([utterances[-1], utterance])
        else:
            silent.append(utterance)
    if not utterances:
        raise ScriptError(_nothing_to_say(silent, language))
    return tuple(utterances)


def spoken_text(text: str, language: str = "en-us") -> str:
    """All that is heard of a text, normalised, on one line. Raises as `parse_script` does."""
    return " ".join(utterance.spoken for utterance in parse_script(text, language=language))


def _joined(parts: list[Utterance]) -> Utterance:
    """Pieces without a sound travel with a neighbour, so that captions lose nothing."""
    return replace(
        parts[-1],
        text=" ".join(part.text for part in parts),
        words=tuple(word for part in parts for word in part.words),
        pause_after=max(part.pause_after for part in parts),
    )


def _nothing_to_say(silent: list[Utterance], language: str) -> str:
    written = "".join(part.text for part in silent)
    if language.startswith("en") and any(letter.isalpha() and not letter.isascii() for letter in written):
        return (
            f"An English voice cannot read “{written[:60]}”. Choose a voice of the script's language, or "
            "write it in Latin letters."
        )
    return "There is nothing to say in this script. Write at least one word."


def estimate_duration(utterance: Utterance, speed: float = 1.0) -> float:
    """Seconds the utterance will take, its pause included; within about 15 % for a sentence."""
    per_character = _SECONDS_PER_CHARACTER.get(utterance.language, _SECONDS_PER_LETTER)
    return _SECONDS_AROUND + per_character * len(utterance.spoken) / speed + utterance.pause_after
