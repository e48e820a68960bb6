"""`manage.py models`: the engines and their model files; fetching, checking, carrying and removing them."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from rendering import engine_rows, model_listing
from rendering.engines.errors import EngineError
from rendering.engines.weights import STANDARD, bundles, lean_copies, pins, store
from rendering.engines.weights.manifest import ARTIFACTS
from rendering.engines.weights.pins import Pin


class Command(BaseCommand):
    help = "List, fetch, verify, carry or remove the engines' model files. NAME is a model, or an engine."
    requires_system_checks: ClassVar[list[str]] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        listing = actions.add_parser("list", help="every engine and its models: state, size, licence")
        listing.add_argument("--json", action="store_true")
        pull = actions.add_parser("pull", help="fetch models that are missing or damaged")
        pull.add_argument("names", nargs="*", metavar="NAME")
        pull.add_argument("--standard", action="store_true", help="all that the default engines need")
        pull.add_argument("--optional", action="store_true", help="also what the engines can do without")
        actions.add_parser("verify", help="read every file that is here and compare its checksum")
        actions.add_parser("where", help="print the models folder")
        remove = actions.add_parser("remove", help="delete models from the folder")
        remove.add_argument("names", nargs="+", metavar="NAME")
        bringing = actions.add_parser("import", help="put a file in place that was fetched by hand")
        bringing.add_argument("name", metavar="NAME")
        bringing.add_argument("file", type=Path)
        pin = actions.add_parser("pin", help="checksums that nobody published: show, set or forget them")
        pin.add_argument("name", nargs="?", metavar="NAME")
        pin.add_argument("sha256", nargs="?", help="what the file must be")
        pin.add_argument("--forget", action="store_true", help="trust the next file that comes")
        bundle = actions.add_parser("bundle", help="carry models to a machine without a connection")
        ways = bundle.add_subparsers(dest="way", required=True)
        export = ways.add_parser("export", help="write models that are here into one file")
        export.add_argument("file", type=Path)
        export.add_argument("names", nargs="+", metavar="NAME")
        unpack = ways.add_parser("import", help="put the models of such a file in place")
        unpack.add_argument("file", type=Path)

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        try:
            getattr(self, f"_{action}")(**options)
        except (EngineError, OSError) as error:
            raise CommandError(str(error)) from error
        finally:
            # What pages tell of engines and voices follows from the files that are here.
            if action not in ("list", "where"):
                engine_rows.refresh_if_set_up()

    def _list(self, **options: Any) -> None:
        if options["json"]:
            self.stdout.write(json.dumps(model_listing.rows(), indent=2))
        else:
            self.stdout.write("\n".join(model_listing.lines()))

    def _pull(self, names: list[str], standard: bool, optional: bool, **options: Any) -> None:
        of_engines = model_listing.models_of(names, optional=optional)
        # What is asked for by its own name fails and says what to do; of an engine's the others are fetched.
        left_out = [name for name in model_listing.by_hand(of_engines) if name not in names]
        wanted = dict.fromkeys([*of_engines, *(STANDARD if standard or not names else ())])
        for name in left_out:
            del wanted[name]
        announced: list[store.Fetched] = []
        with tqdm(unit="B", unit_scale=True, unit_divisor=1000, disable=None) as bar:
            fetched = store.fetch(wanted, progress=_progress_on(bar), done=announced.append)
        self.stdout.write(
            f"{len(fetched)} fetched, {len(wanted) - len(fetched)} already here: {store.folder()}"
        )
        for one in announced:
            self._tell_pin(one)
        for name in left_out:
            self.stdout.write(f"{name} was left out. {store.remedy(store.artifact(name))}")

    def _tell_pin(self, fetched: store.Fetched) -> None:
        if fetched.pinned:
            self.stdout.write(self.style.WARNING(store.announcement(fetched.artifact, fetched.pinned)))

    def _verify(self, **options: Any) -> None:
        present = [status for status in store.statuses(thorough=True) if status.state != "missing"]
        corrupt = [status for status in present if status.state == "corrupt"]
        for status in corrupt:
            self.stderr.write(f"damaged or altered: {status.artifact.name} ({status.path})")
        for status in present:
            if status.state == "unpinned":
                self.stdout.write(
                    f"nothing to compare with: {status.artifact.name}. It is pinned when it is first used."
                )
        for copy in lean_copies.verify():
            self.stdout.write(f"damaged lean copy, removed; the next use makes it anew: {copy.name}")
        if corrupt:
            names = " ".join(status.artifact.name for status in corrupt)
            raise CommandError(
                f"{len(corrupt)} of {len(present)} files are wrong. Run: manage.py models pull {names}"
            )
        self.stdout.write(f"{len(present)} files are right, {len(ARTIFACTS) - len(present)} are not here.")

    def _where(self, **options: Any) -> None:
        self.stdout.write(str(store.folder()))

    def _remove(self, names: list[str], **options: Any) -> None:
        for name in model_listing.models_of(names, optional=True):
            self.stdout.write(f"{name}: {'removed' if store.remove(name) else 'was not here'}")

    def _import(self, name: str, file: Path, **options: Any) -> None:
        brought = store.bring_in(name, file)
        self.stdout.write(f"{name} is here now.")
        self._tell_pin(brought)

    def _pin(self, name: str | None, sha256: str | None, forget: bool, **options: Any) -> None:
        if name is None:
            for pinned, pin in sorted(pins.pins().items()):
                self.stdout.write(f"{pin.sha256}  {pinned} ({pin.size} bytes, {pin.origin})")
            return
        model = store.artifact(name)
        if model.sha256:
            raise CommandError(f"The checksum of {name} is published and cannot be changed.")
        if forget:
            self.stdout.write(f"{name}: {'forgotten' if pins.forget(name) else 'there was no pin'}")
        elif sha256 is None:
            raise CommandError("Say the sha256 that the file must have, or --forget.")
        elif not pins.is_sha256(sha256.lower()):
            raise CommandError(f"{sha256} is no sha256: 64 hexadecimal digits are wanted.")
        else:
            pins.record({name: Pin(sha256.lower(), 0, "set by hand")})
            state = store.statuses([name])[0].state
            self.stdout.write(f"{name} is pinned; its file is {model_listing.STATES[state]}.")

    def _bundle(self, way: str, file: Path, **options: Any) -> None:
        if way == "export":
            names = model_listing.models_of(options["names"], optional=False)
            bundles.export(names, file, self.stdout.write)
            self.stdout.write(f"{len(names)} models, {file.stat().st_size / 1e6:.1f} MB: {file}")
        else:
            taken = bundles.unpack(file, self.stdout.write)
            self.stdout.write(f"{len(taken)} models put in place: {store.folder()}")


def _progress_on(bar: tqdm) -> store.Progress:
    """One bar for the whole fetch, restarted at every new file or source."""

    current = ("", "")

    def show(transfer: store.Transfer) -> None:
        nonlocal current
        if current != (transfer.artifact.name, transfer.source):
            current = (transfer.artifact.name, transfer.source)
            bar.reset(total=transfer.total)
            bar.set_description_str(transfer.artifact.name)
        bar.total = transfer.total
        bar.update(transfer.done - bar.n)

    return show
