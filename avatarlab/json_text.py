"""JSON from outside: read as the standard says, within what the rest of the program can hold."""

import json
from typing import Any

MAX_DIGITS = 18
"""Of a whole number: more than that fits into no column, and too many into no float."""


def read_json(text: bytes) -> Any:
    """The value. Raises ValueError for what is no JSON (NaN is none), or nested or large beyond reading."""
    try:
        return json.loads(text, parse_int=_whole, parse_constant=_refused)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _whole(digits: str) -> int:
    if len(digits.removeprefix("-")) > MAX_DIGITS:
        raise ValueError(f"a number of more than {MAX_DIGITS} digits")
    return int(digits)


def _refused(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")
