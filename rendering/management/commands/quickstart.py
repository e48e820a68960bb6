"""`manage.py quickstart`: set the instance up and run all of it until Ctrl-C."""

import os
import signal
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from avatarlab.quickstart import web
from avatarlab.quickstart.lock import AlreadyRunningError, instance_lock
from avatarlab.quickstart.redis import RedisNotStartedError
from avatarlab.quickstart.services import QUICKSTART, RedisAwayError, quickstart_programs
from avatarlab.quickstart.setup import SetUpError, set_up
from avatarlab.quickstart.supervisor import ProgramFailedError, Supervisor
from rendering.engines.errors import EngineError


class Command(BaseCommand):
    help = "Set everything up, then run Redis, a worker and the web server until Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
        parser.add_argument("--port", type=int, default=os.environ.get("PORT") or 8000, help="8000, or PORT")
        parser.add_argument("--no-models", action="store_true", help="do not fetch models that are missing")

    def handle(self, *args: Any, host: str, port: int, no_models: bool, **options: Any) -> None:
        try:
            with instance_lock(settings.DATA_DIR, QUICKSTART) as unfinished:
                if unfinished:
                    self._say(f"An earlier start (process {unfinished.process}) did not finish; taking over.")
                web.check_port(host, port)
                set_up(fetch_models=not no_models, say=self._say)
                self._run(host, port)
        except KeyboardInterrupt:
            raise SystemExit("\nStopped before it was ready. Start it again to go on from here.") from None
        except (
            *(AlreadyRunningError, web.PortError, SetUpError, RedisAwayError),
            *(RedisNotStartedError, ProgramFailedError, EngineError),
        ) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            place = error.filename or settings.DATA_DIR
            raise CommandError(f"{place} cannot be written: {error.strerror}.") from error
        except OperationalError as error:
            raise CommandError(f"The database cannot be used: {error}.") from error

    def _run(self, host: str, port: int) -> None:
        supervisor = Supervisor(quickstart_programs(host, port), folder=settings.BASE_DIR, say=self._say)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, supervisor.ask_to_stop)
        try:
            supervisor.start()
            self._say(f"\n  Avatar Lab is ready: {web.address(host, port)}\n  Ctrl-C stops it.\n")
            if not web.is_local(host) and not os.environ.get("AVATARLAB_HOSTS"):
                self._say("  Others reach it under the names that AVATARLAB_HOSTS lists (none is set).\n")
            supervisor.watch()
            self._say("Stopping.")
        finally:
            supervisor.stop()

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
