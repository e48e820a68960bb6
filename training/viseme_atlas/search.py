"""Finds the latent change that gives a face a mouth: gradient descent through generator and mesh."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
import torch.nn.functional as nnf
from torch import Tensor

from rendering.engines.talking_head.landmarks import (
    CORNER_LEFT,
    CORNER_RIGHT,
    INNER_BOTTOM,
    INNER_LOWER,
    INNER_TOP,
    INNER_UPPER,
    NOSE_BASE,
    OUTER_LOWER,
    OUTER_UPPER,
)
from training.viseme_atlas.generator import Generator
from training.viseme_atlas.mesh import SIDE, DifferentiableMesh
from training.viseme_atlas.visemes import MouthShape

MOVED_LAYERS: Final = 17
"""The coarsest modulations; finer ones paint texture."""
RATE, SLOW_RATE = 0.05, 0.02
SLOW_AFTER: Final = 0.6
"""Share of the steps."""
MOMENTUM: Final = (0.8, 0.95)
CHIN: Final = (152, 148, 176, 377, 400, 199, 200, 175, 171, 396)
STEADY: Final = (
    33, 133, 159, 145, 362, 263, 386, 374, 70, 63, 105, 66, 107, 336, 296, 334, 293, 300,
    168, 6, 197, 195, 5, 4, 1, 98, 327, 2, 127, 356, 234, 454, 10, 338, 109,
)  # fmt: skip
"""Eyes, brows, nose and the sides of the face: they must stay."""
WEIGHTS: Final = {
    "lips": 100.0,
    "chin": 30.0,
    "steady": 100.0,
    "pixels": 50.0,
    "common": 0.006,
    "own": 0.012,
    "inside": 30.0,
}
"""Terms of the loss: squared distances in mouth widths, squared differences of pixels (-1..1), squared
coefficients, and how far the mouth's inside is from teeth or dark."""


@dataclass(frozen=True)
class LatentChange:
    """Change of a face's styles in coordinates of `axes`: common to all moved layers float32 [axes], and each
    layer's own [layers, axes]."""

    common: Tensor
    own: Tensor

    def scaled(self, share: float) -> "LatentChange":
        return LatentChange(self.common * share, self.own * share)


@dataclass(frozen=True)
class RestingFace:
    """A face before anything moves. styles: [layers, 512]; preview: [1, 3, side, side]; box: centre x, y and
    half side of the square around the face, shares of the picture; points: [468, 2], shares of the
    picture."""

    styles: Tensor
    preview: Tensor
    box: tuple[float, float, float]
    points: Tensor


class MouthSearch:
    """Drives faces of one generator."""

    def __init__(self, generator: Generator, mesh: DifferentiableMesh, axes: Tensor) -> None:
        """axes: directions in style space, [n, 512], each as long as it usually varies."""
        self._generator, self._mesh, self._axes = generator, mesh, axes

    def rest(self, styles: Tensor) -> RestingFace:
        """styles: [layers, 512]."""
        with torch.no_grad():
            preview = self._generator.preview(styles)
            box = (0.5, 0.56, 0.36)
            for _ in range(2):
                points = self._landmarks(preview, box)
                low, high = points.min(0).values, points.max(0).values
                middle = (low + high) / 2
                box = (float(middle[0]), float(middle[1]), float((high - low).max()) * 0.75)
            return RestingFace(styles, preview, box, self._landmarks(preview, box))

    def styles(self, face: RestingFace, change: LatentChange) -> Tensor:
        """The styles [layers, 512] of the changed face."""
        moved = (change.common + change.own) @ self._axes
        return torch.cat([face.styles[:MOVED_LAYERS] + moved, face.styles[MOVED_LAYERS:]])

    def find(
        self, face: RestingFace, shape: MouthShape, start: LatentChange, steps: int
    ) -> tuple[LatentChange, float]:
        """The change that opens the mouth as asked, and how far its lips still are from there (root mean
        square, mouth widths)."""
        common, own = start.common.clone().requires_grad_(), start.own.clone().requires_grad_()
        goal, width = _goal(face.points, shape)
        samples, kinds = _inside_points(goal, shape)
        mask = _outside_weight(face)
        optimiser = torch.optim.Adam([common, own], lr=RATE, betas=MOMENTUM)
        lips = _rows(INNER_UPPER, INNER_LOWER, OUTER_UPPER, OUTER_LOWER)
        missed = float("nan")
        for step in range(steps):
            for group in optimiser.param_groups:
                group["lr"] = RATE if step < SLOW_AFTER * steps else SLOW_RATE
            image = self._generator.preview(self.styles(face, LatentChange(common, own)))
            points = self._landmarks(image, face.box)

            def apart(rows: Sequence[int], wanted: Tensor, found: Tensor = points) -> Tensor:
                return (((found[list(rows)] - wanted[list(rows)]) / width) ** 2).sum(1).mean()

            at_lips = apart(lips, goal)
            colours = nnf.grid_sample(image, samples, align_corners=False)[0, :, :, 0].T
            loss = (
                WEIGHTS["lips"] * at_lips
                + WEIGHTS["chin"] * apart(CHIN, goal)
                + WEIGHTS["steady"] * apart(STEADY, face.points)
                + WEIGHTS["pixels"] * ((image - face.preview) ** 2 * mask).sum() / mask.sum() / 3
                + WEIGHTS["common"] * (common**2).sum()
                + WEIGHTS["own"] * (own**2).sum() / MOVED_LAYERS
                + WEIGHTS["inside"] * _inside_error(colours, kinds)
            )
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            missed = float(at_lips.detach()) ** 0.5
        return LatentChange(common.detach(), own.detach()), missed

    def _landmarks(self, image: Tensor, box: tuple[float, float, float]) -> Tensor:
        """Points [468, 2] as shares of the picture."""
        x, y, half = box
        corner = torch.tensor([[[2 * half, 0.0, 2 * x - 1], [0.0, 2 * half, 2 * y - 1]]])
        grid = nnf.affine_grid(corner, [1, 3, SIDE, SIDE], align_corners=False)
        crop = nnf.grid_sample(image, grid, align_corners=False, padding_mode="border")
        found = self._mesh((crop + 1) / 2)[:, :2] / SIDE
        return (found - 0.5) * 2 * half + torch.tensor([x, y])


def _rows(*rows: Sequence[int]) -> list[int]:
    return sorted({index for row in rows for index in row})


def _goal(points: Tensor, shape: MouthShape) -> tuple[Tensor, Tensor]:
    """Where lips and chin are to be, [468, 2], and the mouth's width; shares of the picture."""
    span = points[CORNER_RIGHT] - points[CORNER_LEFT]
    width = span.norm()
    right = span / width
    down = torch.stack([-right[1], right[0]])
    middle = (points[CORNER_LEFT] + points[CORNER_RIGHT]) / 2
    local = (points - middle) / width
    x, y = local @ right, local @ down
    seam = (y[INNER_TOP] + y[INNER_BOTTOM]) / 2
    goal = points.clone()
    for rows, half, inner in (
        ((INNER_UPPER, INNER_LOWER), 0.44, True),
        ((OUTER_UPPER, OUTER_LOWER), 0.50, False),
    ):
        for row, sign, travel in ((rows[0], -1.0, shape.upper), (rows[1], 1.0, shape.lower)):
            for index in row:
                profile = torch.clamp(1 - (x[index] / half) ** 2, min=0) ** shape.sharpness
                ends = index in (row[0], row[-1])
                start = seam if inner and not ends else y[index]
                reach = travel + (0.0 if inner else shape.thicker)
                along = start + sign * reach * (0.0 if ends else 1.0) * profile
                goal[index] = middle + width * (x[index] * shape.width * right + along * down)
    goal[list(CHIN)] = points[list(CHIN)] + width * down * shape.chin * shape.lower
    return goal, width


def _inside_points(goal: Tensor, shape: MouthShape) -> tuple[Tensor, list[str]]:
    """Places between the lips as a sampling grid [1, n, 1, 2], and what should be seen at each."""
    if shape.inside == "nothing":
        return torch.zeros(1, 1, 1, 2), ["nothing"]
    depths = (
        ((0.15, "teeth"), (0.5, "dark"), (0.75, "dark"))
        if shape.inside == "teeth above dark"
        else tuple(
            (depth, shape.inside)
            for depth in ((0.2, 0.4, 0.6) if shape.inside == "teeth" else (0.3, 0.5, 0.7))
        )
    )
    pairs = ((82, 87), (13, 14), (312, 317), (81, 178), (311, 402))
    points = [goal[top] * (1 - depth) + goal[bottom] * depth for top, bottom in pairs for depth, _ in depths]
    return (torch.stack(points) * 2 - 1)[None, :, None], [kind for _ in pairs for _, kind in depths]


def _inside_error(colours: Tensor, kinds: Sequence[str]) -> Tensor:
    """colours: [n, 3], -1..1. Teeth are bright and hardly coloured, the rest is dark."""
    error = torch.zeros(())
    for kind in set(kinds):
        found = colours[[index for index, other in enumerate(kinds) if other == kind]]
        if kind == "nothing":
            continue
        if kind == "teeth":
            colourless = nnf.relu(found.max(1).values - found.min(1).values - 0.25).mean()
            error = error + nnf.relu(0.45 - found.mean(1)).mean() + colourless
        else:
            error = error + nnf.relu(found.mean(1) + 0.5).mean()
    return error


def _outside_weight(face: RestingFace) -> Tensor:
    """[1, 1, side, side]: how much a pixel should stay: 0 on the lower face, 1 on the rest of the face."""
    side = face.preview.shape[-1]
    places = (torch.arange(side) + 0.5) / side
    y, x = torch.meshgrid(places, places, indexing="ij")
    points = face.points
    width = (points[CORNER_RIGHT] - points[CORNER_LEFT]).norm()
    middle = (points[CORNER_LEFT] + points[CORNER_RIGHT]) / 2
    centre = middle[1] + 0.25 * width
    reach = torch.where(y < centre, centre - points[NOSE_BASE, 1], 0.95 * width)
    outside = torch.sigmoid((((x - middle[0]) / width) ** 2 + ((y - centre) / reach) ** 2 - 1) * 6)
    near = torch.exp(
        -(((x - middle[0]) / (1.6 * width)) ** 2) - ((y - middle[1] + 0.9 * width) / (2 * width)) ** 2
    )
    return (outside * (near + 0.15))[None, None]


def load_changes(path: Path) -> tuple[Tensor, dict[str, LatentChange]]:
    """Axes [n, 512] and the changes found on another face, by viseme: where a search starts."""
    with np.load(path) as stored:
        axes = torch.from_numpy(stored["basis"].astype(np.float32))
        names = sorted(name[:-2] for name in stored.files if name.endswith("_u"))
        changes = {
            name: LatentChange(
                torch.from_numpy(stored[f"{name}_u"].astype(np.float32)),
                torch.from_numpy(stored[f"{name}_v"].astype(np.float32)),
            )
            for name in names
        }
    return axes, changes
