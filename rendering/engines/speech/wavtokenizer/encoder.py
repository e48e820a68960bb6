"""From samples to latents: the SEANet encoder as EnCodec has it (Défossez et al. 2022, arXiv 2210.13438)."""

import math

from torch import Tensor, nn
from torch.nn import functional

from rendering.engines.speech.wavtokenizer.sizes import Sizes

_KERNEL = 7
"""Of the first and the last convolution."""


class Convolution(nn.Module):
    """Looks to both sides, with reflected edges: what an odd padding leaves over is added on the left, and on
    the right what fills the last step of a stride."""

    def __init__(self, channels: int, out_channels: int, kernel: int, stride: int = 1) -> None:
        super().__init__()
        self.conv = nn.ModuleDict({"conv": nn.Conv1d(channels, out_channels, kernel, stride)})
        self.stride = stride
        self.padding = kernel - stride

    def forward(self, x: Tensor) -> Tensor:
        right = self.padding // 2
        fill = -x.shape[-1] % self.stride
        padded = functional.pad(x, (self.padding - right, right + fill), mode="reflect")
        return self.conv["conv"](padded)


class ResidualUnit(nn.Module):
    """Half the channels in between, and a 1x1 convolution around."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.block = nn.Sequential(
            nn.ELU(),
            Convolution(channels, channels // 2, 3),
            nn.ELU(),
            Convolution(channels // 2, channels, 1),
        )
        self.shortcut = Convolution(channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.shortcut(x) + self.block(x)


class ResidualLSTM(nn.Module):
    def __init__(self, channels: int, layers: int) -> None:
        super().__init__()
        self.lstm = nn.LSTM(channels, channels, layers, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        along = x.transpose(1, 2)
        return (self.lstm(along)[0] + along).transpose(1, 2)


class Encoder(nn.Module):
    """samples [B, 1, n] to latents [B, latent, ceil(n / hop)]."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        channels = sizes.channels
        layers: list[nn.Module] = [Convolution(1, channels, _KERNEL)]
        for stride in sizes.strides:
            layers += [ResidualUnit(channels), nn.ELU()]
            layers.append(Convolution(channels, 2 * channels, 2 * stride, stride))
            channels *= 2
        layers += [ResidualLSTM(channels, sizes.lstm_layers), nn.ELU()]
        layers.append(Convolution(channels, sizes.latent, _KERNEL))
        self.model = nn.Sequential(*layers)
        self.shortest = (_KERNEL // 2 + 1) * math.prod(sizes.strides)
        """Samples below which an edge cannot be reflected."""

    def forward(self, samples: Tensor) -> Tensor:
        return self.model(samples)
