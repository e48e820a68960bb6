"""English text normalisation: what a written word sounds like, given its neighbours.

Each rule takes one written word without the punctuation around it. The first that knows the word wins.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rendering.engines.text import numbers
from rendering.engines.text import vocabulary as vocab

_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_CURRENCY = "[" + re.escape("".join(vocab.CURRENCIES)) + "]"
_TOP_LEVEL = "com|org|net|edu|gov|io|ai|dev|app|co|uk|de|fr|es|it|eu|us|ca|in|info|me|tv|xyz"

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_URL = re.compile(rf"(?:https?://|www\.)\S+|[\w-]+(?:\.[\w-]+)*\.(?:{_TOP_LEVEL})(?:/\S*)?", re.I)
_PHONE = re.compile(r"(?:\+?\d{1,3}[-.])?(?:\(?\d{3}\)?[-.])?\d{3}[-.]\d{4}")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::\d{2})?\s?([ap])?\.?(?:m\.?)?", re.I)
_HOUR = re.compile(r"(\d{1,2})([ap])\.?m\.?", re.I)
_ISO_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_US_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})")
_MONEY = re.compile(rf"([-−])?(?:us)?({_CURRENCY})({_NUMBER})([kmbt]|mn|bn)?\+?", re.I)
_MONEY_AFTER = re.compile(rf"({_NUMBER})({_CURRENCY})")
_PERCENT = re.compile(rf"([-−+]?(?:{_NUMBER}))%")
_ORDINAL = re.compile(r"(\d{1,3}(?:,\d{3})*|\d+)(?:st|nd|rd|th)", re.I)
_DECADE = re.compile(r"['’]?(\d0|\d{3}0)['’]?s")
_RANGE = re.compile(rf"({_NUMBER})[-–—]({_NUMBER})(%?)")
_FRACTION = re.compile(r"(\d{1,3})/(\d{1,3})")
_SIZE = re.compile(rf"({_NUMBER})[x×]({_NUMBER})")
_QUANTITY = re.compile(rf"([-−+]?(?:{_NUMBER}))(°?[a-z/]+|°)", re.I)
_VERSION = re.compile(r"v?(\d+(?:\.\d+){2,}|(?<=v)\d+(?:\.\d+)*)", re.I)
_PLAIN_NUMBER = re.compile(rf"[-−+]?(?:{_NUMBER})")
_WORD = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*['’]?")
_PIECE = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|\d+(?:\.\d+)*|[&+=%@#]")
_READABLE = re.compile("[A-Za-z\u00c0-\u024f0-9]")


@dataclass(frozen=True)
class Context:
    """The bare words before and after, empty at the ends of the sentence."""

    before: str
    after: str


def say(words: Sequence[str], place: int) -> str:
    """The spoken form of `words[place]` (bare, as written); empty if English has no sound for it."""
    word = words[place]
    context = Context(
        before=words[place - 1] if place else "",
        after=words[place + 1] if place + 1 < len(words) else "",
    )
    for rule in _RULES:
        spoken = rule(word, context)
        if spoken is not None:
            return spoken
    return _pieces(word)


def _abbreviation(word: str, context: Context) -> str | None:
    bare = word.rstrip(".").lower()
    dotted = word.endswith(".")
    named = context.after[:1].isupper()
    in_street = context.before[:1].isupper() or _ORDINAL.fullmatch(context.before)
    if dotted and bare in vocab.STREETS and in_street and (bare not in vocab.TITLES or not named):
        return vocab.STREETS[bare]
    if bare in vocab.TITLES and named and word[:1].isupper() and (dotted or bare in vocab.BARE_TITLES):
        return vocab.TITLES[bare]
    if dotted and bare == "no" and context.after[:1].isdigit():
        return "number"
    if (dotted and bare in vocab.MONTHS) or (
        bare in vocab.MONTHS and word[0].isupper() and _is_day(context.after)
    ):
        return vocab.MONTHS[bare]
    if word.lower() in ("min.", "max.") and not context.before[-1:].isdigit():
        return {"min": "minimum", "max": "maximum"}[bare]
    return vocab.ABBREVIATIONS.get(word.lower())


def _is_day(word: str) -> bool:
    return bool(re.fullmatch(r"\d{1,2}(?:st|nd|rd|th)?", word))


def _initials(word: str, context: Context) -> str | None:
    return word.replace(".", "").upper() if re.fullmatch(r"(?:[A-Za-z]\.)+", word) else None


def _address(word: str, context: Context) -> str | None:
    if not _EMAIL.fullmatch(word) and not _URL.fullmatch(word):
        return None
    address = re.sub(r"^(?:https?://)?(?:www\.)?", "", word, flags=re.I).rstrip("/")
    address = address.partition("?")[0]
    for mark, name in (("@", "at"), (".", "dot"), ("/", "slash"), ("-", "dash"), ("_", "underscore")):
        address = address.replace(mark, f" {name} ")
    return _pieces(address)


def _phone(word: str, context: Context) -> str | None:
    if re.fullmatch(r"\(?\d{3}\)?", word) and re.fullmatch(r"\d{3}[-.]\d{4}", context.after):
        return numbers.digits(word)
    if not _PHONE.fullmatch(word):
        return None
    return ", ".join(numbers.digits(group) for group in re.findall(r"\d+", word))


def _time(word: str, context: Context) -> str | None:
    if re.fullmatch("[ap]m", word, re.I) and context.before[-1:].isdigit():
        return word.upper()
    if match := _HOUR.fullmatch(word):
        return f"{numbers.cardinal(match[1])} {match[2].upper()}M"
    match = _TIME.fullmatch(word)
    if not match or int(match[1]) > 24 or int(match[2]) > 59:
        return None
    hour, minute = int(match[1]), int(match[2])
    half = f" {match[3].upper()}M" if match[3] else ""
    spoken_half = half or re.fullmatch(r"[ap]\.?m\.?", context.after, re.I)
    if minute == 0:
        unmarked = " o'clock" if hour <= 12 else " hundred"
        return numbers.cardinal(str(hour)) + (half if spoken_half else unmarked)
    words = numbers.cardinal(str(minute))
    return f"{numbers.cardinal(str(hour))} {'oh ' if minute < 10 else ''}{words}{half}"


def _date(word: str, context: Context) -> str | None:
    if match := _ISO_DATE.fullmatch(word):
        year, month, day = (int(part) for part in match.groups())
    elif match := _US_DATE.fullmatch(word):
        month, day, year = (int(part) for part in match.groups())
        year += 2000 if year < 50 else 1900 if year < 100 else 0
    else:
        return _day_of_month(word, context)
    if not 1 <= month <= 12 or not 1 <= day <= 31:
        return None
    return f"{vocab.MONTH_NAMES[month - 1]} {numbers.ordinal(day)}, {numbers.year(year)}"


def _day_of_month(word: str, context: Context) -> str | None:
    if not re.fullmatch(r"\d{1,2}", word) or not 1 <= int(word) <= 31:
        return None
    if _is_month(context.before):
        return numbers.ordinal(int(word))
    if _is_month(context.after) and context.after.lower() != "may":
        return f"{'' if context.before.lower() == 'the' else 'the '}{numbers.ordinal(int(word))} of"
    return None


def _is_month(word: str) -> bool:
    return word[:1].isupper() and (word in vocab.MONTH_NAMES or word.rstrip(".").lower() in vocab.MONTHS)


def _money(word: str, context: Context) -> str | None:
    if match := _MONEY_AFTER.fullmatch(word):
        return _amount(match[1], vocab.CURRENCIES[match[2]])
    match = _MONEY.fullmatch(word)
    if match:
        sign = "minus " if match[1] else ""
        names = vocab.CURRENCIES[match[2]]
        if match[4]:
            return f"{sign}{numbers.cardinal(match[3])} {vocab.MAGNITUDES[match[4].lower()]} {names[1]}"
        if context.after.lower() in vocab.MAGNITUDE_WORDS:
            return sign + numbers.cardinal(match[3])
        return sign + _amount(match[3], names)
    # "$5 million": the currency is said after the magnitude.
    before = _MONEY.fullmatch(context.before)
    if before and not before[4] and word.lower() in vocab.MAGNITUDE_WORDS:
        return f"{word.lower()} {vocab.CURRENCIES[before[2]][1]}"
    if _PLAIN_NUMBER.fullmatch(context.before) and word.lower() in vocab.CURRENCY_CODES:
        return vocab.CURRENCIES[vocab.CURRENCY_CODES[word.lower()]][1]
    return None


def _amount(number: str, names: tuple[str, str, str, str]) -> str:
    whole, _, hundredths = number.replace(",", "").partition(".")
    if hundredths and (len(hundredths) != 2 or not names[2]):
        return f"{numbers.cardinal(number)} {names[1]}"
    spoken = [f"{numbers.cardinal(whole)} {names[0] if int(whole) == 1 else names[1]}"]
    cents = int(hundredths or 0)
    if cents:
        spoken.append(f"{numbers.cardinal(str(cents))} {names[2] if cents == 1 else names[3]}")
        if int(whole) == 0:
            del spoken[0]
    return " and ".join(spoken)


def _counted(word: str, context: Context) -> str | None:
    """Percentages, ordinals, decades, ranges, fractions, sizes, versions."""
    if match := _PERCENT.fullmatch(word):
        return f"{numbers.cardinal(match[1])} percent"
    if match := _ORDINAL.fullmatch(word):
        return numbers.ordinal(int(match[1].replace(",", "")))
    if match := _DECADE.fullmatch(word):
        return numbers.plural_year(int(match[1]))
    if match := _RANGE.fullmatch(word):
        ends = f"{_number(match[1])} to {_number(match[2])}"
        return f"{ends} percent" if match[3] else ends
    if word == "24/7":
        return "twenty-four seven"
    if (match := _FRACTION.fullmatch(word)) and int(match[2]):
        return numbers.fraction(int(match[1]), int(match[2]))
    if match := _SIZE.fullmatch(word):
        return f"{numbers.cardinal(match[1])} by {numbers.cardinal(match[2])}"
    if match := _VERSION.fullmatch(word):
        prefix = "version " if word[0] in "vV" else ""
        return prefix + " point ".join(numbers.cardinal(part) for part in match[1].split("."))
    if (match := re.fullmatch(r"#(\d+)", word)) is not None:
        return f"number {numbers.cardinal(match[1])}"
    return None


def _unit(word: str, context: Context) -> str | None:
    if match := _QUANTITY.fullmatch(word):
        if match[2] == "G" or word in ("2K", "4K", "5K", "8K"):
            return f"{numbers.cardinal(match[1])} {match[2]}"  # mobile networks and screens
        if match[2] in ("K", "M", "B", "T"):
            return f"{numbers.cardinal(match[1])} {vocab.MAGNITUDES[match[2].lower()]}"
        names = vocab.UNITS.get(match[2].lower())
        if names:
            return f"{numbers.cardinal(match[1])} {names[0] if match[1] == '1' else names[1]}"
        if match[2].lower() in vocab.MAGNITUDES:
            return f"{numbers.cardinal(match[1])} {vocab.MAGNITUDES[match[2].lower()]}"
    if _PLAIN_NUMBER.fullmatch(context.before) and word != "G" and word.lower() not in vocab.AMBIGUOUS_UNITS:
        names = vocab.UNITS.get(word.lower().rstrip("."))
        if names:
            return names[0] if context.before == "1" else names[1]
    return None


def _number_word(word: str, context: Context) -> str | None:
    return _number(word) if _PLAIN_NUMBER.fullmatch(word) else None


def _number(text: str) -> str:
    """Four digits without a comma are read as a year, which is also how round hundreds are counted."""
    if re.fullmatch(r"1[1-9]\d\d|20\d\d", text):
        return numbers.year(int(text))
    return numbers.cardinal(text)


def _roman(word: str, context: Context) -> str | None:
    value = numbers.roman(word)
    if value is None:
        return None
    before = context.before.lower()
    if not context.before[:1].isupper() or word in ("C", "D", "L", "M"):
        return None
    if word == "I" and context.after[:1].islower():
        return None
    if before in vocab.NUMBERED:
        return numbers.cardinal(str(value))
    # "When George I saw him" cannot be told from "George I was": a lone I is left a pronoun.
    if before in vocab.MONARCHS and word != "I":
        return f"the {numbers.ordinal(value)}"
    return None


def _word(word: str, context: Context) -> str | None:
    if not _WORD.fullmatch(word):
        return None
    return word.replace("’", "'") if _READABLE.search(word) else ""


def _symbol(word: str, context: Context) -> str | None:
    if word == "-":
        calculated = context.before[-1:].isdigit() and context.after[:1].isdigit()
        return "minus" if calculated else "—" if context.before else ""
    return vocab.SYMBOLS.get(word)


def _pieces(word: str) -> str:
    """Anything else: letters, numbers and sayable symbols one after the other ("COVID-19", "B2B", "C++")."""
    word = re.sub(r"(?<=\w)/(?=\w)", " slash " if not word.lower().startswith("and/") else " ", word)
    spoken = []
    for piece in _PIECE.findall(word):
        if piece[0].isdigit():
            spoken.append(" point ".join(_digits_or_number(part) for part in piece.split(".")))
        elif piece in vocab.SYMBOLS:
            spoken.append("hashtag" if piece == "#" else vocab.SYMBOLS[piece])
        elif _READABLE.search(piece):
            spoken.append(piece.replace("’", "'"))
    return " ".join(spoken)


def _digits_or_number(text: str) -> str:
    ascii_digits = "".join(str(int(digit)) for digit in text if digit.isdecimal())
    return numbers.cardinal(ascii_digits) if ascii_digits else ""


_RULES: tuple[Callable[[str, Context], str | None], ...] = (
    _roman,
    _abbreviation,
    _initials,
    _money,
    _time,
    _counted,
    _unit,
    _word,
    _symbol,
    _address,
    _phone,
    _date,
    _number_word,
)
