"""`manage.py bench`: measure this machine, print a table, write JSON. `manage.py bench lipsync`: measure how
well faces speak. `manage.py bench portrait`: measure how fast they do. `manage.py bench engines`: measure how
fast the engines are."""

import json
import os
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from avatarlab.quickstart.redis import RedisNotStartedError
from avatarlab.quickstart.setup import SetUpError, set_up
from rendering import engine_rows
from rendering.bench.engines import command as engines
from rendering.bench.lipsync import command as lipsync
from rendering.bench.portrait import command as portrait
from rendering.bench.processes import ProcessFailedError
from rendering.bench.renders import RenderFailedError
from rendering.bench.run import measure, table
from rendering.bench.web import MachineryInWebError
from rendering.engines.errors import EngineError

SERVICES = ("DATABASE_URL", "REDIS_URL", "MONGODB_URL")


class Command(BaseCommand):
    help = (
        "Measure speed and memory of whole renders, through the queue and a real worker. Runs in a scratch "
        "instance with embedded services, so that no user's data is touched. Takes about ten minutes."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", type=Path, metavar="FILE", help="write the report there as well")
        parser.add_argument("--inside", action="store_true", help="measure in this instance, which is idle")
        others = parser.add_subparsers(dest="measurement", title="other measurements")
        lipsync.add_arguments(others.add_parser("lipsync", help="how well a rendered face speaks"))
        portrait.add_arguments(others.add_parser("portrait", help="how fast the portrait engine is"))
        engines.add_arguments(
            others.add_parser("engines", help="how fast the engines are, beside their peers")
        )

    def handle(self, *args: Any, inside: bool, json: Path | None, **options: Any) -> None:
        if options["measurement"] == "lipsync":
            self._lipsync(**options)
        elif options["measurement"] == "portrait":
            self._portrait(**options)
        elif options["measurement"] == "engines":
            self._engines(**options)
        elif inside:
            self._measure(json)
        else:
            self._in_scratch_instance(json)

    def _lipsync(
        self,
        *,
        file: Path | None,
        text: str | None,
        suite: bool,
        avatars: Sequence[str],
        voices: Sequence[str],
        jobs: int,
        out: Path,
        small_sheets: Path | None,
        **options: Any,
    ) -> None:
        if (file is not None) == suite:
            raise CommandError("Name one film, or say --suite: manage.py bench lipsync talk.mp4")
        try:
            if file is None:
                lipsync.measure_suite(avatars, voices, jobs, out, small_sheets, self._say)
            else:
                lipsync.measure_file(file, text, out, small_sheets, self._say)
        except EngineError as error:
            raise CommandError(str(error)) from error

    def _portrait(self, *, no_peer: bool, report: Path | None, **options: Any) -> None:
        try:
            measured = portrait.run(not no_peer, report, self._say)
        except EngineError as error:
            raise CommandError(str(error)) from error
        self._print(portrait.table(measured), measured["machine"])

    def _engines(self, *, only: Sequence[str], report: Path | None, **options: Any) -> None:
        try:
            figures, machine = engines.run(only, report, self._say)
        except EngineError as error:
            raise CommandError(str(error)) from error
        engine_rows.refresh_if_set_up()
        rows = [
            (f"{each.engine} {each.what}".strip(), each.measured, each.target, each.met) for each in figures
        ]
        self._print(rows, machine)

    def _in_scratch_instance(self, report: Path | None) -> None:
        with tempfile.TemporaryDirectory(prefix="avatarlab-bench-") as folder:
            environment = {name: value for name, value in os.environ.items() if name not in SERVICES}
            command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "bench", "--inside"]
            if report:
                command += ["--json", str(report.absolute())]
            done = subprocess.run(  # noqa: S603 - ourselves, elsewhere
                command, env={**environment, "AVATARLAB_DATA": folder}, cwd=settings.BASE_DIR, check=False
            )
        if done.returncode:
            raise SystemExit(done.returncode)

    def _measure(self, path: Path | None) -> None:
        try:
            set_up(fetch_models=True, say=self._say)
            report = measure(self._say)
        except (
            *(EngineError, SetUpError, RedisNotStartedError),
            *(ProcessFailedError, RenderFailedError, MachineryInWebError),
        ) as error:
            raise CommandError(str(error)) from error
        if path:
            path.write_text(json.dumps(report, indent=2) + "\n")
        self._print(table(report), report["machine"])

    def _print(self, measured: Sequence[tuple[str, str, str, bool | None]], machine: dict[str, Any]) -> None:
        rows = [("What", "Measured", "Target", ""), *((*row[:3], _verdict(row[3])) for row in measured)]
        widths = [max(len(row[column]) for row in rows) for column in range(4)]
        for row in rows:
            self.stdout.write("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)))
        self.stdout.write(", ".join(f"{name} {value}" for name, value in machine.items()))

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def _verdict(met: bool | None) -> str:
    return {None: "", True: "met", False: "missed"}[met]
