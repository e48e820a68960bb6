"""Scores against their targets, as tables and as JSON."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rendering.bench.lipsync.film import Scores


@dataclass(frozen=True)
class Row:
    """One score over all films. worst: the value furthest from good, and where: the film it is of; met:
    whether the target is; None without a target or a measurement."""

    what: str
    mean: str
    worst: str
    where: str
    target: str
    met: bool | None


@dataclass(frozen=True)
class _Measure:
    """key: in the JSON; short: heading of the table by face; badness: grows with how bad a value is; holds:
    whether a value meets the target, None where there is none; mean: the target is for the mean of all films,
    not for each."""

    key: str
    short: str
    what: str
    value: Callable[[Scores], float | None]
    form: str
    badness: Callable[[float], float]
    target: str = ""
    holds: Callable[[float], bool] | None = None
    mean: bool = False


def _low(value: float) -> float:
    return -value


def _high(value: float) -> float:
    return value


def _far_from_one(value: float) -> float:
    return abs(math.log(max(value, 1e-9)))


MEASURES = (
    _Measure(
        "intended_correlation",
        "intended",
        "Correlation, intended against measured opening",
        lambda s: s.intended_correlation,
        ".3f",
        _low,
        ">= 0.92",
        lambda value: value >= 0.92,
    ),
    _Measure(
        "mesh_correlation",
        "by mesh",
        "  the same by the mesh alone",
        lambda s: s.mesh_correlation,
        ".3f",
        _low,
    ),
    _Measure(
        "expected_correlation",
        "phones",
        "Correlation with what the phones alone suggest",
        lambda s: s.expected_correlation,
        ".3f",
        _low,
        "mean >= 0.60",
        lambda value: value >= 0.60,
        mean=True,
    ),
    _Measure(
        "lag", "lag", "Lag, frames", lambda s: s.lag, "+.0f", abs, "0 +-1", lambda value: abs(value) <= 1
    ),
    _Measure(
        "closure_share",
        "M B P",
        "M B P of 40 ms or longer that close",
        lambda s: s.closures.share,
        ".1%",
        _low,
        ">= 97 %",
        lambda value: value >= 0.97,
    ),
    _Measure(
        "opening_in_silence",
        "silence",
        "Opening in silence above rest, face heights",
        lambda s: s.opening_in_silence,
        ".4f",
        _high,
        "<= 0.004",
        lambda value: value <= 0.004,
    ),
    _Measure(
        "mouth_sharpness",
        "sharpness",
        "Sharpness of lips against cheeks, rest = 1",
        lambda s: s.mouth_sharpness,
        ".2f",
        _far_from_one,
        "0.8 - 1.25",
        lambda value: 0.8 <= value <= 1.25,
    ),
    _Measure(
        "kept_over_time",
        "kept",
        "Background before encoding, change over time, levels of 255",
        lambda s: s.kept.over_time if s.kept else None,
        ".0f",
        _high,
        "0",
        lambda value: value == 0,
    ),
    _Measure(
        "kept_photo",
        "photo",
        "Background before encoding against the photo, levels of 255",
        lambda s: s.kept.photo if s.kept else None,
        ".0f",
        _high,
        "0",
        lambda value: value == 0,
    ),
    _Measure(
        "background",
        "encoded",
        "Background in the video, change, levels of 255",
        lambda s: s.background,
        ".2f",
        _high,
        "<= 2",
        lambda value: value <= 2,
    ),
    _Measure("seam", "seam", "Slopes around the mouth, rest = 1", lambda s: s.seam, ".2f", _far_from_one),
    _Measure(
        "upper_face",
        "upper face",
        "Change of the upper face, levels of 255",
        lambda s: s.upper_face,
        ".2f",
        _high,
    ),
    _Measure("jitter", "jitter", "Jitter of fixed points, face heights", lambda s: s.jitter, ".5f", _high),
    _Measure("blinks_per_minute", "blinks", "Blinks a minute", lambda s: s.blinks_per_minute, ".1f", _low),
    _Measure("rest_opening", "rest", "Opening at rest, face heights", lambda s: s.rest_opening, ".4f", _high),
    _Measure(
        "widest_opening", "widest", "Widest opening, face heights", lambda s: s.widest_opening, ".4f", _low
    ),
    _Measure(
        "sync_distance",
        "LSE-D",
        "Wav2Lip's judge: distance of mouth and sound, 0 - 2",
        lambda s: s.sync.distance if s.sync else None,
        ".3f",
        _high,
    ),
    _Measure(
        "sync_confidence",
        "LSE-C",
        "  its confidence",
        lambda s: s.sync.confidence if s.sync else None,
        ".3f",
        _low,
    ),
    _Measure(
        "sync_offset",
        "offset",
        "  its offset, frames at 25 a second",
        lambda s: s.sync.offset if s.sync else None,
        "+.0f",
        abs,
    ),
    _Measure("seen", "seen", "Frames with a face", lambda s: s.seen, ".1%", _low),
)

VERDICTS = {None: "", True: "met", False: "missed"}


def summary(films: Mapping[str, Scores]) -> list[Row]:
    """One row a score: the mean of all films and the worst of them."""
    return [_row(measure, films) for measure in MEASURES]


def _row(measure: _Measure, films: Mapping[str, Scores]) -> Row:
    known = {
        name: value for name, film in films.items() if (value := _known(measure.value(film))) is not None
    }
    if not known:
        return Row(measure.what, "-", "-", "", measure.target, None)
    mean = sum(known.values()) / len(known)
    where = max(known, key=lambda name: measure.badness(known[name]))
    met = None
    if measure.holds is not None:
        met = measure.holds(mean) if measure.mean else all(map(measure.holds, known.values()))
    form = measure.form
    return Row(measure.what, f"{mean:{form}}", f"{known[where]:{form}}", where, measure.target, met)


def by_face(films: Mapping[str, Scores]) -> list[tuple[str, ...]]:
    """Rows of text, the first one headings: a film and its scores, a star after each that misses its
    target."""
    rows: list[tuple[str, ...]] = [("", *(measure.short for measure in MEASURES), "read in")]
    rows += [
        (name, *(_cell(measure, film) for measure in MEASURES), film.seen_by) for name, film in films.items()
    ]
    return rows


def _cell(measure: _Measure, film: Scores) -> str:
    value = _known(measure.value(film))
    if value is None:
        return "-"
    missed = measure.holds is not None and not measure.mean and not measure.holds(value)
    return f"{value:{measure.form}}{'*' if missed else ''}"


def summary_rows(films: Mapping[str, Scores]) -> list[tuple[str, ...]]:
    """`summary` as text, the first row headings."""
    rows: list[tuple[str, ...]] = [("Score", "Mean", "Worst", "Where", "Target", "")]
    rows += [
        (row.what, row.mean, row.worst, row.where, row.target, VERDICTS[row.met]) for row in summary(films)
    ]
    return rows


def markdown(films: Mapping[str, Scores]) -> str:
    """Both tables."""
    return "\n\n".join(map(_markdown_table, (summary_rows(films), by_face(films)))) + "\n"


def _markdown_table(rows: Sequence[tuple[str, ...]]) -> str:
    rule = ("---",) * len(rows[0])
    return "\n".join(f"| {' | '.join(row)} |" for row in (rows[0], rule, *rows[1:]))


def aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Rows as lines of text, their columns below each other."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]


def to_json(films: Mapping[str, Scores]) -> dict[str, Any]:
    """Per film its measures (null: not to be measured), and the phones whose lips did not meet."""
    return {
        name: {
            **{measure.key: _rounded(measure.value(film)) for measure in MEASURES},
            "opening_seen_by": film.seen_by,
            "invented_background": _rounded(film.kept.invented if film.kept else None),
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
