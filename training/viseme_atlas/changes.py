"""All latent changes of one face, and the file they wait in between the search and the drawing."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from rendering.engines.talking_head.landmarks import (
    CORNER_LEFT,
    CORNER_RIGHT,
    INNER_BOTTOM,
    INNER_TOP,
)
from training.viseme_atlas.search import LatentChange, MouthSearch, RestingFace
from training.viseme_atlas.visemes import CLOSED, SHAPES

PARTED = 0.05
"""Mouth widths between the inner lips at rest, above which a face is closed first."""
CARRIED = 0.9
"""Share of another face's change that a search starts from."""


@dataclass(frozen=True)
class FaceChanges:
    """rest: what closes the mouth (all zero for one that is closed); shapes: from there, by viseme; missed:
    root mean square distance of the lips from their goal, mouth widths."""

    rest: LatentChange
    shapes: dict[str, LatentChange]
    missed: dict[str, float]


def find_changes(
    search: MouthSearch, styles: torch.Tensor, known: dict[str, LatentChange], steps: int
) -> FaceChanges:
    """styles: of the face, [layers, 512]; known: changes of another face; steps: of each search."""
    none = known["MBP"].scaled(0.0)
    face, rest, missed = search.rest(styles), none, {}
    if _gap(face) > PARTED:
        closing = LatentChange(
            known["MBP"].common - 0.5 * known["IY"].common, known["MBP"].own - 0.5 * known["IY"].own
        )
        rest, missed["rest"] = search.find(face, CLOSED, closing, 2 * steps)
        face = search.rest(search.styles(face, rest))
    shapes = {}
    for name, shape in SHAPES.items():
        shapes[name], missed[name] = search.find(face, shape, known[name].scaled(CARRIED), steps)
    return FaceChanges(rest, shapes, missed)


def _gap(face: RestingFace) -> float:
    points = face.points
    width = (points[CORNER_RIGHT] - points[CORNER_LEFT]).norm()
    return float((points[INNER_BOTTOM] - points[INNER_TOP]).norm() / width)


def save(changes: FaceChanges, path: Path) -> None:
    arrays = {"rest_common": changes.rest.common, "rest_own": changes.rest.own}
    for name, change in changes.shapes.items():
        arrays[f"{name}_common"], arrays[f"{name}_own"] = change.common, change.own
    stored = {name: value.numpy().astype(np.float32) for name, value in arrays.items()}
    np.savez_compressed(
        path, **stored, missed=np.array(sorted(changes.missed.items()), dtype=object).astype(str)
    )


def load(path: Path) -> FaceChanges:
    """Raises OSError, KeyError."""
    with np.load(path) as stored:

        def change(name: str) -> LatentChange:
            return LatentChange(*(torch.from_numpy(stored[f"{name}_{part}"]) for part in ("common", "own")))

        missed = {name: float(value) for name, value in stored["missed"]}
        return FaceChanges(change("rest"), {name: change(name) for name in SHAPES}, missed)
