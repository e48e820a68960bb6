"""A user's own dictionary of how words sound."""

from accounts.models import User
from avatarlab.errors import QuotaExceeded, UserError
from studio.models import Pronunciation
from studio.scripts import clean_line

MAX_WORDS = 1_000
"""Every render carries the whole dictionary in its spec."""


def set_pronunciation(*, owner: User, word: str, spoken: str) -> Pronunciation:
    """Add a word or change how it sounds; words that differ only in case are one word."""
    word, spoken = clean_line(word), clean_line(spoken)
    if not word or " " in word or len(word) > 80:
        raise UserError("Give one word of up to 80 characters.", fields={"word": ["One word."]})
    if not any(character.isalnum() for character in spoken) or len(spoken) > 120:
        raise UserError(
            f'Say how "{word}" sounds, in up to 120 characters, for example "SO cheel".',
            fields={"spoken": ["How it sounds."]},
        )
    row = Pronunciation.objects.filter(owner=owner, word__iexact=word).first()
    if row is None:
        if Pronunciation.objects.filter(owner=owner).count() >= MAX_WORDS:
            raise QuotaExceeded(
                f"Your dictionary holds {MAX_WORDS:,} words, the most it takes. Delete some first."
            )
        row, _ = Pronunciation.objects.get_or_create(owner=owner, word=word, defaults={"spoken": spoken})
    row.word, row.spoken = word, spoken
    row.save(update_fields=["word", "spoken"])
    return row


def delete_pronunciation(*, pronunciation: Pronunciation) -> None:
    pronunciation.delete()
