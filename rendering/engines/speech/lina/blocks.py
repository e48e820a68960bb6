"""What every part of the model is made of: residual blocks, feed-forward networks, rotary positions."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

NORM_EPSILON = 1e-5


class SwiGLU(nn.Module):
    """Feed-forward network with a gate (Shazeer 2020, arXiv 2002.05202): [..., width] to the same."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.p_in = nn.Linear(width, 2 * hidden)
        self.p_out = nn.Linear(hidden, width)

    def forward(self, x: Tensor) -> Tensor:
        gate, value = self.p_in(x).chunk(2, dim=-1)
        return self.p_out(functional.silu(gate) * value)


class MixingBlock(nn.Module):
    """A pre-norm residual block: mixes over time with `tmix`, then over channels.

    What further arguments `tmix` takes and what it returns besides its output pass through.
    """

    def __init__(self, tmix: nn.Module, width: int, hidden: int) -> None:
        super().__init__()
        self.tmix = tmix
        self.cmix = SwiGLU(width, hidden)
        self.norm1 = nn.LayerNorm(width, eps=NORM_EPSILON)
        self.norm2 = nn.LayerNorm(width, eps=NORM_EPSILON)

    def forward(self, x: Tensor, *context: Any) -> tuple[Tensor, Any]:
        mixed, rest = self.tmix(self.norm1(x), *context)
        x = x + mixed
        return x + self.cmix(self.norm2(x)), rest


class Rotary(nn.Module):
    """Rotary positions on the first 2 * `pairs` channels of each head (Su and others 2021, arXiv 2104.09864),
    interleaved pairs, base 10000."""

    def __init__(self, pairs: int) -> None:
        super().__init__()
        self.freqs = nn.Parameter(10_000.0 ** (-torch.arange(pairs) / pairs), requires_grad=False)

    def forward(self, x: Tensor, positions: Tensor) -> Tensor:
        """x: [..., time, channels]; positions: [time]."""
        angles = positions[:, None] * self.freqs.float()
        cosine, sine = angles.cos().to(x.dtype), angles.sin().to(x.dtype)
        turned = 2 * len(self.freqs)
        even, odd = x[..., 0:turned:2], x[..., 1:turned:2]
        pairs = torch.stack((even * cosine - odd * sine, odd * cosine + even * sine), dim=-1)
        return torch.cat((pairs.flatten(-2), x[..., turned:]), dim=-1)
