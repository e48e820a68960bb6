"""The two backbones of Robust Video Matting, each giving features at 1/2, 1/4, 1/8 and 1/16 of the picture.

MobileNetV3-Large after Howard et al. 2019 (arXiv:1905.02244), ResNet-50 after He et al. 2015
(arXiv:1512.03385); in both the last stage keeps its size and is dilated instead. Tensor names are those of
the released weights.
"""

from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor, nn

Features = tuple[Tensor, Tensor, Tensor, Tensor]
"""[frames, channels, height, width] at 1/2, 1/4, 1/8 and 1/16."""

Variant = Literal["mobilenetv3", "resnet50"]

_MEAN, _DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of ImageNet's red, green and blue."""


@dataclass(frozen=True)
class _Bottleneck:
    """One inverted residual block: channels in, kernel, channels inside, channels out."""

    inlet: int
    kernel: int
    inside: int
    outlet: int
    squeeze: bool = False
    hard_swish: bool = False
    stride: int = 1
    dilation: int = 1


_BLOCKS = (
    _Bottleneck(16, 3, 16, 16),
    _Bottleneck(16, 3, 64, 24, stride=2),
    _Bottleneck(24, 3, 72, 24),
    _Bottleneck(24, 5, 72, 40, squeeze=True, stride=2),
    _Bottleneck(40, 5, 120, 40, squeeze=True),
    _Bottleneck(40, 5, 120, 40, squeeze=True),
    _Bottleneck(40, 3, 240, 80, hard_swish=True, stride=2),
    _Bottleneck(80, 3, 200, 80, hard_swish=True),
    _Bottleneck(80, 3, 184, 80, hard_swish=True),
    _Bottleneck(80, 3, 184, 80, hard_swish=True),
    _Bottleneck(80, 3, 480, 112, squeeze=True, hard_swish=True),
    _Bottleneck(112, 3, 672, 112, squeeze=True, hard_swish=True),
    _Bottleneck(112, 5, 672, 160, squeeze=True, hard_swish=True, dilation=2),
    _Bottleneck(160, 5, 960, 160, squeeze=True, hard_swish=True, dilation=2),
    _Bottleneck(160, 5, 960, 160, squeeze=True, hard_swish=True, dilation=2),
)
_TAPS = (1, 3, 6, 16)
"""After which of `features` a picture is taken."""


def _convolution(
    inlet: int,
    outlet: int,
    kernel: int,
    activation: nn.Module | None,
    *,
    stride: int = 1,
    groups: int = 1,
    dilation: int = 1,
) -> nn.Sequential:
    padding = (kernel - 1) // 2 * dilation
    layers = [
        nn.Conv2d(inlet, outlet, kernel, stride, padding, dilation, groups, bias=False),
        nn.BatchNorm2d(outlet, eps=0.001),
    ]
    return nn.Sequential(*layers, *([activation] if activation else []))


class _SqueezeExcitation(nn.Module):
    """Hu et al. 2017 (arXiv:1709.01507), with a hard sigmoid."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        squeezed = _multiple_of_8(channels / 4)
        self.fc1 = nn.Conv2d(channels, squeezed, 1)
        self.fc2 = nn.Conv2d(squeezed, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        weight = self.fc2(self.fc1(x.mean((2, 3), keepdim=True)).relu())
        return x * nn.functional.hardsigmoid(weight)


class _InvertedResidual(nn.Module):
    def __init__(self, block: _Bottleneck) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        if block.inside != block.inlet:
            layers.append(_convolution(block.inlet, block.inside, 1, _activation(block)))
        layers.append(
            _convolution(
                block.inside,
                block.inside,
                block.kernel,
                _activation(block),
                stride=block.stride,
                groups=block.inside,
                dilation=block.dilation,
            )
        )
        if block.squeeze:
            layers.append(_SqueezeExcitation(block.inside))
        layers.append(_convolution(block.inside, block.outlet, 1, None))
        self.block = nn.Sequential(*layers)
        self.residual = block.stride == 1 and block.inlet == block.outlet

    def forward(self, x: Tensor) -> Tensor:
        return x + self.block(x) if self.residual else self.block(x)


class MobileNetV3(nn.Module):
    """Takes RGB 0..1, [frames, 3, height, width], and normalises it itself."""

    channels = (16, 24, 40, 960)

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            _convolution(3, 16, 3, nn.Hardswish(), stride=2),
            *(_InvertedResidual(block) for block in _BLOCKS),
            _convolution(160, 960, 1, nn.Hardswish()),
        )
        self.register_buffer("mean", torch.tensor(_MEAN).view(3, 1, 1), persistent=False)
        self.register_buffer("deviation", torch.tensor(_DEVIATION).view(3, 1, 1), persistent=False)

    def forward(self, source: Tensor) -> Features:
        x = (source - self.mean) / self.deviation
        taken = []
        for number, layer in enumerate(self.features):
            x = layer(x)
            if number in _TAPS:
                taken.append(x)
        half, quarter, eighth, sixteenth = taken
        return half, quarter, eighth, sixteenth


class _ResidualBottleneck(nn.Module):
    """1x1, 3x3, 1x1; outlet is four times `inside`."""

    def __init__(self, inlet: int, inside: int, *, stride: int, dilation: int) -> None:
        super().__init__()
        outlet = 4 * inside
        self.conv1 = nn.Conv2d(inlet, inside, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(inside)
        self.conv2 = nn.Conv2d(inside, inside, 3, stride, dilation, dilation, bias=False)
        self.bn2 = nn.BatchNorm2d(inside)
        self.conv3 = nn.Conv2d(inside, outlet, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(outlet)
        self.downsample = (
            None
            if inlet == outlet
            else nn.Sequential(nn.Conv2d(inlet, outlet, 1, stride, bias=False), nn.BatchNorm2d(outlet))
        )

    def forward(self, x: Tensor) -> Tensor:
        y = self.bn1(self.conv1(x)).relu()
        y = self.bn2(self.conv2(y)).relu()
        y = self.bn3(self.conv3(y))
        return (y + (x if self.downsample is None else self.downsample(x))).relu()


class ResNet50(nn.Module):
    """Takes RGB 0..1, [frames, 3, height, width], as it is: this backbone was trained without normalising."""

    channels = (64, 256, 512, 2048)

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        self.layer1 = _stage(64, 64, 3)
        self.layer2 = _stage(256, 128, 4, stride=2)
        self.layer3 = _stage(512, 256, 6, stride=2)
        self.layer4 = _stage(1024, 512, 3, dilation=2)

    def forward(self, source: Tensor) -> Features:
        half = self.bn1(self.conv1(source)).relu()
        quarter = self.layer1(self.maxpool(half))
        eighth = self.layer2(quarter)
        return half, quarter, eighth, self.layer4(self.layer3(eighth))


def _stage(inlet: int, inside: int, blocks: int, *, stride: int = 1, dilation: int = 1) -> nn.Sequential:
    """The first block changes the size; in a dilated stage it is not dilated yet."""
    return nn.Sequential(
        _ResidualBottleneck(inlet, inside, stride=stride, dilation=1),
        *(_ResidualBottleneck(4 * inside, inside, stride=1, dilation=dilation) for _ in range(blocks - 1)),
    )


def _activation(block: _Bottleneck) -> nn.Module:
    return nn.Hardswish() if block.hard_swish else nn.ReLU()


def _multiple_of_8(channels: float) -> int:
    """The nearest multiple of 8, never less than nine tenths of `channels`."""
    nearest = max(8, int(channels + 4) // 8 * 8)
    return nearest + 8 if nearest < 0.9 * channels else nearest


BACKBONES: dict[Variant, Any] = {"mobilenetv3": MobileNetV3, "resnet50": ResNet50}
