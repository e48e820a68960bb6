"""IPA and Kokoro's shorthand as ARPAbet."""

import pytest
from pocketsphinx import Decoder

from rendering.engines.speech import phonemes


@pytest.mark.parametrize(
    ("ipa", "phones"),
    [
        ("wˈɛlkəm", "W EH L K AH M"),
        ("zˈɑʧɪTᵊl", "Z AA CH IH T AH L"),
        ("həlˈoʊ", "HH AH L OW"),
        ("həlˈO", "HH AH L OW"),
        ("bˈɜːd", "B ER D"),
        ("mˈuʧo", "M UW CH OW"),
        ("tʃiɲˈo", "CH IY N Y OW"),
        ("bɔ̃ʒˈuʁ", "B AO ZH UW R"),
        ("", ""),
        ("ˈː", ""),
    ],
)
def test_a_pronunciation_in_arpabet(ipa: str, phones: str) -> None:
    assert " ".join(phonemes.to_arpabet(ipa)) == phones


def test_the_acoustic_model_knows_every_phone() -> None:
    decoder = Decoder(lm=None, loglevel="FATAL")
    phones = " ".join(sorted({phone for group in phonemes._ARPABET.values() for phone in group.split()}))
    decoder.add_word("*all*", phones, True)
    assert decoder.lookup_word("*all*") == phones


def test_words_are_bare_and_marks_alone_are_none() -> None:
    assert phonemes.spoken_words("“Well-known,” — it's ¿qué? है।") == ("Well-known", "it's", "qué", "है")
