"""English spelling to sound: the grapheme-to-phoneme model of hibari (a port of misaki), American or British.

Both English engines speak through it, because Kokoro was trained on misaki's phonemes.
"""

import re
from dataclasses import dataclass

from hibari.g2p import G2P

from rendering.engines.errors import ScriptError
from rendering.engines.speech.phonemes import bare_word

LONGEST = 400
"""Phonemes a voice takes at once; longer sentences are cut at clause marks, then between words."""


@dataclass(frozen=True)
class Reading:
    """How a sentence sounds. parts: IPA with punctuation, each within LONGEST; pronunciations: by word."""

    parts: tuple[str, ...]
    pronunciations: dict[str, str]


class EnglishReader:
    """Reads normalised English text. Keeps its lexicon in memory; not thread-safe."""

    def __init__(self, *, british: bool) -> None:
        self._g2p = G2P(british=british)

    def read(self, text: str) -> Reading:
        """Raises ScriptError when no word of it has a sound in English."""
        chunks: list[list[str]] = [["", ""]]
        # hibari's own text normalisation is left out: the text package has already done it.
        for token in self._g2p.phonemize_tokens(self._g2p.tokenize(text)):
            chunks[-1][0] += token.text
            chunks[-1][1] += token.phonemes or ""
            if token.whitespace:
                chunks.append(["", ""])
        bare = [(bare_word(word), bare_word(ipa)) for word, ipa in chunks]
        pronunciations = {word: ipa for word, ipa in bare if word and ipa}
        if not pronunciations:
            raise ScriptError(f"An English voice cannot read “{text[:60]}”. Choose a voice of its language.")
        return Reading(split_phonemes(" ".join(ipa for _, ipa in chunks if ipa)), pronunciations)

    def pronounce(self, word: str) -> str:
        """IPA of one word, empty if it has no sound in English."""
        return " ".join(
            token.phonemes or "" for token in self._g2p.phonemize_tokens(self._g2p.tokenize(word))
        )


def split_phonemes(phonemes: str, longest: int = LONGEST) -> tuple[str, ...]:
    """Parts of at most `longest` characters, cut after clause marks where there are any."""
    parts: list[str] = []
    for clause in re.split(r"(?<=[,;:.!?…—])\s+", phonemes.strip()):
        for piece in _at_most(clause, longest):
            if parts and len(parts[-1]) + 1 + len(piece) <= longest:
                parts[-1] += " " + piece
            else:
                parts.append(piece)
    return tuple(part for part in parts if part)


def _at_most(clause: str, longest: int) -> list[str]:
    pieces: list[str] = []
    while len(clause) > longest:
        cut = clause.rfind(" ", 1, longest)
        cut = longest if cut < 0 else cut
        pieces.append(clause[:cut].strip())
        clause = clause[cut:].strip()
    return [*pieces, clause]
