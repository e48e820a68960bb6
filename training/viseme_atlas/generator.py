"""MobileStyleGAN (Belousov 2021, arXiv:2104.04767) as packaged by random-face 2021.7.21.1, differentiable."""

import importlib.util
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from rendering.engines.face.base import Image
from training.viseme_atlas.openvino_ir import Network, Output
from training.viseme_atlas.pictures import Painter

STYLE = 512
PREVIEW_SIDE = 128
PREVIEW_CHANNELS = 256
"""The features that a preview is read from: the last ones of this size."""
PREVIEW_FACES = 4
TRUNCATION_FACES = 2000
MEAN_SEED, PREVIEW_SEED = 12345, 5


def _data() -> Path:
    spec = importlib.util.find_spec("random_face")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("The generator is missing. Install it: pip install 'avatarlab[training]'")
    return Path(spec.submodule_search_locations[0]) / "data"


class Generator:
    """Latents to faces. A face is a style per modulated layer: float32 [layers, 512], coarse to fine."""

    def __init__(self) -> None:
        folder = _data()
        self._mapping = Network(folder / "MappingNetwork.xml")
        self._synthesis = Network(folder / "SynthesisNetwork.xml")
        self._modulations = self._find_modulations()
        self._features = self._find_features()
        self._preview = self._fit_preview()
        self._painter = Painter(folder / "SynthesisNetwork.xml")

    @property
    def layers(self) -> int:
        return len(self._modulations)

    def style(self, seed: int, truncation: float) -> Tensor:
        """The style [512] of a seed, as random-face's demo makes it: drawn by NumPy, pulled to the mean."""
        mean = self.mean_style()
        drawn = np.random.RandomState(seed).randn(1, STYLE).astype(np.float32)
        return mean + (self._map(torch.from_numpy(drawn))[0] - mean) * truncation

    def mean_style(self) -> Tensor:
        """The style [512] that truncation pulls towards."""
        if not hasattr(self, "_mean"):
            random = np.random.RandomState(MEAN_SEED)
            drawn = [random.randn(1, STYLE).astype(np.float32) for _ in range(TRUNCATION_FACES)]
            self._mean = torch.stack([self._map(torch.from_numpy(z))[0] for z in drawn]).mean(0)
        return self._mean

    def preview(self, styles: Tensor) -> Tensor:
        """A small picture [1, 3, 128, 128], -1..1, read linearly from inner features: cheap, and exact
        enough to follow landmarks."""
        (features,) = self._synthesis(self._inputs(styles), (self._features,))
        weight, bias = self._preview
        return torch.einsum("bchw,kc->bkhw", features, weight) + bias[None, :, None, None]

    def picture(self, styles: Tensor) -> Image:
        """The whole picture: uint8 [1024, 1024, 3], RGB."""
        names = self._synthesis.names
        inputs = self._inputs(styles)
        return self._painter(
            {names[output[0]]: inputs[output].numpy().astype(np.float32) for output, _ in self._modulations}
        )

    @torch.no_grad()
    def _map(self, drawn: Tensor) -> Tensor:
        return self._mapping({self._mapping.input: drawn})[0]

    def _inputs(self, styles: Tensor) -> dict[Output, Tensor]:
        """Each modulation's matrix product, made with the style of its own."""
        return {
            output: styles[index][None] @ weight for index, (output, weight) in enumerate(self._modulations)
        } | {self._synthesis.input: styles[:1]}

    def _find_modulations(self) -> list[tuple[Output, Tensor]]:
        """Products of the style with a matrix, in the order in which the picture grows."""
        found = []
        for layer in self._synthesis.layers:
            if layer.kind == "MatMul" and layer.inputs[0] == self._synthesis.input:
                weight = self._synthesis.constant(layer.inputs[1])
                if layer.attributes.get("transpose_b") == "true":
                    weight = weight.T
                found.append(((layer.id, next(iter(layer.shapes))), weight))
        return sorted(found, key=lambda one: -self._synthesis.remaining(one[0][0]))

    def _find_features(self) -> Output:
        shape = (1, PREVIEW_CHANNELS, PREVIEW_SIDE, PREVIEW_SIDE)
        fitting = [
            (layer.id, port)
            for layer in self._synthesis.layers
            for port, found in layer.shapes.items()
            if layer.kind == "PReLU" and found == shape
        ]
        return fitting[-1]

    @torch.no_grad()
    def _fit_preview(self) -> tuple[Tensor, Tensor]:
        """Least squares from features to the shrunken picture: weight [3, channels], bias [3]."""
        random = torch.Generator().manual_seed(PREVIEW_SEED)
        mean = self.mean_style()
        rows, targets = [], []
        for _ in range(PREVIEW_FACES):
            drawn = torch.randn(1, STYLE, generator=random)
            style = mean + (self._map(drawn)[0] - mean) * 0.75
            inputs = self._inputs(style.expand(self.layers, STYLE))
            features, image = self._synthesis(inputs, (self._features, self._synthesis.result))
            small = torch.nn.functional.interpolate(image, size=(PREVIEW_SIDE, PREVIEW_SIDE), mode="area")
            rows.append(features[0].flatten(1).T)
            targets.append(small[0].flatten(1).T)
        matrix = torch.cat([torch.cat(rows), torch.ones(sum(map(len, rows)), 1)], dim=1)
        gram = matrix.T @ matrix
        ridge = 1e-4 * gram.diagonal().mean() * torch.eye(len(gram))
        solution = torch.linalg.solve(gram + ridge, matrix.T @ torch.cat(targets))
        return solution[:-1].T.contiguous(), solution[-1]
