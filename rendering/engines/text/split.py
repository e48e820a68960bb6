"""A script in pieces: pause marks, paragraphs, sentences, and clauses where a sentence is too long."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import pysbd

LONGEST_SENTENCE = 220
"""Characters. About 15 s of speech: what a voice still says well, and a segment is re-rendered for."""

SENTENCE_PAUSE = 0.35
ELLIPSIS_PAUSE = 0.6
PARAGRAPH_PAUSE = 0.8
CLAUSE_PAUSE = 0.12
DEFAULT_MARK = 0.8
"""Seconds of silence after a piece, by what ends it; the last for "[pause]" without a length."""
LONGEST_PAUSE = 10.0

_MARK = re.compile(r"\[\s*pause(?:\s+(\d{1,6}(?:\.\d{1,6})?)\s*(ms|s|sec|seconds?)?)?\s*\]", re.I)
_PARAGRAPH = re.compile(r"\n[ \t]*\n\s*")
# A line break inside a sentence is layout; before a capital, a number or a bullet it ends a heading or item.
_LINE = re.compile(r"\s*\n(?=\s*(?:[-*•]\s|\d|[^\W\d_a-zß-öø-ÿ]))")
_CLAUSE = re.compile(r"(?<=[,;:，、；：—])\s*(?=\S)|\s+(?=[—–])")
_RULES = {
    "en-us": "en",
    "en-gb": "en",
    "de": "de",
    "es": "es",
    "fr-fr": "fr",
    "hi": "hi",
    "it": "it",
    "ja": "ja",
    "ko": "en",
    "pl": "pl",
    "pt-br": "es",
    "ru": "ru",
    "tr": "en",
    "zh": "zh",
}
"""Language to the rules of pysbd that fit it best."""
LANGUAGES = frozenset(_RULES)


@dataclass(frozen=True)
class Piece:
    """A sentence, or a clause of one, and the silence after it in seconds."""

    text: str
    pause: float


def split_script(script: str, language: str) -> Iterator[Piece]:
    """The pieces of a cleaned script (see `normalise.clean`), none empty. Pause marks are taken out.

    A mark before the first sentence has nothing to follow and is dropped. Raises KeyError for a language that
    is not in LANGUAGES.
    """
    # ["text", "0.8", "s", "text", None, None, "text"]: the text, then length and unit of the mark after it.
    parts = _MARK.split(script)
    waiting: Piece | None = None
    for text, length, unit in zip(parts[::3], [*parts[1::3], None], [*parts[2::3], None], strict=True):
        for piece in _paragraphs(text, language):
            if waiting:
                yield waiting
            waiting = piece
        if waiting and text is not parts[-1]:
            waiting = Piece(waiting.text, _seconds(length, unit))
    if waiting:
        yield waiting


def _seconds(length: str | None, unit: str | None) -> float:
    if length is None:
        return DEFAULT_MARK
    seconds = float(length) / (1000 if (unit or "").lower() == "ms" else 1)
    return min(seconds, LONGEST_PAUSE)


def _paragraphs(text: str, language: str) -> Iterator[Piece]:
    paragraphs = [paragraph for paragraph in _PARAGRAPH.split(text) if paragraph.strip()]
    for number, paragraph in enumerate(paragraphs):
        pieces = [piece for line in _LINE.split(paragraph) for piece in _sentences(line, language)]
        if pieces and number < len(paragraphs) - 1:
            pieces[-1] = Piece(pieces[-1].text, PARAGRAPH_PAUSE)
        yield from pieces


def _sentences(line: str, language: str) -> Iterator[Piece]:
    line = " ".join(line.split())
    if not line:
        return
    for sentence in _segment(line, language):
        clauses = at_most(sentence, LONGEST_SENTENCE)
        for clause in clauses[:-1]:
            yield Piece(clause, CLAUSE_PAUSE)
        trails_off = sentence.rstrip("\"'”’)").endswith(("...", "…"))
        yield Piece(clauses[-1], ELLIPSIS_PAUSE if trails_off else SENTENCE_PAUSE)


def _segment(line: str, language: str) -> list[str]:
    sentences: list[str] = []
    open_end = False
    for part in _segmenter(_RULES[language]).segment(line):
        # Where words are spaced, a mark without a space after it ("?x=1" in an address) ends no sentence.
        if open_end and language not in ("ja", "zh"):
            sentences[-1] += part
        else:
            sentences.append(part)
        open_end = not part.endswith(" ")
    return [sentence.strip() for sentence in sentences if sentence.strip()]


@lru_cache(maxsize=len(_RULES))
def _segmenter(rules: str) -> pysbd.Segmenter:
    return pysbd.Segmenter(language=rules, clean=False)


def at_most(sentence: str, longest: int) -> list[str]:
    """Clauses packed into pieces of at most `longest` characters; a clause that is longer is cut at spaces,
    and one without spaces anywhere."""
    pieces: list[str] = []
    for clause in _CLAUSE.split(sentence) if len(sentence) > longest else [sentence]:
        for part in _cut(clause.strip(), longest):
            joined = f"{pieces[-1]} {part}" if pieces else part
            if pieces and len(joined) <= longest:
                pieces[-1] = joined
            else:
                pieces.append(part)
    return pieces


def _cut(clause: str, longest: int) -> Iterator[str]:
    while len(clause) > longest:
        end = clause.rfind(" ", 1, longest + 1)
        end = longest if end < 0 else end
        yield clause[:end].strip()
        clause = clause[end:].strip()
    if clause:
        yield clause
