"""Phoneme alphabets: IPA as the voices write it, ARPAbet as the aligner and the mouth read it."""

import re
import unicodedata

# Two conventions meet here: plain IPA (espeak) and Kokoro's shorthand, in which capitals are diphthongs
# (A = eɪ, I = aɪ, O = oʊ, Q = əʊ, W = aʊ, Y = ɔɪ, T = flapped t) and affricates are one letter. Sounds that
# English lacks become the English phone with the nearest lip and tongue position.
# fmt: off
_ARPABET = {
    "aɪ": "AY", "aʊ": "AW", "eɪ": "EY", "oʊ": "OW", "əʊ": "OW", "ɔɪ": "OY",
    "A": "EY", "I": "AY", "O": "OW", "Q": "OW", "W": "AW", "Y": "OY",
    "ɜːɹ": "ER", "ɜɹ": "ER", "əɹ": "ER", "ɜː": "ER", "ɜ": "ER", "ɚ": "ER", "ɝ": "ER",
    "ə": "AH", "ᵊ": "AH", "ʌ": "AH", "ɐ": "AH", "ɤ": "AH", "æ": "AE", "a": "AA", "ä": "AA", "ɑ": "AA",
    "ɒ": "AA", "ɔ": "AO", "e": "EH", "ɛ": "EH", "i": "IY", "ɪ": "IH", "ᵻ": "IH", "ɨ": "IH", "o": "OW",
    "u": "UW", "ʊ": "UH", "y": "UW", "ø": "ER", "œ": "ER", "ɯ": "UW", "ʉ": "UW",
    "p": "P", "b": "B", "t": "T", "d": "D", "k": "K", "g": "G", "ɡ": "G", "m": "M", "n": "N", "ŋ": "NG",
    "f": "F", "v": "V", "θ": "TH", "ð": "DH", "s": "S", "z": "Z", "ʃ": "SH", "ʒ": "ZH", "h": "HH",
    "ɹ": "R", "r": "R", "ʁ": "R", "ɻ": "R", "ɽ": "R", "l": "L", "j": "Y", "w": "W", "ɥ": "W", "ɰ": "W",
    "tʃ": "CH", "ʧ": "CH", "ʨ": "CH", "ꭧ": "CH", "dʒ": "JH", "ʤ": "JH", "ʥ": "JH", "T": "T", "ɾ": "D",
    **{
        "ts": "T S",
        "ʦ": "T S",
        "dz": "D Z",
        "ʣ": "D Z",
        "ɲ": "N Y",
        "ʎ": "L Y",
        "β": "V",
        "ɸ": "F",
        "ʋ": "V",
    },
    "ɣ": "G", "x": "HH", "χ": "HH", "ç": "HH", "ʝ": "Y", "c": "K", "q": "K", "ɟ": "G", "ɴ": "NG",
    **{
        "ɕ": "SH",
        "ʂ": "SH",
        "ʑ": "ZH",
        "ʐ": "ZH",
        "ʈ": "T",
        "ɖ": "D",
        "ɳ": "N",
        "ɱ": "M",
        "ɬ": "L",
        "ʟ": "L",
    },
}
# fmt: on
_SYMBOL = re.compile("|".join(sorted(map(re.escape, _ARPABET), key=len, reverse=True)))
# Stress falls between the letters of a diphthong or affricate in no alphabet, so it can go first; length is
# kept because ɜː differs from ɜ followed by something else only by it.
_STRESS = re.compile("[ˈˌ'^]")


def to_arpabet(ipa: str) -> tuple[str, ...]:
    """ARPAbet phones without stress for a word in IPA. Marks with no phone of their own are left out."""
    phones = (_ARPABET[symbol] for symbol in _SYMBOL.findall(_STRESS.sub("", ipa)))
    return tuple(phone for group in phones for phone in group.split())


def spoken_words(text: str) -> tuple[str, ...]:
    """The words of a normalised sentence, without the punctuation around them."""
    return tuple(word for word in map(bare_word, text.split()) if word)


def bare_word(chunk: str) -> str:
    """`chunk` without the punctuation around it; empty if there is nothing else."""
    start, end = 0, len(chunk)
    while start < end and not _is_letter(chunk[start]):
        start += 1
    while end > start and not _is_letter(chunk[end - 1]):
        end -= 1
    return chunk[start:end]


def _is_letter(character: str) -> bool:
    # Vowel signs of Indic scripts are marks and end many words.
    return character.isalnum() or unicodedata.category(character) in ("Mn", "Mc")
