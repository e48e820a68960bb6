import pytest

from avatarlab.errors import QuotaExceeded, UserError
from studio import selectors, services
from studio.services import pronunciations
from tests import factories


def test_words_differ_by_more_than_case() -> None:
    owner = factories.user()
    services.set_pronunciation(owner=owner, word="Nguyen", spoken="win")
    services.set_pronunciation(owner=owner, word="NGUYEN", spoken="new win")
    assert selectors.lexicon_of(owner) == [["nguyen", "new win"]]


@pytest.mark.parametrize(("word", "spoken"), [("", "x"), ("two words", "x"), ("w" * 81, "x"), ("word", " !")])
def test_what_is_no_word_or_no_sound_is_refused(word: str, spoken: str) -> None:
    with pytest.raises(UserError):
        services.set_pronunciation(owner=factories.user(), word=word, spoken=spoken)


def test_the_dictionary_is_bounded(monkeypatch) -> None:
    monkeypatch.setattr(pronunciations, "MAX_WORDS", 1)
    owner = factories.user()
    services.set_pronunciation(owner=owner, word="one", spoken="won")
    with pytest.raises(QuotaExceeded, match="1 words"):
        services.set_pronunciation(owner=owner, word="two", spoken="too")
    services.set_pronunciation(owner=owner, word="one", spoken="wun")
