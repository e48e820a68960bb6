"""What a written sentence sounds like in English."""

import pytest

from rendering.engines.text.normalise import normalise


def spoken(sentence: str, language: str = "en-us") -> str:
    return " ".join(word.spoken for word in normalise(sentence, language) if word.spoken)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("It costs $5.", "It costs five dollars."),
        (
            "It costs $1,250.75 today",
            "It costs one thousand two hundred fifty dollars and seventy-five cents today",
        ),
        ("Only $0.99!", "Only ninety-nine cents!"),
        ("We raised $5 million.", "We raised five million dollars."),
        ("A €3.5M deal", "A three point five million euros deal"),
        ("12% of 1,000,000", "twelve percent of one million"),
        ("the 1st, 22nd and 103rd", "the first, twenty-second and one hundred third"),
        ("3.14 or -5", "three point one four or minus five"),
        ("007", "zero zero seven"),
        ("3/4 of it", "three quarters of it"),
        ("5-10 people", "five to ten people"),
        ("3 - 2", "three minus two"),
    ],
)
def test_numbers_and_money(written: str, said: str) -> None:
    assert spoken(written) == said


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("in 1984", "in nineteen eighty-four"),
        ("in 2005", "in two thousand five"),
        ("the 1990s", "the nineteen nineties"),
        ("January 5, 2024", "January fifth, twenty twenty-four"),
        ("2024-01-05", "January fifth, twenty twenty-four"),
        ("3/14/2023", "March fourteenth, twenty twenty-three"),
        ("on 5 January", "on the fifth of January"),
        ("at 10:30 am", "at ten thirty AM"),
        ("at 7:05pm", "at seven oh five PM"),
        ("at 7:00", "at seven o'clock"),
        ("5 p.m.", "five PM."),
    ],
)
def test_dates_and_times(written: str, said: str) -> None:
    assert spoken(written) == said


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Dr. Smith", "Doctor Smith"),
        ("Elm Dr. is long", "Elm Drive is long"),
        ("St. Paul", "Saint Paul"),
        ("on Main St. now", "on Main Street now"),
        ("e.g. this", "for example this"),
        ("J. K. Rowling", "J K Rowling"),
        ("He said no.", "He said no."),
        ("See No. 5", "See number five"),
        ("in the U.S.", "in the US."),
        ("King Henry VIII", "King Henry the eighth"),
        ("World War II", "World War two"),
        ("Part I liked", "Part I liked"),
        ("R&D", "R and D"),
    ],
)
def test_abbreviations_follow_their_neighbours(written: str, said: str) -> None:
    assert spoken(written) == said


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("5 km", "five kilometers"),
        ("1 km", "one kilometer"),
        ("16GB", "sixteen gigabytes"),
        ("20°C", "twenty degrees Celsius"),
        ("a 4K screen", "a four K screen"),
        ("1920x1080", "one thousand nine hundred twenty by one thousand eighty"),
        ("v2.0.1", "version two point zero point one"),
        ("COVID-19", "COVID nineteen"),
        ("555-123-4567", "five five five, one two three, four five six seven"),
        ("joe.b@ex.com", "joe dot b at ex dot com"),
        ("https://www.example.com/a-b?x=1", "example dot com slash a dash b"),
    ],
)
def test_units_codes_and_addresses(written: str, said: str) -> None:
    assert spoken(written) == said


def test_captions_keep_what_was_written() -> None:
    sentence = "Dr. Smith paid $5 🎉 on 3/14/2023."
    assert [word.written for word in normalise(sentence, "en-us")] == sentence.split()


def test_emoji_are_not_said() -> None:
    assert spoken("Well done 👩‍👩‍👧 team 🎉!") == "Well done team!"


def test_markup_is_not_said_but_a_comparison_is() -> None:
    assert spoken("<a href='x y'>Click</a> if a < b &amp; c") == "Click if a less than b and c"


def test_a_shouted_sentence_is_not_spelled() -> None:
    assert spoken("WELCOME TO THE SHOW!") == "welcome to the show!"


def test_acronyms_keep_their_capitals() -> None:
    assert spoken("NASA and the FBI agree.") == "NASA and the FBI agree."


def test_other_languages_are_left_to_their_voice() -> None:
    assert spoken("Cuesta 5 euros, señor.", "es") == "Cuesta 5 euros, señor."
