"""The matting network: backbone, pyramid pooling, recurrent decoder, refiner."""

from typing import NamedTuple

from torch import Tensor, nn
from torch.nn import functional

from rendering.engines.matting.rvm_torch.backbones import BACKBONES, Variant
from rendering.engines.matting.rvm_torch.decoder import BLANK, CHANNELS_OUT, RecurrentDecoder, States
from rendering.engines.matting.rvm_torch.refiner import GuidedRefiner

_POOLED: dict[Variant, int] = {"mobilenetv3": 128, "resnet50": 256}
"""Channels after the pyramid pooling."""
_WIDTHS: dict[Variant, tuple[int, int, int]] = {"mobilenetv3": (80, 40, 32), "resnet50": (128, 64, 32)}
"""Channels of the decoder's steps up."""


class Matte(NamedTuple):
    """Of every frame, [clips, frames, channels, height, width]: the person's colours 0..1, three channels,
    and alpha 0..1; and what the next frames need to know."""

    foreground: Tensor
    alpha: Tensor
    states: States


class _PyramidPooling(nn.Module):
    """The light version with one level (Howard et al. 2019, LR-ASPP)."""

    def __init__(self, inlet: int, outlet: int) -> None:
        super().__init__()
        self.aspp1 = nn.Sequential(nn.Conv2d(inlet, outlet, 1, bias=False), nn.BatchNorm2d(outlet), nn.ReLU())
        self.aspp2 = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Conv2d(inlet, outlet, 1, bias=False), nn.Sigmoid()
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.aspp1(x) * self.aspp2(x)


class _Projection(nn.Module):
    def __init__(self, outlet: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(CHANNELS_OUT, outlet, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(x)


class MattingNetwork(nn.Module):
    """Robust Video Matting (Lin et al. 2021, arXiv:2108.11515).

    segmentation: with the head that training by segmentation used, `project_seg`; matting needs none.
    """

    def __init__(self, variant: Variant = "mobilenetv3", *, segmentation: bool = False) -> None:
        super().__init__()
        self.backbone = BACKBONES[variant]()
        *features, deepest = self.backbone.channels
        self.aspp = _PyramidPooling(deepest, _POOLED[variant])
        self.decoder = RecurrentDecoder((*features, _POOLED[variant]), _WIDTHS[variant])
        self.project_mat = _Projection(4)
        if segmentation:
            self.project_seg = _Projection(1)
        self.refiner = GuidedRefiner(CHANNELS_OUT)

    def forward(
        self, source: Tensor, states: States = BLANK, ratio: float = 1.0, *, refine: bool = True
    ) -> Matte:
        """Matte consecutive frames.

        source: RGB 0..1, [clips, frames, 3, height, width]; states: of the frames before; ratio: the network
        looks for the person in a picture that is this much smaller; refine: draw edges anew at full size,
        needed unless ratio is 1. There the authors' code does not, while their ONNX file does.
        """
        clips, frames = source.shape[:2]
        large = source.flatten(0, 1)
        small = _shrunk(large, ratio)
        hidden, states = self._decode(small, states, frames)
        result = self.project_mat(hidden)
        if refine:
            result = self.refiner(large, small, result, hidden)
        residual, alpha = result.unflatten(0, (clips, frames)).split([3, 1], dim=2)
        return Matte((source + residual).clamp(0, 1), alpha.clamp(0, 1), states)

    def remember(self, source: Tensor, states: States = BLANK, ratio: float = 1.0) -> States:
        """What `forward` would remember of these frames, without matting them."""
        return self._decode(_shrunk(source.flatten(0, 1), ratio), states, source.shape[1])[1]

    def segment(self, source: Tensor, states: States = BLANK, ratio: float = 1.0) -> Tensor:
        """Logits of person against the rest for each pixel of the small picture, [clips, frames, 1, height,
        width]. Only of a network with its segmentation head."""
        clips, frames = source.shape[:2]
        hidden, _ = self._decode(_shrunk(source.flatten(0, 1), ratio), states, frames)
        return self.project_seg(hidden).unflatten(0, (clips, frames))

    def _decode(self, picture: Tensor, states: States, frames: int) -> tuple[Tensor, States]:
        half, quarter, eighth, sixteenth = self.backbone(picture)
        return self.decoder(picture, (half, quarter, eighth, self.aspp(sixteenth)), states, frames)


def _shrunk(picture: Tensor, ratio: float) -> Tensor:
    """Sampled at multiples of 1 / ratio, whatever size that gives: what the network learned from."""
    if ratio == 1:
        return picture
    return functional.interpolate(
        picture, scale_factor=ratio, mode="bilinear", align_corners=False, recompute_scale_factor=False
    )
