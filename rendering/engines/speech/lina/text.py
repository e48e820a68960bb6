"""Sentences as the tokens of a byte-pair encoding that knows few characters: no text may fail for want of
one."""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from tokenizers import Tokenizer

from rendering.engines.errors import CheckpointError, ScriptError
from rendering.engines.speech.phonemes import bare_word

_BEGIN, _END = "[BOS]", "[EOS]"

_PLAIN = str.maketrans(
    {
        **dict.fromkeys("’‘‛′`´ʼ", "'"),
        **dict.fromkeys("“”„‟«»″", '"'),
        **dict.fromkeys("‐‑‒–−", "-"),
        **dict.fromkeys("—、，؛;", ","),
        **dict.fromkeys("。।", "."),
        **{"？": "?", "؟": "?", "！": "!", "：": ":", "¿": "", "¡": ""},
        **{"ß": "ss", "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe", "ø": "o", "Ø": "o", "ł": "l", "Ł": "l"},
        **{"đ": "d", "Đ": "d", "ð": "d", "Ð": "d", "þ": "th", "Þ": "th", "ħ": "h", "Ħ": "h", "ı": "i"},
    }
)
"""Characters that Unicode does not take apart, by what they are read as."""


@dataclass(frozen=True)
class Text:
    """tokens: of the text, with those that begin and end it; words: for each token the number of the word it
    belongs to, -1 for none; count: words, those that cannot be said included."""

    tokens: tuple[int, ...]
    words: tuple[int, ...]
    count: int


class TextReader:
    """Reads normalised English (see `engines.text.normalise`) with a tokenizer file of the Hugging Face form.
    Raises CheckpointError when the file is none."""

    def __init__(self, path: Path) -> None:
        try:
            self._tokenizer = Tokenizer.from_file(str(path))
        except Exception as error:  # the library raises nothing narrower
            raise CheckpointError(f"{path.name} is not a tokenizer file: {error}. Fetch it again.") from error
        if self._tokenizer.token_to_id(_BEGIN) is None or self._tokenizer.token_to_id(_END) is None:
            raise CheckpointError(f"{path.name} lacks {_BEGIN} or {_END}: it is not Lina-Speech's tokenizer.")
        self._known = lru_cache(maxsize=None)(self._is_known)

    def read(self, sentence: str, before: str = "") -> Text:
        """before: a transcript that is spoken already; its tokens come first and belong to no word.

        Accents the tokenizer does not know are taken off, other scripts and symbols are left out. Raises
        ScriptError when nothing is left of the sentence.
        """
        said = [self.plain(chunk) for chunk in before.split()]
        chunks = sentence.split()
        readable = [self.plain(_spelt(chunk)) for chunk in chunks]
        if not any(bare_word(chunk) for chunk in readable):
            raise ScriptError(
                f"Lina-Speech cannot read “{sentence[:60]}”. It reads English: choose a voice of the "
                "script's language."
            )
        text, owners = _BEGIN, [-1] * len(_BEGIN)
        word = -1
        for index, chunk in enumerate((*said, *readable)):
            own = index >= len(said)
            word += own and bool(bare_word(chunks[index - len(said)]))
            if chunk:
                spaced = chunk if text == _BEGIN else f" {chunk}"
                text += spaced
                owners += [word if own else -1] * len(spaced)
        return self._tokenised(text + _END, [*owners, *[-1] * len(_END)], word + 1)

    def plain(self, chunk: str) -> str:
        """What of the characters the tokenizer knows, in lower case."""
        return "".join(self._known(character) for character in chunk.translate(_PLAIN).lower())

    def _is_known(self, character: str) -> str:
        """The character, or its parts that are known: e for é; empty if there are none."""
        if self._encodes(character):
            return character
        parts = unicodedata.normalize("NFKD", character).lower()
        return "".join(part for part in parts if not part.isspace() and self._encodes(part))

    def _encodes(self, character: str) -> bool:
        try:
            # Alone a mark may be something else than in a word.
            return len(self._tokenizer.encode(f"{_BEGIN}a{character}{_END}").ids) > 3
        except Exception:
            return False

    def _tokenised(self, text: str, owners: list[int], count: int) -> Text:
        encoding = self._tokenizer.encode(text)
        words = [owners[end - 1] if end else -1 for _, end in encoding.offsets]
        return Text(tuple(encoding.ids), tuple(words), count)


def _spelt(chunk: str) -> str:
    """An acronym letter by letter: the tokenizer has no capitals."""
    bare = bare_word(chunk)
    if len(bare) > 1 and bare.isalpha() and bare.isupper():
        return chunk.replace(bare, " ".join(bare))
    return chunk
