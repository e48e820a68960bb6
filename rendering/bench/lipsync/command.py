"""The command line of `manage.py bench lipsync`."""

import json
import os
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import as_completed
from pathlib import Path

from rendering.bench.lipsync import suite
from rendering.bench.lipsync.film import Judged, Scores, judge
from rendering.bench.lipsync.recorded import heard
from rendering.bench.lipsync.report import aligned, by_face, markdown, summary_rows, to_json
from rendering.bench.lipsync.sheet import write_sheet, write_small_sheet
from rendering.bench.one_thread import one_thread_pool
from rendering.engines.errors import EngineError
from rendering.pipeline.avatar_engines import shared_engines

Say = Callable[[str], None]

FEW = 4
"""Films whose scores are printed one by one; of more only the summary is, and the files have the rest."""


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help="a film of one person who speaks")
    parser.add_argument("--text", help="what is said in it; without, phones are estimated from the sound")
    parser.add_argument(
        "--suite", action="store_true", help="render preset faces and uploads and measure those"
    )
    parser.add_argument(
        "--avatars",
        nargs="+",
        default=[*suite.AVATARS, *suite.UPLOADS],
        metavar="SLUG",
        help=f"faces of the suite: presets, uploads ({', '.join(suite.UPLOADS)}), or all",
    )
    parser.add_argument(
        "--voices", nargs="+", default=suite.VOICES, metavar="SLUG", help="such as hibari-heart"
    )
    parser.add_argument(
        "--jobs",
        type=int,
        default=len(os.sched_getaffinity(0)),
        metavar="N",
        help="faces of the suite at a time, each on one core and with about 1.5 GB of memory (one a core)",
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("out/lipsync"),
        metavar="FOLDER",
        help="where JSON, tables, contact sheets and the suite's films go (out/lipsync)",
    )
    parser.add_argument(
        "--small-sheets",
        type=Path,
        metavar="FOLDER",
        help="write the contact sheets there as well, as JPEG of 150 kB at most: docs/lipsync",
    )


def measure_file(file: Path, text: str | None, out: Path, small: Path | None, say: Say) -> None:
    """Measure one film. Raises MediaError, ScriptError, ModelMissingError."""
    script = heard(file, text)
    say("What opening was intended is not known; the lag is that to the phones.")
    if not script.aligned:
        reason = "The text does not fit the sound" if text else "Without --text"
        say(f"{reason}: phones are estimated, and what depends on them is left out.")
    judged = judge(file, script, shared_engines(), rests_first=False)
    _write_sheets(judged, file.stem, out, small)
    _publish({file.stem: judged.scores}, out)
    _tell({file.stem: judged.scores}, out, say)


def measure_suite(
    avatars: Sequence[str], voices: Sequence[str], jobs: int, out: Path, small: Path | None, say: Say
) -> None:
    """Render faces (of presets and uploads, or "all") with voices (slugs) and measure them. Raises what
    engines and pipeline raise."""
    faces, _ = suite.faces(avatars), suite.voices(voices)
    out.mkdir(parents=True, exist_ok=True)
    films: dict[str, Scores] = {}
    for measured in _measured(faces, voices, jobs, out, small):
        films |= measured
        say(", ".join(measured))
        # Half an hour's work is kept even if a later face fails.
        _publish(films, out)
    order = [f"{face}-{voice}" for face in faces for voice in voices]
    films = {name: films[name] for name in order}
    _publish(films, out)
    _tell(films, out, say)


def _measured(
    faces: dict[str, Path], voices: Sequence[str], jobs: int, out: Path, small: Path | None
) -> Iterator[dict[str, Scores]]:
    """The scores of each face, in the order in which they are ready."""
    with one_thread_pool(max(1, min(jobs, len(faces)))) as pool:
        waiting = {
            pool.submit(measure_face, face, picture, tuple(voices), out, small): face
            for face, picture in faces.items()
        }
        try:
            for done in as_completed(waiting):
                try:
                    yield done.result()
                except EngineError as error:
                    raise EngineError(f"{waiting[done]}: {error}") from error
        finally:
            pool.shutdown(cancel_futures=True)


def measure_face(
    face: str, picture: Path, voices: Sequence[str], out: Path, small: Path | None
) -> dict[str, Scores]:
    """The scores of one face with each voice, on one core; films and contact sheets go to `out`."""
    studio = suite.Studio.opened(threads=1)
    scores = {}
    for take in suite.takes(face, picture, suite.voices(voices), out, studio):
        judged = judge(take.path, take.script, studio.engines, rests_first=True, kept=take.kept)
        _write_sheets(judged, take.name, out, small)
        scores[take.name] = judged.scores
    return scores


def _write_sheets(judged: Judged, name: str, out: Path, small: Path | None) -> None:
    out.mkdir(parents=True, exist_ok=True)
    if small:
        small.mkdir(parents=True, exist_ok=True)
    for kind, cells in (("phones", judged.phones), ("frames", judged.run)):
        write_sheet(cells, out / f"{name}-{kind}.png")
        if small:
            write_small_sheet(cells, small / f"{name}-{kind}.jpg")


def _publish(films: dict[str, Scores], out: Path) -> None:
    (out / "lipsync.json").write_text(json.dumps(to_json(films), indent=2) + "\n")
    (out / "lipsync.md").write_text(markdown(films))


def _tell(films: dict[str, Scores], out: Path, say: Say) -> None:
    for line in lines(films):
        say(line)
    say(f"JSON, tables and contact sheets: {out}")


def lines(films: dict[str, Scores]) -> list[str]:
    """The summary as text and, of a few films, each one's scores; a star marks what misses its target."""
    text = aligned(summary_rows(films))
    if len(films) <= FEW:
        text += ["", *aligned(list(zip(*by_face(films), strict=True)))]
    return text
