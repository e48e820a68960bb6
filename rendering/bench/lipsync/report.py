"""Scores against their targets, as a table and as JSON."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rendering.bench.lipsync.film import Scores


@dataclass(frozen=True)
class Row:
    """met: whether the target is; None without a target or a measurement."""

    what: str
    cells: tuple[str, ...]
    target: str
    met: bool | None


@dataclass(frozen=True)
class _Measure:
    """key: in the JSON; holds: whether a value meets the target, None where there is none; mean: the target
    is for the mean of all films, not for each."""

    key: str
    what: str
    value: Callable[[Scores], float | None]
    form: str
    target: str = ""
    holds: Callable[[float], bool] | None = None
    mean: bool = False


MEASURES = (
    _Measure(
        "intended_correlation",
        "Correlation, intended against measured opening",
        lambda s: s.intended_correlation,
        ".3f",
        ">= 0.92",
        lambda value: value >= 0.92,
    ),
    _Measure("mesh_correlation", "  the same by the mesh alone", lambda s: s.mesh_correlation, ".3f"),
    _Measure(
        "expected_correlation",
        "Correlation with what the phones alone suggest",
        lambda s: s.expected_correlation,
        ".3f",
        "mean >= 0.60",
        lambda value: value >= 0.60,
        mean=True,
    ),
    _Measure("lag", "Lag, frames", lambda s: s.lag, "+.0f", "0 +-1", lambda value: abs(value) <= 1),
    _Measure(
        "closure_share",
        "M B P of 40 ms or longer that close",
        lambda s: s.closures.share,
        ".1%",
        ">= 97 %",
        lambda value: value >= 0.97,
    ),
    _Measure(
        "opening_in_silence",
        "Opening in silence above rest, face heights",
        lambda s: s.opening_in_silence,
        ".4f",
        "<= 0.004",
        lambda value: value <= 0.004,
    ),
    _Measure(
        "mouth_sharpness",
        "Sharpness of lips against cheeks, rest = 1",
        lambda s: s.mouth_sharpness,
        ".2f",
        "0.8 - 1.25",
        lambda value: 0.8 <= value <= 1.25,
    ),
    _Measure(
        "background",
        "Change of the background, levels of 255",
        lambda s: s.background,
        ".2f",
        "<= 2",
        lambda value: value <= 2,
    ),
    _Measure("seam", "Slopes around the mouth, rest = 1", lambda s: s.seam, ".2f"),
    _Measure("upper_face", "Change of the upper face, levels of 255", lambda s: s.upper_face, ".2f"),
    _Measure("jitter", "Jitter of fixed points, face heights", lambda s: s.jitter, ".5f"),
    _Measure("blinks_per_minute", "Blinks a minute", lambda s: s.blinks_per_minute, ".1f"),
    _Measure("rest_opening", "Opening at rest, face heights", lambda s: s.rest_opening, ".4f"),
    _Measure("widest_opening", "Widest opening, face heights", lambda s: s.widest_opening, ".4f"),
    _Measure("seen", "Frames with a face", lambda s: s.seen, ".1%"),
)


def table(films: Mapping[str, Scores]) -> list[Row]:
    """One row a measure, one cell a film, each marked where it misses the target."""
    return [_row(measure, list(films.values())) for measure in MEASURES]


def _row(measure: _Measure, films: Sequence[Scores]) -> Row:
    values = [_known(measure.value(film)) for film in films]
    judged = [value for value in values if value is not None]
    if measure.mean and judged:
        judged = [sum(judged) / len(judged)]
    met = None
    if measure.holds is not None and judged:
        met = all(measure.holds(value) for value in judged)
    cells = []
    for value in values:
        missed = value is not None and measure.holds and not measure.mean and not measure.holds(value)
        cells.append("-" if value is None else f"{value:{measure.form}}{'*' if missed else ''}")
    what = measure.what
    if measure.mean and judged:
        what += f" (mean {judged[0]:{measure.form}})"
    return Row(what, tuple(cells), measure.target, met)


def to_json(films: Mapping[str, Scores]) -> dict[str, Any]:
    """Per film its measures (null: not to be measured), and the phones whose lips did not meet."""
    return {
        name: {
            **{measure.key: _rounded(measure.value(film)) for measure in MEASURES},
            "opening_seen_by": film.seen_by,
            "frames": film.frames,
            "closures": film.closures.count,
            "open_closures": [
                {"phone": phone.label, "start": round(phone.start, 3), "end": round(phone.end, 3)}
                for phone in film.closures.open
            ],
        }
        for name, film in films.items()
    }


def _known(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else float(value)


def _rounded(value: float | None) -> float | None:
    known = _known(value)
    return None if known is None else round(known, 5)
