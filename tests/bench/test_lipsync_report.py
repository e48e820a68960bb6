"""What is printed and written, and what the command refuses."""

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from rendering.bench.lipsync.command import lines
from rendering.bench.lipsync.film import Scores
from rendering.bench.lipsync.kept import Kept
from rendering.bench.lipsync.report import by_face, markdown, summary, to_json
from rendering.bench.lipsync.scores import Closures
from rendering.engines.speech.base import Phone

GOOD = Scores(
    seen_by="picture",
    mesh_correlation=0.94,
    intended_correlation=0.95,
    expected_correlation=0.7,
    lag=0,
    closures=Closures(30, ()),
    opening_in_silence=0.001,
    rest_opening=0.008,
    widest_opening=0.07,
    jitter=0.001,
    blinks_per_minute=14.0,
    mouth_sharpness=1.0,
    seam=1.0,
    upper_face=2.0,
    background=1.0,
    kept=Kept(over_time=0, photo=0, invented=0.1),
    seen=1.0,
    frames=750,
)


def met(*films: Scores) -> dict[str, bool | None]:
    rows = summary({str(index): film for index, film in enumerate(films)})
    return {row.what: row.met for row in rows}


def test_good_scores_meet_every_target() -> None:
    assert set(met(GOOD).values()) == {True, None}


@pytest.mark.parametrize(
    ("row", "bad"),
    [
        ("Correlation, intended against measured opening", {"intended_correlation": 0.91}),
        ("Lag, frames", {"lag": -2}),
        ("M B P of 40 ms or longer that close", {"closures": Closures(10, (Phone("M", 0, 1),))}),
        ("Opening in silence above rest, face heights", {"opening_in_silence": 0.005}),
        ("Sharpness of lips against cheeks, rest = 1", {"mouth_sharpness": 1.3}),
        ("Background before encoding, change over time, levels of 255", {"kept": Kept(1, 0, 0.1)}),
        ("Background before encoding against the photo, levels of 255", {"kept": Kept(0, 1, 0.1)}),
    ],
)
def test_one_film_that_misses_a_target_misses_it_for_all(row: str, bad: dict[str, object]) -> None:
    found = met(GOOD, replace(GOOD, **bad))
    assert [what for what, value in found.items() if value is False] == [row]


def test_the_expected_opening_is_judged_by_its_mean() -> None:
    row = "Correlation with what the phones alone suggest"
    assert met(GOOD, replace(GOOD, expected_correlation=0.55))[row] is True
    assert met(GOOD, replace(GOOD, expected_correlation=0.45))[row] is False


def test_what_cannot_be_measured_is_neither_met_nor_missed() -> None:
    unknown = replace(GOOD, intended_correlation=math.nan)
    assert met(unknown)["Correlation, intended against measured opening"] is None
    assert (
        json.loads(json.dumps(to_json({"film": unknown}), allow_nan=False))["film"]["intended_correlation"]
        is None
    )


def test_lips_that_stay_open_are_named() -> None:
    film = replace(GOOD, closures=Closures(2, (Phone("B", 1.25, 1.33),)))
    assert to_json({"film": film})["film"]["open_closures"] == [{"phone": "B", "start": 1.25, "end": 1.33}]


def test_a_star_marks_the_film_that_misses() -> None:
    text = "\n".join(lines({"good": GOOD, "late": replace(GOOD, lag=3)}))
    assert "+3*" in text
    assert "+0*" not in text
    assert "missed" in text


def test_the_summary_names_the_worst_film_of_each_score() -> None:
    films = {"one": GOOD, "soft": replace(GOOD, mouth_sharpness=0.5), "late": replace(GOOD, lag=-3)}
    rows = {row.what: row for row in summary(films)}
    assert (rows["Lag, frames"].worst, rows["Lag, frames"].where) == ("-3", "late")
    sharpness = rows["Sharpness of lips against cheeks, rest = 1"]
    assert (sharpness.mean, sharpness.worst, sharpness.where) == ("0.83", "0.50", "soft")


def test_the_table_by_face_has_a_row_for_each_film() -> None:
    rows = by_face({"good": GOOD, "blind": replace(GOOD, kept=None, seen_by="mesh")})
    assert [row[0] for row in rows] == ["", "good", "blind"]
    assert rows[2][rows[0].index("kept")] == "-"
    assert rows[2][-1] == "mesh"
    assert "| blind |" in markdown({"blind": GOOD})


@pytest.mark.parametrize("words", [(), ("talk.mp4", "--suite")])
def test_either_a_film_or_the_suite_is_measured(words: tuple[str, ...]) -> None:
    with pytest.raises(CommandError, match="one film, or say --suite"):
        call_command("bench", "lipsync", *words)


def test_a_strange_preset_is_answered_with_those_that_exist(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"no preset nobody.*claire"):
        call_command("bench", "lipsync", "--suite", "--avatars", "nobody", "--out", str(tmp_path))


def test_a_file_that_is_no_film_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "talk.mp4"
    file.write_text("not a film")
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("bench", "lipsync", str(file), "--out", str(tmp_path / "out"))
