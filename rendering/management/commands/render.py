"""`manage.py render "text" -o out.mp4`: a video from the command line, made by the real queue and worker."""

import math
import sys
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from avatarlab.console import choices, order
from avatarlab.errors import UserError
from avatarlab.quickstart.redis import RedisNotStartedError
from avatarlab.quickstart.services import RedisAwayError, services
from avatarlab.quickstart.supervisor import ProgramFailedError
from rendering.engines.errors import EngineError
from rendering.engines.talking_head.base import INTENSITIES
from rendering.models import PORTRAIT
from studio.models import Project, Scene


class Command(BaseCommand):
    help = "Render a video. Uses a running instance's worker, or runs one for the time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("text", nargs="?", help="what is said")
        parser.add_argument("--text-file", type=Path, metavar="FILE", help="read the text from a file")
        parser.add_argument("--audio", type=Path, metavar="FILE", help="a recording that replaces the voice")
        parser.add_argument(
            "--avatar",
            metavar="NAME|FILE",
            help="a preset, or a picture or video; with a file you confirm that you may use the face",
        )
        parser.add_argument("--voice", metavar="NAME")
        parser.add_argument("--background", metavar="NAME|FILE|COLOUR")
        parser.add_argument("--layout", choices=Scene.Layout.values, default=Scene.Layout.FULL)
        parser.add_argument("--expression", choices=Scene.Expression.values, default=Scene.Expression.CALM)
        parser.add_argument(
            "--intensity",
            type=_intensity,
            default=1.0,
            metavar="NUMBER",
            help="of the expression, from 0 (none of it) to 2; 1 is as usual",
        )
        parser.add_argument("--head", metavar="NAME", default=PORTRAIT, help="the engine that makes it speak")
        parser.add_argument("--quality", metavar="NAME", default="", help="one of those the engine has")
        parser.add_argument("--aspect", choices=_choices("aspect"), default="16:9")
        parser.add_argument(
            "--height", type=int, choices=_choices("height"), default=720, help="shorter side"
        )
        parser.add_argument("--fps", type=int, choices=_choices("fps"), default=25)
        parser.add_argument("--captions", action="store_true", help="burn captions into the picture")
        parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = order.Order(
            script=_script(options["text"], options["text_file"], options["audio"]),
            avatar=options["avatar"],
            voice=options["voice"],
            background=options["background"],
            layout=options["layout"],
            expression=options["expression"],
            intensity=options["intensity"],
            head=options["head"],
            quality=options["quality"],
            recording=options["audio"],
            format={
                "aspect": options["aspect"],
                "height": options["height"],
                "fps": options["fps"],
                "burn_captions": options["captions"],
            },
        )
        try:
            with services(self.stderr.write, purpose="render") as tend:
                owner, tell = order.local_user(), self.stderr.write
                render = order.make(wanted, options["output"], owner=owner, tend=tend, tell=tell)
        except KeyboardInterrupt:
            raise SystemExit("\nCancelled.") from None
        except OSError as error:
            place = error.filename or f"{options['output']} or {settings.DATA_DIR}"
            raise CommandError(f"{place}: {error.strerror}.") from error
        except (
            *(choices.UnknownNameError, order.RenderFailedError, UserError, EngineError),
            *(RedisAwayError, RedisNotStartedError, ProgramFailedError),
        ) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{options['output']}: {render.duration:.1f} s of video")


def _choices(field: str) -> list[Any]:
    return [value for value, _ in Project._meta.get_field(field).choices]


def _intensity(text: str) -> float:
    least, most = INTENSITIES
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not least <= number <= most:
        raise ArgumentTypeError(f"{text} is not a number from {least:g} to {most:g}")
    return number


def _script(text: str | None, file: Path | None, recording: Path | None) -> str:
    """The text given in one of the ways there are. Raises CommandError."""
    if text is not None and file is not None:
        raise CommandError("Give the text or a text file, not both.")
    if recording is not None and not recording.is_file():
        raise CommandError(f"There is no recording {recording}.")
    if file is not None:
        try:
            return sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{file} cannot be read as text: {error}.") from error
    if text is None and recording is None:
        raise CommandError('Say what the avatar should say: manage.py render "Hello." -o hello.mp4')
    return text or ""
