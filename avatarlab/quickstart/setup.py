"""What an instance needs before it can run: tables, static files, models and presets.

Every step is skipped when nothing it depends on changed, so that a second start takes seconds.
"""

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from rendering.engines import weights
from studio.models import Voice

STAMPS = "setup.json"
Say = Callable[[str], None]


class SetUpError(RuntimeError):
    """A step of the set-up failed; what it printed stands above."""


def set_up(*, fetch_models: bool, say: Say) -> None:
    """Bring the instance up to date. Raises SetUpError, or what a step's command raises."""
    migrate(say)
    collect_static(say)
    if fetch_models and (absent := weights.missing(weights.STANDARD)):
        say(f"Models: fetching {len(absent)} files, once, into a folder that all instances share.")
        call_command("models", "pull", "--standard")
    seed(say)


def migrate(say: Say) -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        say(f"Database: bringing the tables up to date ({connection.vendor}).")
        call_command("migrate", verbosity=0, interactive=False)


def collect_static(say: Say) -> None:
    """Hashed and compressed copies of the static files, served by WhiteNoise."""
    installed = Path(sys.prefix, "lib").glob("python*/site-packages/*.dist-info")
    mark = fingerprint([settings.BASE_DIR / "static"], extra=sorted(path.name for path in installed))
    if _stamps().get("static") == mark and settings.STATIC_ROOT.is_dir():
        return
    say("Static files: collecting.")
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    _stamp("static", mark)


def seed(say: Say) -> None:
    """Presets, in a process of their own: reading faces loads models that we need not keep."""
    code = [settings.BASE_DIR / app for app in ("studio", "rendering")]
    here = sorted(set(weights.STANDARD) - set(weights.missing(weights.STANDARD)))
    where = [str(settings.DATABASES["default"]), str(settings.STORAGES["default"])]
    mark = fingerprint(code, extra=[*here, *where])
    if _stamps().get("seed") == mark and Voice.objects.exists():
        return
    say("Presets: avatars, voices and backgrounds.")
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "seed"]
    if subprocess.run(command, cwd=settings.BASE_DIR, check=False).returncode:  # noqa: S603 - our own command
        raise SetUpError("The presets could not be prepared; the reason stands above. Run it again.")
    _stamp("seed", mark)


def fingerprint(folders: Iterable[Path], extra: Iterable[str] = ()) -> str:
    """Changes when a file in `folders` is added, removed or written, or when `extra` differs."""
    digest = hashlib.sha256("\n".join(extra).encode())
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                stat = path.stat()
                digest.update(f"{path}:{stat.st_size}:{stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _stamps() -> dict[str, str]:
    try:
        stamps = json.loads((settings.DATA_DIR / STAMPS).read_text())
    except (OSError, ValueError):
        return {}
    return stamps if isinstance(stamps, dict) else {}


def _stamp(step: str, mark: str) -> None:
    (settings.DATA_DIR / STAMPS).write_text(json.dumps({**_stamps(), step: mark}, indent=1))
