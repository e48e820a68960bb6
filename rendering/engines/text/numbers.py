"""English words for numbers, as they are said aloud in the United States."""

import re

from num2words import num2words

_LARGEST = 10**15
"""From here on digits are read one by one."""
_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_FRACTIONS = {2: ("half", "halves"), 4: ("quarter", "quarters")}
_ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
_ROMAN_FORM = re.compile(r"M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})")


def digits(text: str) -> str:
    """Each digit of `text`: "007" is "zero zero seven"."""
    return " ".join(_DIGITS[int(digit)] for digit in text if digit.isascii() and digit.isdigit())


def cardinal(text: str) -> str:
    """ "1,250.5" is "one thousand two hundred fifty point five"; a leading minus is said."""
    sign, text = ("minus ", text[1:]) if text[0] in "-−" else ("", text.lstrip("+"))
    whole, _, decimals = text.replace(",", "").partition(".")
    if (len(whole) > 1 and whole[0] == "0") or len(whole) > 15:
        words = digits(whole)
    else:
        words = _integer(int(whole or 0))
    return sign + words + (f" point {digits(decimals)}" if decimals else "")


def ordinal(number: int) -> str:
    """3 is "third"; numbers too large to be said stay cardinal digits."""
    return _plain(num2words(number, to="ordinal")) if number < _LARGEST else digits(str(number))


def year(number: int) -> str:
    """1984 is "nineteen eighty-four", 2005 "two thousand five", 1500 "fifteen hundred"."""
    century, rest = divmod(number, 100)
    if 2000 <= number < 2010 or not 10 < century < 100 or (century % 10 == 0 and rest < 10):
        return _integer(number)
    if rest == 0:
        return f"{_integer(century)} hundred"
    return f"{_integer(century)} {'oh ' if rest < 10 else ''}{_integer(rest)}"


def plural_year(number: int) -> str:
    """1990 is "nineteen nineties", 90 "nineties"."""
    words = year(number) if number >= 1000 else _integer(number)
    return words[:-1] + "ies" if words.endswith("y") else words + "s"


def fraction(numerator: int, denominator: int) -> str:
    """3/4 is "three quarters"; denominators that are rarely spoken so are "over"."""
    if not 2 <= denominator <= 20 or numerator > 20:
        return f"{_integer(numerator)} over {_integer(denominator)}"
    one, many = _FRACTIONS.get(denominator, (ordinal(denominator), ordinal(denominator) + "s"))
    return f"{_integer(numerator)} {one if numerator == 1 else many}"


def roman(text: str) -> int | None:
    """The value of a well-formed upper-case Roman numeral below 4000."""
    if not text or not _ROMAN_FORM.fullmatch(text):
        return None
    values = [_ROMAN[letter] for letter in text]
    return sum(
        -value if value < following else value
        for value, following in zip(values, [*values[1:], 0], strict=True)
    )


def _integer(number: int) -> str:
    return _plain(num2words(number)) if number < _LARGEST else digits(str(number))


def _plain(words: str) -> str:
    return words.replace(",", "").replace(" and ", " ")
