import pytest
from hypothesis import given
from hypothesis import strategies as st

from avatarlab.errors import UserError
from studio.scripts import check_length, check_speakable, clean_line, clean_text


def test_control_characters_go_and_lines_stay() -> None:
    assert clean_text("One\x00\x07.\r\nTwo.\rThree\tfour\x1b[0m.\x7f") == "One.\nTwo.\nThree four[0m."


def test_lone_surrogates_go_because_no_database_takes_them() -> None:
    assert clean_text("a\ud800b") == "ab"


def test_markup_stays_text() -> None:
    assert clean_text("<script>alert(1)</script> & <b>") == "<script>alert(1)</script> & <b>"


def test_arabic_keeps_its_joiners() -> None:
    persian = "می\u200cخواهم"
    assert clean_text(persian) == persian


def test_a_line_has_no_line_ends() -> None:
    assert clean_line("  My \n\n film\x00 ") == "My film"


@given(st.text())
def test_a_cleaned_text_can_be_stored_and_is_clean(text: str) -> None:
    cleaned = clean_text(text)
    cleaned.encode()
    assert "\x00" not in cleaned
    assert clean_text(cleaned) == cleaned


def test_20000_characters_fit() -> None:
    check_length("a" * 20_000)


def test_one_more_is_refused_with_both_numbers() -> None:
    with pytest.raises(UserError, match=r"it has 20,001 characters, one video takes 20,000"):
        check_length("a" * 20_001)


@pytest.mark.parametrize("script", ["", "   \n ", "\u200d"])
def test_an_empty_script_is_refused(script: str) -> None:
    with pytest.raises(UserError):
        check_speakable(script)


def test_a_script_of_emoji_has_nothing_to_say() -> None:
    with pytest.raises(UserError, match=r"There is nothing to say: the script has no words\."):
        check_speakable("😀🎉 👩‍👩‍👧‍👦 … !")


@pytest.mark.parametrize("script", ["Hi 😀", "٢٠ سنة", "你好", "7"])
def test_words_and_numbers_of_any_script_can_be_said(script: str) -> None:
    check_speakable(script)
