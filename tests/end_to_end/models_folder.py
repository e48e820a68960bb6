"""A models folder in which every engine finds what it needs, as far as that can be had without a hub."""

from pathlib import Path

from rendering.engines.weights import store
from rendering.engines.weights.artifact import Artifact
from rendering.engines.weights.manifest import ARTIFACTS
from tests.engines import bark_files, diffdub_files, wav2lip_files
from tests.neural import tiny_lina

REAL = (
    *("blazeface-short", "face-mesh", "rvm-mobilenetv3", "migan"),
    *("piper-joe", "piper-joe-config"),
)
"""Taken as they are, where they are here."""


def write(folder: Path) -> Artifact:
    """Small networks with weights by formula in the released forms, and links to the real files. Returns what
    the manifest would have to know of Lina's tokenizer."""
    for name in REAL:
        real, link = store.folder() / ARTIFACTS[name].filename, folder / ARTIFACTS[name].filename
        if real.exists():
            link.parent.mkdir(exist_ok=True)
            link.symlink_to(real)
    bark_files.write(folder)
    diffdub_files.write(folder)
    wav2lip_files.write(folder, wav2lip_files.network())
    return tiny_lina.write(folder)
