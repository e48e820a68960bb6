"""The command line of `manage.py bench lipsync`."""

import json
import os
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from pathlib import Path

from rendering.bench.lipsync import suite
from rendering.bench.lipsync.film import Scores, Script, judge
from rendering.bench.lipsync.recorded import heard
from rendering.bench.lipsync.report import Row, table, to_json
from rendering.bench.lipsync.sheet import write_sheet
from rendering.pipeline.avatar_engines import AvatarEngines, shared_engines

Say = Callable[[str], None]


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help="a film of one person who speaks")
    parser.add_argument("--text", help="what is said in it; without, phones are estimated from the sound")
    parser.add_argument("--suite", action="store_true", help="render preset faces and measure those")
    parser.add_argument(
        "--avatars", nargs="+", default=suite.AVATARS, metavar="SLUG", help="presets of the suite, or all"
    )
    parser.add_argument(
        "--voices", nargs="+", default=suite.VOICES, metavar="SLUG", help="such as hibari-heart"
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("out/lipsync"),
        metavar="FOLDER",
        help="where JSON, contact sheets and the suite's films go (out/lipsync)",
    )


def measure_file(file: Path, text: str | None, out: Path, say: Say) -> None:
    """Measure one film. Raises MediaError, ScriptError, ModelMissingError."""
    script = heard(file, text)
    say("What opening was intended is not known; the lag is that to the phones.")
    if not script.aligned:
        reason = "The text does not fit the sound" if text else "Without --text"
        say(f"{reason}: phones are estimated, and what depends on them is left out.")
    _publish({file.stem: _judged(file, script, out, shared_engines(), rests_first=False)}, out, say)


def measure_suite(avatars: Sequence[str], voices: Sequence[str], out: Path, say: Say) -> None:
    """Render presets (slugs, or "all") with voices (slugs) and measure them. Raises what engines and pipeline
    raise."""
    threads = len(os.sched_getaffinity(0))
    engines = shared_engines(threads)
    out.mkdir(parents=True, exist_ok=True)
    films = {}
    for take in suite.takes(suite.presets(avatars), suite.voices(voices), out, engines, threads=threads):
        say(take.path.name)
        films[take.name] = _judged(take.path, take.script, out, engines, rests_first=True)
    _publish(films, out, say)


def _judged(path: Path, script: Script, out: Path, engines: AvatarEngines, *, rests_first: bool) -> Scores:
    judged = judge(path, script, engines, rests_first=rests_first)
    out.mkdir(parents=True, exist_ok=True)
    write_sheet(judged.phones, out / f"{path.stem}-phones.png")
    write_sheet(judged.run, out / f"{path.stem}-frames.png")
    return judged.scores


def _publish(films: dict[str, Scores], out: Path, say: Say) -> None:
    (out / "lipsync.json").write_text(json.dumps(to_json(films), indent=2) + "\n")
    for line in lines(films):
        say(line)
    say(f"JSON and contact sheets: {out}")


def lines(films: dict[str, Scores]) -> list[str]:
    """The table as text; a star marks what misses its target."""
    rows = [Row("", tuple(films), "Target", None), *table(films)]
    widths = [max(len(row.what) for row in rows)]
    widths += [max(len(row.cells[column]) for row in rows) for column in range(len(films))]
    widths.append(max(len(row.target) for row in rows))
    verdicts = {None: "", True: "met", False: "missed"}
    text = []
    for row in rows:
        cells = zip((row.what, *row.cells, row.target), widths, strict=True)
        padded = "  ".join(cell.ljust(width) for cell, width in cells)
        text.append(f"{padded}  {verdicts[row.met]}".rstrip())
    return text
