"""From features to samples: a spectrum per code, and its inverse transform."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from rendering.engines.speech.wavtokenizer.sizes import Sizes

_LARGEST_MAGNITUDE = 100.0


class InverseTransform(nn.Module):
    """Inverse short-time Fourier transform with "same" padding: `hop` samples per column, none missing."""

    window: Tensor

    def __init__(self, fft: int, hop: int) -> None:
        super().__init__()
        self.fft, self.hop = fft, hop
        self.register_buffer("window", torch.hann_window(fft))

    def forward(self, spectrum: Tensor) -> Tensor:
        """spectrum: complex64 [B, fft / 2 + 1, T] to samples [B, hop T]."""
        frames = torch.fft.irfft(spectrum, self.fft, dim=1) * self.window[:, None]
        squares = self.window.square()[None, :, None].expand(1, -1, spectrum.shape[-1])
        return self._overlap(frames) / self._overlap(squares)

    def _overlap(self, frames: Tensor) -> Tensor:
        """The sum of frames [B, fft, T], each `hop` later than the one before, without its outer edges."""
        length = (frames.shape[-1] - 1) * self.hop + self.fft
        summed = functional.fold(frames, (1, length), (1, self.fft), stride=(1, self.hop))[:, 0, 0]
        edge = (self.fft - self.hop) // 2
        return summed[:, edge : length - edge]


class Head(nn.Module):
    """features [B, T, width] to samples [B, hop T]. In float32 throughout: a phase has no room for less."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.out = nn.Linear(sizes.width, sizes.fft + 2)
        self.istft = InverseTransform(sizes.fft, sizes.hop)

    def forward(self, features: Tensor) -> Tensor:
        log_magnitude, phase = self.out(features.float()).transpose(1, 2).chunk(2, dim=1)
        magnitude = log_magnitude.exp().clamp(max=_LARGEST_MAGNITUDE)
        return self.istft(torch.polar(magnitude, phase))
