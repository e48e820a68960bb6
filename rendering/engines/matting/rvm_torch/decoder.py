"""The recurrent decoder: from features to 16 channels at the picture's size, remembering earlier frames.

Sequences of all clips lie behind one another, [clips * frames, channels, height, width]; only what depends on
the frame before runs frame by frame.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from rendering.engines.matting.rvm_torch.backbones import Features

States = tuple[Tensor | None, Tensor | None, Tensor | None, Tensor | None]
"""What is remembered at 1/2, 1/4, 1/8 and 1/16: [clips, channels, height, width]; None before a clip."""

BLANK: States = (None, None, None, None)
"""The memory before a clip's first frame."""
CHANNELS_OUT = 16


class _ConvGRU(nn.Module):
    """A gated recurrent unit (Cho et al. 2014) with 3x3 convolutions; its output is its state."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.channels = channels
        self.ih = nn.Sequential(nn.Conv2d(2 * channels, 2 * channels, 3, padding=1))
        self.hh = nn.Sequential(nn.Conv2d(2 * channels, channels, 3, padding=1))

    def forward(self, x: Tensor, state: Tensor | None, frames: int) -> tuple[Tensor, Tensor]:
        # A convolution of [x, h] is one of x and one of h: the first is done for all frames at once.
        gates_of_x, gates_of_h = self._split(self.ih[0])
        candidate_of_x, candidate_of_h = self._split(self.hh[0])
        gates_x = functional.conv2d(x, gates_of_x, self.ih[0].bias, padding=1).unflatten(0, (-1, frames))
        candidate_x = functional.conv2d(x, candidate_of_x, self.hh[0].bias, padding=1)
        candidate_x = candidate_x.unflatten(0, (-1, frames))
        h = torch.zeros_like(x.unflatten(0, (-1, frames))[:, 0]) if state is None else state
        outputs = []
        for frame in range(frames):
            gates = gates_x[:, frame] + functional.conv2d(h, gates_of_h, padding=1)
            reset, update = gates.sigmoid().chunk(2, dim=1)
            candidate = candidate_x[:, frame] + functional.conv2d(reset * h, candidate_of_h, padding=1)
            h = (1 - update) * h + update * candidate.tanh()
            outputs.append(h)
        return torch.stack(outputs, dim=1).flatten(0, 1), h

    def _split(self, convolution: nn.Conv2d) -> tuple[Tensor, Tensor]:
        of_x, of_h = convolution.weight.split(self.channels, dim=1)
        return of_x, of_h


class _Block(nn.Module):
    """What the three recurrent steps up and the first one share: half of the channels remember."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.channels = channels
        self.gru = _ConvGRU(channels // 2)

    def remember(self, x: Tensor, state: Tensor | None, frames: int) -> tuple[Tensor, Tensor]:
        passing, remembering = x.split(self.channels // 2, dim=1)
        remembering, state = self.gru(remembering, state, frames)
        return torch.cat([passing, remembering], dim=1), state


class _Bottleneck(_Block):
    def forward(self, x: Tensor, state: Tensor | None, frames: int) -> tuple[Tensor, Tensor]:
        return self.remember(x, state, frames)


class _Upsampling(_Block):
    def __init__(self, inlet: int, feature: int, outlet: int) -> None:
        super().__init__(outlet)
        self.conv = nn.Sequential(*_convolution(inlet + feature + 3, outlet))

    def forward(
        self, x: Tensor, feature: Tensor, picture: Tensor, state: Tensor | None, frames: int
    ) -> tuple[Tensor, Tensor]:
        x = torch.cat([_enlarged(x, picture), feature, picture], dim=1)
        return self.remember(self.conv(x), state, frames)


class _Output(nn.Module):
    def __init__(self, inlet: int, outlet: int) -> None:
        super().__init__()
        self.conv = nn.Sequential(*_convolution(inlet + 3, outlet), *_convolution(outlet, outlet))

    def forward(self, x: Tensor, picture: Tensor) -> Tensor:
        return self.conv(torch.cat([_enlarged(x, picture), picture], dim=1))


class RecurrentDecoder(nn.Module):
    """features: channels at 1/2, 1/4, 1/8 and, after the pyramid pooling, 1/16; widths: of the steps up."""

    def __init__(self, features: Sequence[int], widths: Sequence[int]) -> None:
        super().__init__()
        half, quarter, eighth, sixteenth = features
        self.decode4 = _Bottleneck(sixteenth)
        self.decode3 = _Upsampling(sixteenth, eighth, widths[0])
        self.decode2 = _Upsampling(widths[0], quarter, widths[1])
        self.decode1 = _Upsampling(widths[1], half, widths[2])
        self.decode0 = _Output(widths[2], CHANNELS_OUT)

    def forward(
        self, picture: Tensor, features: Features, states: States, frames: int
    ) -> tuple[Tensor, States]:
        """picture: RGB 0..1 [clips * frames, 3, height, width]. Gives 16 channels of its size."""
        half, quarter, eighth, sixteenth = features
        small = [picture]
        for _ in range(3):
            small.append(functional.avg_pool2d(small[-1], 2, 2, ceil_mode=True, count_include_pad=False))
        x, state4 = self.decode4(sixteenth, states[3], frames)
        x, state3 = self.decode3(x, eighth, small[3], states[2], frames)
        x, state2 = self.decode2(x, quarter, small[2], states[1], frames)
        x, state1 = self.decode1(x, half, small[1], states[0], frames)
        return self.decode0(x, picture), (state1, state2, state3, state4)


def _convolution(inlet: int, outlet: int) -> tuple[nn.Module, ...]:
    return (nn.Conv2d(inlet, outlet, 3, padding=1, bias=False), nn.BatchNorm2d(outlet), nn.ReLU())


def _enlarged(x: Tensor, picture: Tensor) -> Tensor:
    """Twice as large, cut to the picture's size: of an odd picture, half is rounded up."""
    x = functional.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
    return x[:, :, : picture.shape[2], : picture.shape[3]]
