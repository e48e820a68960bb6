"""From a written sentence to what is said, word by word, so that captions keep what was written."""

import html
import re
import unicodedata
from collections.abc import Iterator

import emoji

from rendering.engines.speech.base import SpokenWord
from rendering.engines.text import english
from rendering.engines.text.vocabulary import ABBREVIATIONS, MONTHS, STREETS, TITLES

# Long enough for any real tag, short enough that "a < b" far from a ">" stays text.
_TAG = re.compile(r"</?[a-zA-Z][a-zA-Z0-9-]*(?:\s[^<>]{0,300})?/?>|<!--.{0,300}?-->", re.S)
_REMOVED = "\0"
_OPENING = "\"'“‘([{«¿¡*_~—–-…<|•·`#"
_CLOSING = "\"'”’)]}»*_~—–-…>|`"
_PROSODY = ".!?…,;:—"
_ASIDE = re.compile(r"(—|--+|…|\.{3,})")
_DOTTED = re.compile(r"(?:[A-Za-z]\.)+")


def clean(text: str) -> str:
    """Without control characters, lone surrogates and marks that only steer direction or breaking."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(_visible(character) for character in text)


def _visible(character: str) -> str:
    if character in "\n\u200d":  # the joiner holds composed emoji together
        return character
    category = unicodedata.category(character)
    if category == "Cc" or category in ("Zs", "Zl", "Zp"):
        return " "
    return "" if category in ("Cf", "Cs", "Co", "Cn") else character


def normalise(sentence: str, language: str) -> tuple[SpokenWord, ...]:
    """Every written word of the sentence with its spoken form, empty for what is not said (emoji, tags).

    English is spelled out in full; for other languages the voice reads numbers and abbreviations itself.
    """
    written = list(_written_words(sentence))
    if not language.startswith("en"):
        return tuple(SpokenWord(word, readable) for word, readable in written)
    parts = [_parts(readable) for _, readable in written]
    bare = [[core for core, _ in part] for part in parts]
    flat = [core for cores in bare for core in cores]
    shouted = _is_shouted(flat)
    spoken_words: list[SpokenWord] = []
    place = 0
    for (word, _), part in zip(written, parts, strict=True):
        spoken = []
        for _, after in part:
            said = english.say(flat, place) if flat[place] else ""
            said = said.lower() if shouted else said
            if flat[place].endswith(".") and place == len(flat) - 1:
                after = "."  # the period of an abbreviation also ends the sentence
            if said or after == "—":
                spoken.append(said + after)
            elif after and not spoken:
                _punctuate(spoken_words, after)
            place += 1
        spoken_words.append(SpokenWord(word, " ".join(spoken)))
    return tuple(spoken_words)


def _punctuate(words: list[SpokenWord], mark: str) -> None:
    """A mark that stands apart, or behind an emoji, is heard after the word before it."""
    if words and words[-1].spoken[-1:].isalnum():
        words[-1] = SpokenWord(words[-1].written, words[-1].spoken + mark)


def _written_words(sentence: str) -> Iterator[tuple[str, str]]:
    """Words as written, and the same without markup and emoji."""
    masked = _TAG.sub(lambda match: _REMOVED * len(match[0]), sentence)
    for match in re.finditer(r"\S+", sentence):
        readable = masked[match.start() : match.end()].replace(_REMOVED, "")
        readable = (
            emoji.replace_emoji(html.unescape(readable), "").replace("\u200d", "").replace("\ufe0f", "")
        )
        # An entity may have been a space or a control character.
        yield match[0], "".join(_visible(character) for character in readable).strip()


def _parts(word: str) -> list[tuple[str, str]]:
    """(bare word, punctuation that is heard after it); several where a dash or dots join two words."""
    pieces = _ASIDE.split(word)
    parts: list[tuple[str, str]] = []
    for piece, mark in zip(pieces[::2], [*pieces[1::2], ""], strict=True):
        core, after = _bare(piece)
        mark = "—" if mark[:1] in ("—", "-") else "…" if mark else ""
        if core or mark or not parts:
            parts.append((core, after + mark))
    return parts


def _bare(word: str) -> tuple[str, str]:
    if word in ("#", "<", ">", "~"):
        return word, ""
    if word in ("-", "–", "−"):
        return "-", ""
    start = 0
    while start < len(word) and word[start] in _OPENING and not _keeps(word[start:]):
        start += 1
    end, after = len(word), ""
    while end > start:
        last = word[end - 1]
        if last in _PROSODY and not (last == "." and _is_abbreviation(word[start:end])):
            after = last + after
        elif last not in _CLOSING:
            break
        end -= 1
    return word[start:end], after[:1]


def _keeps(rest: str) -> bool:
    """A minus sign, a hash tag or the apostrophe of '90s belongs to the word."""
    return bool(re.match(r"[-–][\d$€£¥.]|#\w|['‘’]\d\ds", rest))


def _is_abbreviation(word: str) -> bool:
    lower = word.lower()
    bare = lower[:-1]
    known = bare in TITLES or bare in STREETS or bare in MONTHS or bare == "no"
    return known or lower in ABBREVIATIONS or bool(_DOTTED.fullmatch(word))


def _is_shouted(words: list[str]) -> bool:
    """A sentence all in capitals is emphasis, not a row of acronyms."""
    letters = [word for word in words if len(word) > 1 and any(map(str.isalpha, word))]
    return len(letters) >= 3 and all(word == word.upper() for word in letters)
