"""The command line of `manage.py bench engines`. Knows no Django: on a machine of its own,
`python -m rendering.bench.engines` does the same."""

import json
import os
from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rendering.bench.engines import imports, speech
from rendering.bench.engines.figures import Figure
from rendering.bench.machine import machine
from rendering.engines import catalogue
from rendering.engines.catalogue.speeds import Speed, write
from rendering.engines.errors import EngineUnavailableError

Say = Callable[[str], None]

NEURAL = ("lina", "wav2lip", "diffdub", "rvm-torch")
"""Measured with weights from a formula where their own are not here; they need PyTorch."""


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--only", nargs="+", default=(), metavar="NAME", help=f"some of: imports, speech, {', '.join(NEURAL)}"
    )
    parser.add_argument("--report", type=Path, metavar="FILE", help="write the numbers there as JSON as well")


def run(only: Sequence[str], path: Path | None, say: Say) -> tuple[list[Figure], dict[str, Any]]:
    """Measure, keep the speeds for the pages, and write the report where it is wanted. Returns the rows and
    the machine. Raises EngineError."""
    wanted = tuple(only) or ("imports", "speech", *NEURAL)
    threads = len(os.sched_getaffinity(0))
    figures: list[Figure] = []
    on: dict[str, Any] = machine()
    if "imports" in wanted:
        figures += imports.measure()
    if "speech" in wanted:
        for card in speech.ready():
            say(f"{card.title}.")
            figures.append(speech.measure(card, threads=threads))
    if named := [name for name in NEURAL if name in wanted]:
        figures += _neural(named, threads, on, say)
    _keep_speeds(figures, on)
    if path:
        report = {"machine": on, "figures": [figure.to_json() for figure in figures]}
        path.write_text(json.dumps(report, indent=2) + "\n")
    return figures, on


def _neural(names: Iterable[str], threads: int, on: dict[str, Any], say: Say) -> Iterable[Figure]:
    if missing := catalogue.not_installed(("torch",)):
        raise EngineUnavailableError(
            f"{missing[0]} is not installed, and {', '.join(names)} run on it. Run: pip install "
            '"avatarlab[neural]", or measure the others: manage.py bench engines --only imports speech'
        )
    import torch

    from rendering.bench.engines import rows
    from rendering.engines.neural import runtime

    where = runtime.choose(threads=threads)
    on["torch"] = torch.__version__
    if where.on_cuda:
        on["gpu"] = torch.cuda.get_device_name()
    measured: dict[str, Callable[[], Iterable[Figure]]] = {
        "lina": lambda: rows.of_lina(where),
        "wav2lip": lambda: rows.of_wav2lip(where),
        "diffdub": lambda: rows.of_diffdub(where),
        "rvm-torch": lambda: rows.of_rvm(where, threads),
    }
    for name in names:
        say(f"{catalogue.card(name).title}.")
        yield from measured[name]()


def _keep_speeds(figures: Iterable[Figure], on: dict[str, Any]) -> None:
    """The figures that are seconds per second of output are what pages show of an engine."""
    where = on.get("gpu") or f"{on['cores']} cores of {on['processor']}"
    today = datetime.now(UTC).date().isoformat()
    for figure in figures:
        if figure.engine and figure.what.startswith("seconds per second"):
            write(figure.engine, Speed(figure.what, figure.value, str(where), today))
