"""Scripts as utterances."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rendering.engines.errors import ScriptError
from rendering.engines.speech.base import Utterance
from rendering.engines.speech.phonemes import spoken_words
from rendering.engines.text.script import MAX_SCRIPT_CHARACTERS, estimate_duration, parse_script
from rendering.engines.text.split import LANGUAGES, LONGEST_SENTENCE


def texts(script: str) -> list[str]:
    return [utterance.text for utterance in parse_script(script)]


def test_sentences_are_split_where_they_end() -> None:
    script = "Dr. Smith paid $5.20. He left at 5 p.m. Really?! Visit example.com/x?y=1 now."
    assert texts(script) == [
        "Dr. Smith paid $5.20.",
        "He left at 5 p.m.",
        "Really?!",
        "Visit example.com/x?y=1 now.",
    ]


def test_a_line_that_goes_on_is_one_sentence_and_a_heading_its_own() -> None:
    assert texts("Our plan\nWe keep it simple and\nshort.") == ["Our plan", "We keep it simple and short."]


def test_pause_marks_become_silence() -> None:
    first, second, third = parse_script("One. [pause 1.5s] Two [pause 300ms] three.")
    assert (first.text, first.pause_after) == ("One.", 1.5)
    assert (second.text, second.pause_after) == ("Two", 0.3)
    assert third.text == "three."


def test_a_pause_mark_at_the_start_or_alone_says_nothing() -> None:
    assert texts("[pause] Hello.") == ["Hello."]
    with pytest.raises(ScriptError):
        parse_script("[pause 2s]")


def test_a_pause_is_at_most_ten_seconds() -> None:
    assert parse_script("Wait. [pause 999999s]")[0].pause_after == 10.0


def test_paragraphs_and_ellipses_pause_longer() -> None:
    plain, trailing, paragraph, _ = parse_script(
        "One is here. Two is here... Three is here.\n\nFour is here."
    )
    assert plain.pause_after < trailing.pause_after < paragraph.pause_after


def test_a_long_sentence_is_cut_at_clauses() -> None:
    clause = "and this clause has exactly as many words as the one before it"
    pieces = texts(", ".join([clause] * 12) + ".")
    assert len(pieces) > 1
    assert all(len(piece) <= LONGEST_SENTENCE for piece in pieces)
    assert all(piece.endswith((",", ".")) for piece in pieces)
    assert " ".join(pieces) == ", ".join([clause] * 12) + "."


def test_emoji_alone_travel_with_the_sentence_before() -> None:
    (utterance,) = parse_script("Well done.\n🎉")
    assert utterance.text == "Well done. 🎉"
    assert utterance.words[-1].spoken == ""


def test_a_lexicon_respells_and_captions_do_not_change() -> None:
    (utterance,) = parse_script("Ask Nginx, please.", lexicon={"nginx": "engine x"})
    assert utterance.spoken == "Ask engine x, please."
    assert [word.written for word in utterance.words] == ["Ask", "Nginx,", "please."]


@pytest.mark.parametrize("script", ["", "   \n", "🎉🎉", "?!… —", "<br/>", "\x00\x01"])
def test_a_script_without_words_is_refused(script: str) -> None:
    with pytest.raises(ScriptError, match="nothing to say"):
        parse_script(script)


def test_a_script_in_another_alphabet_names_the_remedy() -> None:
    with pytest.raises(ScriptError, match="Choose a voice of the script's language"):
        parse_script("مرحبا بالعالم")


def test_a_script_that_is_too_long_says_how_long_it_is() -> None:
    with pytest.raises(ScriptError, match=r"20,001 characters; the limit is 20,000"):
        parse_script("x" * (MAX_SCRIPT_CHARACTERS + 1))


def test_a_language_without_a_voice_is_refused() -> None:
    with pytest.raises(ScriptError, match="No voice speaks"):
        parse_script("Hallo Welt", language="sv")


def test_control_characters_are_gone() -> None:
    (utterance,) = parse_script("Hel\u200blo\x07 \u202eworld\ud800.")
    assert utterance.text == "Hello world."


@pytest.mark.parametrize(
    "unit",
    ["This is a sentence. ", "$5 ", "<a ", "1-", "www.", "(555) ", "'", "&#x0;a ", "[pause ", "word"],
)
def test_the_longest_script_is_parsed_in_seconds(unit: str) -> None:
    script = (unit * MAX_SCRIPT_CHARACTERS)[:MAX_SCRIPT_CHARACTERS]
    start = time.process_time()
    try:
        parse_script(script)
    except ScriptError:
        assert not any(letter.isalnum() for letter in unit)
    assert time.process_time() - start < 10


_AWKWARD = st.sampled_from(
    [
        "$",
        "5",
        "1/0",
        "99:99",
        "[pause 0.8s]",
        "\n\n",
        "...",
        "Dr.",
        "🎉",
        "<b>",
        "&amp;",
        "٣",
        "²",
        "Ⅷ",
        "a@b.c",
        "'90s",
    ]
)


@settings(max_examples=300, deadline=None)
@given(
    script=st.one_of(
        st.text(max_size=200), st.lists(_AWKWARD | st.text(max_size=6), max_size=30).map("".join)
    ),
    language=st.sampled_from(sorted(LANGUAGES)),
)
def test_any_text_is_spoken_or_refused(script: str, language: str) -> None:
    try:
        utterances = parse_script(script, language=language)
    except ScriptError:
        return
    assert utterances
    for utterance in utterances:
        assert spoken_words(utterance.spoken)
        assert utterance.text.split() == [word.written for word in utterance.words]
        assert 0 <= utterance.pause_after <= 10


def test_the_estimate_grows_with_text_and_shrinks_with_speed() -> None:
    short, long = parse_script("Hi there. This sentence has a good deal more to say than the first.")
    assert estimate_duration(short) < estimate_duration(long)
    assert estimate_duration(long, speed=2.0) < estimate_duration(long)
    assert estimate_duration(Utterance(long.text, long.words, pause_after=5.0)) > estimate_duration(long) + 4
