"""Captions: timed words grouped into cues that can be read, and the two file formats.

Cue sizes follow the usual subtitling guides: two lines of at most 42 characters, at most six seconds.
"""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rendering.engines.speech.base import Word

LINE_CHARACTERS = 42
LINES = 2
LONGEST = 6.0
"""Seconds."""
BREATH = 0.7
"""Seconds of silence that end a cue."""
LINGER = 0.4
"""Seconds that a cue stays after its last word, if the next one leaves room."""
CLAUSE_END = (",", ";", ":", "–", "—", ")")
OPENING = "\"'“‘„«¿¡([{"
FULL_ENOUGH = 42
"""Characters from which the end of a clause ends the cue."""


@dataclass(frozen=True)
class Cue:
    """Lines to show, and when. Seconds."""

    lines: tuple[str, ...]
    start: float
    end: float


def cues(text: str, words: Sequence[Word], duration: float, *, lines: int = LINES) -> tuple[Cue, ...]:
    """The cues of one segment.

    text: the sentence as written; words: in time order; duration: of the segment in seconds; lines: of a cue
    at most. Shown are the words as written, with the sentence's own punctuation.
    """
    groups: list[list[Word]] = []
    for word in _punctuated(text, words):
        if groups and _belongs(groups[-1], word, lines):
            groups[-1].append(word)
        else:
            groups.append([word])
    starts = [*(group[0].start for group in groups), duration]
    return tuple(
        Cue(_lines([word.text for word in group]), group[0].start, _end(group, following, duration))
        for group, following in zip(groups, starts[1:], strict=True)
    )


def _end(group: list[Word], following: float, duration: float) -> float:
    latest = min(following, duration, group[0].start + LONGEST)
    return max(min(group[-1].end + LINGER, latest), min(group[-1].end, latest))


def _punctuated(text: str, words: Sequence[Word]) -> list[Word]:
    """The words with whatever the sentence has between them; unspoken words stay with their neighbour."""
    places: list[int] = []
    at = 0
    for word in words:
        found = text.find(word.text, at)
        if found < 0:
            return list(words)
        places.append(found)
        at = found + len(word.text)
    if not places:
        return []
    edges = [0, *(_word_start(text, place) for place in places[1:]), len(text)]
    shown = (" ".join(text[left:right].split()) for left, right in itertools.pairwise(edges))
    return [Word(written, word.start, word.end) for written, word in zip(shown, words, strict=True)]


def _word_start(text: str, place: int) -> int:
    """Opening punctuation belongs to the word it touches."""
    while place and text[place - 1] in OPENING:
        place -= 1
    return place


def _belongs(group: list[Word], word: Word, lines: int) -> bool:
    said = [part.text for part in group]
    if word.start - group[-1].end > BREATH or word.end - group[0].start > LONGEST:
        return False
    if group[-1].text.endswith(CLAUSE_END) and len(" ".join(said)) >= FULL_ENOUGH:
        return False
    return 0 < len(_lines([*said, word.text])) <= lines


def _lines(words: Sequence[str]) -> tuple[str, ...]:
    """The words on as few lines as possible, the lines about equally long; a longer word is a line alone."""
    tokens = " ".join(words).split()
    greedy = _wrap(tokens, LINE_CHARACTERS)
    if len(greedy) != 2:
        return greedy
    for limit in range(len(" ".join(tokens)) // 2, LINE_CHARACTERS):
        balanced = _wrap(tokens, limit)
        if len(balanced) == 2:
            return balanced
    return greedy


def _wrap(tokens: Sequence[str], limit: int) -> tuple[str, ...]:
    lines: list[str] = []
    for token in tokens:
        if lines and len(lines[-1]) + 1 + len(token) <= limit:
            lines[-1] += f" {token}"
        else:
            lines.append(token)
    return tuple(lines)


def shifted(cue: Cue, seconds: float) -> Cue:
    """The cue that much later."""
    return Cue(cue.lines, cue.start + seconds, cue.end + seconds)


def webvtt(cues: Iterable[Cue]) -> str:
    """A WebVTT file (W3C WebVTT 1)."""
    blocks = ["WEBVTT"]
    for cue in cues:
        text = "\n".join(cue.lines).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        blocks.append(f"{_clock(cue.start, '.')} --> {_clock(cue.end, '.')}\n{text}")
    return "\n\n".join(blocks) + "\n"


def subrip(cues: Iterable[Cue]) -> str:
    """A SubRip (SRT) file."""
    blocks = [
        f"{number}\n{_clock(cue.start, ',')} --> {_clock(cue.end, ',')}\n" + "\n".join(cue.lines) + "\n"
        for number, cue in enumerate(cues, start=1)
    ]
    return "\n".join(blocks)


def _clock(seconds: float, point: str) -> str:
    whole, thousandths = divmod(max(0, round(seconds * 1000)), 1000)
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours:02}:{minute:02}:{second:02}{point}{thousandths:03}"
