"""What a typed script may contain: text, of a bounded length, with something to say in it."""

import unicodedata

from django.conf import settings

from avatarlab.errors import UserError

_DROPPED = frozenset({"Cc", "Cs", "Cn", "Co"})
"""Unicode categories no voice can say and some databases cannot store: control, surrogate, unassigned,
private use. Format characters (Cf) stay: Arabic and Persian need the joiners."""


def clean_text(text: str) -> str:
    """The text with Unix line ends and without control characters; markup stays as the text it is."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").replace("\ufeff", "")
    return "".join(
        character
        for character in text
        if character == "\n" or unicodedata.category(character) not in _DROPPED
    )


def clean_line(text: str) -> str:
    """A title or a name: cleaned, on one line, without spaces around it."""
    return " ".join(clean_text(text).split())


def check_length(text: str) -> None:
    """Raises UserError with both numbers when the script is longer than one video takes."""
    limit = settings.MAX_SCRIPT_CHARACTERS
    if len(text) > limit:
        raise UserError(
            f"The script is too long: it has {len(text):,} characters, one video takes {limit:,}. "
            "Shorten it or split it into two videos."
        )


def check_speakable(text: str) -> None:
    """Raises UserError when there is nothing a voice could say (empty, only emoji or punctuation)."""
    if not text.strip():
        raise UserError("The script is empty. Type what the avatar should say.")
    if not any(character.isalnum() for character in text):
        raise UserError("There is nothing to say: the script has no words.")
