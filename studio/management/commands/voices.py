"""manage.py voices: voices of users, cloned from a few seconds or learnt from minutes of a person."""

import hashlib
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.files import File
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from accounts.models import User
from accounts.services import VOICE_CONSENT_STATEMENT, record_consent
from avatarlab.errors import UserError
from rendering.engines.errors import EngineError
from studio import services
from studio.models import Voice
from studio.services.keeping import checked_name

if TYPE_CHECKING:
    from rendering.engines.speech.lina.tuning import Report
    from rendering.engines.speech.material import Extract

EPOCHS = 10


class Command(BaseCommand):
    help = "List, clone, learn and remove the voices of users."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        listing = actions.add_parser("list", help="the voices that users have made")
        listing.add_argument("--owner", metavar="EMAIL", default="")
        clone = actions.add_parser("clone", help="make a voice from 3 to 15 seconds of speech")
        clone.add_argument("--audio", required=True, type=Path, metavar="FILE")
        clone.add_argument("--transcript", required=True, metavar="TEXT", help="what is said, word for word")
        tune = actions.add_parser("tune", help="learn a voice from 3 to 15 minutes of speech")
        tune.add_argument(
            "--audio",
            required=True,
            nargs="+",
            type=Path,
            metavar="PATH",
            help="recordings, each with its text beside it (me.wav and me.txt), or folders of such",
        )
        tune.add_argument("--epochs", type=int, default=EPOCHS, help="how often everything is heard")
        for action in (clone, tune):
            action.add_argument("--voice", required=True, metavar="NAME")
            action.add_argument("--owner", required=True, metavar="EMAIL")
            action.add_argument("--consent", action="store_true", help=f"confirm: {VOICE_CONSENT_STATEMENT}")
        remove = actions.add_parser(
            "remove", help="delete a voice, its recording and what was learnt from it"
        )
        remove.add_argument("voice", metavar="NAME")
        remove.add_argument("--owner", required=True, metavar="EMAIL")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        try:
            getattr(self, f"_{action}")(**options)
        except (EngineError, UserError) as error:
            raise CommandError(str(error)) from error

    def _list(self, *, owner: str, **options: Any) -> None:
        voices = Voice.objects.exclude(owner=None).select_related("owner").order_by("owner__email", "name")
        for voice in voices.filter(owner__email__iexact=owner) if owner else voices:
            kind = "cloned" if voice.media else "learnt"
            problem = f": {voice.problem}" if voice.problem else ""
            self.stdout.write(
                f"{voice.name}  {voice.owner.email}  {kind}  {voice.get_state_display()}{problem}"
            )

    def _clone(
        self, *, voice: str, owner: str, audio: Path, transcript: str, consent: bool, **options: Any
    ) -> None:
        # What a worker loads is loaded here, not by whoever lists the commands.
        from rendering.jobs import check_voice

        user = _user(owner)
        _check_consent(consent)
        try:
            with audio.open("rb") as file:
                row = services.upload_voice(
                    owner=user,
                    file=File(file, name=audio.name),
                    name=voice,
                    transcript=transcript,
                    consent=consent,
                )
        except OSError as error:
            raise CommandError(f"{audio} cannot be read: {error.strerror}.") from error
        check_voice(row.id)
        row.refresh_from_db()
        if row.state != Voice.State.READY:
            services.delete_voice(voice=row)
            raise CommandError(row.problem)
        self.stdout.write(f"{row.name} is ready.")

    def _tune(
        self, *, voice: str, owner: str, audio: list[Path], consent: bool, epochs: int, **options: Any
    ) -> None:
        from rendering import voices
        from rendering.engines.speech import material
        from rendering.engines.speech.alignment import Aligner

        user = _user(owner)
        _check_consent(consent)
        if epochs < 1:
            raise CommandError("--epochs is at least 1.")
        # What would be refused at the end is refused before hours of learning.
        name = checked_name(voice)
        voices.require_cloning()
        self.stdout.write("Reading the recordings and finding what is said when.")
        extracts = material.gather(audio, Aligner())
        subject = _subject(extracts)
        record_consent(user=user, subject=subject, statement=VOICE_CONSENT_STATEMENT)
        progress = settings.DATA_DIR / "tuning" / f"{subject}.safetensors"
        progress.parent.mkdir(parents=True, exist_ok=True)
        self.stdout.write(
            f"Learning from {len(extracts)} passages. Ctrl-C stops; the same command goes on from there."
        )
        try:
            with _Bar() as bar:
                content = voices.learn(extracts, epochs=epochs, progress=progress, report=bar.show)
        except KeyboardInterrupt:
            raise SystemExit("\nStopped.") from None
        row = services.add_learnt_voice(owner=user, name=name, content=content, subject=subject)
        self.stdout.write(f"{row.name} is ready.")

    def _remove(self, *, voice: str, owner: str, **options: Any) -> None:
        rows = list(Voice.objects.filter(owner=_user(owner), name=voice))
        if not rows:
            raise CommandError(f"{owner} has no voice called {voice}.")
        for row in rows:
            services.delete_voice(voice=row)
        self.stdout.write(f"{voice} is deleted.")


class _Bar:
    """Progress on the terminal."""

    def __init__(self) -> None:
        self._bar = tqdm(unit="step", leave=False)

    def __enter__(self) -> "_Bar":
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()

    def show(self, report: "Report") -> None:
        self._bar.total, self._bar.n = report.steps, report.step
        best = "" if report.held_out is None else f", best {report.held_out:.3f}"
        self._bar.set_postfix_str(f"loss {report.loss:.3f}{best}")


def _user(email: str) -> User:
    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        raise CommandError(f"There is no account of {email}.")
    return user


def _check_consent(consent: bool) -> None:
    if not consent:
        raise CommandError(f"A voice needs a consent. Add --consent to confirm: {VOICE_CONSENT_STATEMENT}")


def _subject(extracts: "Sequence[Extract]") -> str:
    """sha256 in hex of all that is learnt from."""
    digest = hashlib.sha256()
    for extract in extracts:
        digest.update(extract.samples.tobytes())
        digest.update(extract.text.encode())
    return digest.hexdigest()
