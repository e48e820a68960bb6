"""`manage.py models`: what model files are here, fetching, checking and removing them."""

import json
from argparse import ArgumentParser
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from rendering import engine_rows
from rendering.engines.errors import EngineError
from rendering.engines.weights import STANDARD, store
from rendering.engines.weights.manifest import ARTIFACTS


class Command(BaseCommand):
    help = "List, fetch, verify or remove the model files of the engines."
    requires_system_checks: ClassVar[list[str]] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        listing = actions.add_parser("list", help="every model, its size, licence and whether it is here")
        listing.add_argument("--json", action="store_true")
        pull = actions.add_parser("pull", help="fetch models that are missing or damaged")
        pull.add_argument("names", nargs="*", metavar="NAME")
        pull.add_argument("--standard", action="store_true", help="all that the default engines need")
        actions.add_parser("verify", help="read every file that is here and compare its checksum")
        actions.add_parser("where", help="print the models folder")
        remove = actions.add_parser("remove", help="delete models from the folder")
        remove.add_argument("names", nargs="+", metavar="NAME")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        try:
            getattr(self, f"_{action}")(**options)
        except EngineError as error:
            raise CommandError(str(error)) from error
        finally:
            # What pages tell of engines and voices follows from the files that are here.
            if action in ("pull", "verify", "remove"):
                engine_rows.refresh_if_set_up()

    def _list(self, **options: Any) -> None:
        statuses = store.statuses()
        if options["json"]:
            rows = [
                {
                    "name": status.artifact.name,
                    "state": status.state,
                    "standard": status.artifact.name in STANDARD,
                    "bytes": status.artifact.size,
                    "sha256": status.artifact.sha256,
                    "licence": status.artifact.licence,
                    "sources": status.artifact.sources,
                    "note": status.artifact.note,
                }
                for status in statuses
            ]
            self.stdout.write(json.dumps(rows, indent=2))
            return
        for status in statuses:
            model = status.artifact
            size = f"{model.size / 1e6:8.1f} MB"
            self.stdout.write(
                f"{status.state:8} {size}  {model.licence:11} {model.name:28} {model.note}".rstrip()
            )

    def _pull(self, names: list[str], standard: bool, **options: Any) -> None:
        wanted = dict.fromkeys([*names, *(STANDARD if standard or not names else ())])
        with tqdm(unit="B", unit_scale=True, unit_divisor=1000, disable=None) as bar:
            fetched = store.fetch(wanted, progress=_progress_on(bar))
        self.stdout.write(
            f"{len(fetched)} fetched, {len(wanted) - len(fetched)} already here: {store.folder()}"
        )

    def _verify(self, **options: Any) -> None:
        present = [status for status in store.statuses(thorough=True) if status.state != "missing"]
        corrupt = [status for status in present if status.state == "corrupt"]
        for status in corrupt:
            self.stderr.write(f"damaged or altered: {status.artifact.name} ({status.path})")
        if corrupt:
            names = " ".join(status.artifact.name for status in corrupt)
            raise CommandError(
                f"{len(corrupt)} of {len(present)} files are wrong. Run: manage.py models pull {names}"
            )
        self.stdout.write(f"{len(present)} files are right, {len(ARTIFACTS) - len(present)} are not here.")

    def _where(self, **options: Any) -> None:
        self.stdout.write(str(store.folder()))

    def _remove(self, names: list[str], **options: Any) -> None:
        for name in names:
            self.stdout.write(f"{name}: {'removed' if store.remove(name) else 'was not here'}")


def _progress_on(bar: tqdm) -> store.Progress:
    """One bar for the whole fetch, restarted at every new file or package."""

    current = ""

    def show(transfer: store.Transfer) -> None:
        nonlocal current
        if current != transfer.artifact.name:
            current = transfer.artifact.name
            bar.reset(total=transfer.total)
            bar.set_description_str(current)
        bar.update(transfer.done - bar.n)

    return show
