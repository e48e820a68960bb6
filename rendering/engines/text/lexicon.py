"""A user's pronunciation dictionary: how a written word is to be said."""

from collections.abc import Mapping
from dataclasses import replace

from rendering.engines.speech.base import SpokenWord, Utterance
from rendering.engines.speech.phonemes import bare_word


def apply_lexicon(utterance: Utterance, lexicon: Mapping[str, str] | None) -> Utterance:
    """The utterance with the words of `lexicon` (written, casefolded) respelled; captions stay as they are.

    Applying it twice changes nothing.
    """
    if not lexicon:
        return utterance
    return replace(utterance, words=tuple(_respelled(word, lexicon) for word in utterance.words))


def _respelled(word: SpokenWord, lexicon: Mapping[str, str]) -> SpokenWord:
    core = bare_word(word.written)
    respelling = lexicon.get(core.casefold())
    if not core or respelling is None:
        return word
    after = word.written.rpartition(core)[2]
    return SpokenWord(word.written, respelling.strip() + "".join(mark for mark in after if mark in ",;:.!?…"))
