"""Command line of the atlas builder. See the package."""

import argparse
from pathlib import Path

import numpy as np
import torch
from PIL import Image as Pillow

from rendering.engines.face.analysis import FaceAnalyser
from rendering.engines.face.base import Image
from rendering.engines.talking_head.portrait.atlas import FOLDER
from rendering.engines.weights import locate
from studio.presets.build_avatars import HERE as PRESETS_FOLDER
from studio.presets.build_avatars import LICENCE, ORIGIN, PRESETS, Preset
from training.viseme_atlas import changes, sheet
from training.viseme_atlas.generator import STYLE, Generator
from training.viseme_atlas.mesh import DifferentiableMesh
from training.viseme_atlas.search import LatentChange, MouthSearch, load_changes
from training.viseme_atlas.textures import entries
from training.viseme_atlas.visemes import ENTRIES

HERE = Path(__file__).parent
STEPS = 8
"""Of each search; starting from another face's change, more add little."""


class Builder:
    """Searches, draws and writes; what was found or drawn before is kept in a work folder."""

    def __init__(self, work: Path) -> None:
        self._work = work
        self._generator = Generator()
        mesh = DifferentiableMesh(locate("face-mesh"))
        axes, self._known = load_changes(HERE / "deltas.npz")
        self._search = MouthSearch(self._generator, mesh, axes)
        self._analyser = FaceAnalyser()

    def build(self, preset: Preset) -> int:
        """Returns the bytes of the atlas. Raises FaceError, ValueError."""
        made, light = entries(self._pictures(preset), _read(PRESETS_FOLDER / preset.file), self._analyser)
        wanted = [entry for entry in made if entry.name not in preset.rejected_mouths]
        facts = {
            "face": preset.name,
            "seed": preset.seed,
            "truncation": preset.truncation,
            "origin": ORIGIN,
            "licence": LICENCE,
            "lends": preset.lends_mouth,
            "lips": preset.shows_lips,
        }
        FOLDER.mkdir(exist_ok=True)
        return sheet.write(FOLDER, preset.slug, wanted, light, facts)

    def _pictures(self, preset: Preset) -> dict[str, Image]:
        folder = self._work / preset.slug
        folder.mkdir(parents=True, exist_ok=True)
        missing = [name for name in ("rest", *ENTRIES) if not (folder / f"{name}.png").exists()]
        if missing:
            style = self._generator.style(preset.seed, preset.truncation).expand(
                self._generator.layers, STYLE
            )
            found = self._changes(style, folder / "changes.npz")
            face = self._search.rest(style)
            face = self._search.rest(self._search.styles(face, found.rest))
            for name in missing:
                change = found.rest.scaled(0.0) if name == "rest" else _share(found, name)
                picture = self._generator.picture(self._search.styles(face, change))
                Pillow.fromarray(picture).save(folder / f"{name}.png")
        return {name: _read(folder / f"{name}.png") for name in ("rest", *ENTRIES)}

    def _changes(self, style: torch.Tensor, path: Path) -> changes.FaceChanges:
        if not path.exists():
            changes.save(changes.find_changes(self._search, style, self._known, STEPS), path)
        return changes.load(path)


def _share(found: changes.FaceChanges, name: str) -> LatentChange:
    shape, share = ENTRIES[name]
    return found.shapes[shape].scaled(share)


def _read(path: Path) -> Image:
    with Pillow.open(path) as picture:
        return np.array(picture.convert("RGB"))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.viseme_atlas", description=__doc__)
    parser.add_argument("slugs", nargs="*", metavar="SLUG", help="presets; without any, all")
    parser.add_argument("--work", type=Path, default=Path("out/viseme_atlas"), help="kept between runs")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    builder = Builder(arguments.work)
    for preset in PRESETS:
        if not arguments.slugs or preset.slug in arguments.slugs:
            print(f"{preset.slug}: {builder.build(preset) // 1000} kB", flush=True)


if __name__ == "__main__":
    main()
