"""`manage.py demo`: set up, render one short video without a person, and check that it is right."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.services import delete_account
from avatarlab.console import choices, inspection, order
from avatarlab.errors import UserError
from avatarlab.quickstart.redis import RedisNotStartedError
from avatarlab.quickstart.services import RedisAwayError, services
from avatarlab.quickstart.setup import SetUpError, set_up
from avatarlab.quickstart.supervisor import ProgramFailedError
from rendering.engines.errors import EngineError
from rendering.models import PORTRAIT, Render

SCRIPT = (
    "Hello, and welcome to Avatar Lab. "
    "Everything you see and hear was made on this computer, from a few typed sentences and one picture. "
    "Write your own script, choose a face and a voice, and press Generate."
)
BACKGROUND = "office"
SIZE = (1280, 720)
DURATION_S = (10.0, 20.0)


class Command(BaseCommand):
    help = "Render a video of 10 to 20 seconds through the queue and a worker, and check it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        default = settings.BASE_DIR / "out" / "demo.mp4"
        parser.add_argument("-o", "--output", type=Path, default=default, metavar="FILE")
        parser.add_argument("--voice", default="kokoro-af-heart", metavar="NAME")

    def handle(self, *args: Any, output: Path, voice: str, **options: Any) -> None:
        wanted = order.Order(
            script=SCRIPT,
            avatar=None,
            voice=voice,
            background=BACKGROUND,
            layout="full",
            expression="friendly",
            intensity=1.0,
            head=PORTRAIT,
            quality="",
            recording=None,
            format={"aspect": "16:9", "height": 720, "fps": 25},
        )
        try:
            with services(self._say, purpose="demo", prepare=self._set_up) as tend:
                # An account of its own: nothing an earlier demo rendered is reused, and nothing is left.
                owner = order.local_user("demo@localhost")
                try:
                    self._report(order.make(wanted, output, owner=owner, tend=tend))
                finally:
                    delete_account(user=owner)
            found, wrong = inspection.inspect(output, size=SIZE, duration=DURATION_S)
        except KeyboardInterrupt:
            raise SystemExit("\nStopped.") from None
        except (
            *(choices.UnknownNameError, order.RenderFailedError, UserError, EngineError),
            *(RedisAwayError, RedisNotStartedError, ProgramFailedError, SetUpError),
        ) as error:
            raise CommandError(str(error)) from error
        self._say(
            f"{found.width}x{found.height}, {found.fps:g} fps, {found.duration:.1f} s, {found.video_codec}, "
            f"{found.audio_codec}, loudest sample {found.audio_peak:.2f} of full scale"
        )
        if wrong:
            raise CommandError(f"{output} is not right: {'; '.join(wrong)}.")
        self._say(f"A face in all of {inspection.SAMPLES} frames looked at.\n\n  {output}\n")

    def _set_up(self) -> None:
        set_up(fetch_models=True, say=self._say)

    def _report(self, render: Render) -> None:
        if render.finished and render.first_playable:
            taken, first = (
                (moment - render.created).total_seconds()
                for moment in (render.finished, render.first_playable)
            )
            self._say(
                f"{render.duration:.1f} s of video in {taken:.1f} s, the first sentence after {first:.1f} s"
            )
        for stage, seconds in render.seconds.items():
            self._say(f"  {stage:10} {seconds:6.2f} s, {seconds / render.duration:.3f} s per s of video")

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
