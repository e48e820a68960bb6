"""What the renderer and its lip encoder are built of: residual blocks, attention and resampling.

The U-Net of Dhariwal and Nichol (2021, arXiv:2105.05233) as the diffusion autoencoder uses it (Preechakul et
al. 2022, arXiv:2111.15640): time scales and shifts what a block has normalised, the latent scales it again.
"""

from collections.abc import Iterator
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

GROUPS = 32
"""Of channels that are normalised together."""
EPSILON = 1e-5

Resampling = Literal["none", "down", "up"]


class Conditions:
    """What the blocks of one pass are told. time: [batch, embedding], latent: [batch, latent]; both float32
    and through the activation already, which all blocks share."""

    def __init__(self, time: Tensor, latent: Tensor) -> None:
        self.time = functional.silu(time)
        self.latent = functional.silu(latent)


class Normalise(nn.GroupNorm):
    """Group normalisation. Statistics are float32 in every precision; weights stay float32."""

    def __init__(self, channels: int) -> None:
        super().__init__(GROUPS, channels, EPSILON)

    def forward(self, x: Tensor) -> Tensor:
        if x.dtype == torch.float32:
            return functional.group_norm(x, GROUPS, self.weight, self.bias, EPSILON)
        mean, inverse = _statistics(x)
        gain = inverse * self.weight
        return _stretched(x, gain, self.bias - mean * gain)

    def modulated(self, x: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
        """The normalised x times `scale` plus `shift`, both [batch, channels]."""
        gain, bias = scale * self.weight, scale * self.bias + shift
        if x.dtype == torch.float32:
            return _stretched(functional.group_norm(x, GROUPS, eps=EPSILON), gain, bias)
        mean, inverse = _statistics(x)
        return _stretched(x, inverse * gain, bias - mean * inverse * gain)


def _statistics(x: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and inverse deviation of its group for each channel, float32 [batch, channels].

    PyTorch's own group normalisation on a GPU brings channels_last tensors into the other order first, and
    the convolution behind it back again, which takes longer than the normalisation itself.
    """
    batch, channels, height, width = x.shape
    share = channels // GROUPS
    sums = x.sum(dim=(2, 3), dtype=torch.float32)
    squares = torch.linalg.vector_norm(x, dim=(2, 3), dtype=torch.float32).square()
    count = share * height * width
    mean, square = (part.view(batch, GROUPS, share).sum(dim=2) / count for part in (sums, squares))
    inverse = ((square - mean.square()).clamp_min(0) + EPSILON).rsqrt()
    return mean.repeat_interleave(share, dim=1), inverse.repeat_interleave(share, dim=1)


def _stretched(x: Tensor, gain: Tensor, bias: Tensor) -> Tensor:
    """x times gain plus bias, both [batch, channels], in one pass."""
    return torch.addcmul(bias[..., None, None].to(x.dtype), x, gain[..., None, None].to(x.dtype))


class ResidualBlock(nn.Module):
    """x plus what two convolutions make of it, led by time and latent; [batch, channels, height, width].

    resampling: done before the first convolution, and to x itself.
    """

    def __init__(
        self, wide_in: int, wide_out: int, embedding: int, latent: int, resampling: Resampling = "none"
    ) -> None:
        super().__init__()
        self.resampling: Resampling = resampling
        self.in_layers = _convolution(wide_in, wide_out)
        self.emb_layers = nn.Sequential(nn.SiLU(), nn.Linear(embedding, 2 * wide_out))
        self.cond_emb_layers = nn.Sequential(nn.SiLU(), nn.Linear(latent, wide_out))
        self.out_layers = nn.Sequential(
            Normalise(wide_out), nn.SiLU(), nn.Identity(), nn.Conv2d(wide_out, wide_out, 3, padding=1)
        )
        self.skip_connection = _skip(wide_in, wide_out)

    def forward(self, x: Tensor, conditions: Conditions) -> Tensor:
        x, h = _first_half(self.in_layers, x, self.resampling)
        time_scale, time_shift = self.emb_layers[1](conditions.time).chunk(2, dim=1)
        latent_scale = 1 + self.cond_emb_layers[1](conditions.latent)
        h = self.out_layers[0].modulated(h, (1 + time_scale) * latent_scale, time_shift * latent_scale)
        h = self.out_layers[3](functional.silu(h, inplace=True))
        return self.skip_connection(x) + h


class PlainBlock(nn.Module):
    """The residual block of the encoder, which is led by nothing: one convolution."""

    def __init__(self, wide_in: int, wide_out: int, resampling: Resampling = "none") -> None:
        super().__init__()
        self.resampling: Resampling = resampling
        self.in_layers = _convolution(wide_in, wide_out)
        self.skip_connection = _skip(wide_in, wide_out)

    def forward(self, x: Tensor) -> Tensor:
        x, h = _first_half(self.in_layers, x, self.resampling)
        return self.skip_connection(x) + h


class Attention(nn.Module):
    """Every place looks at every other, one head, and what it sees is added; [batch, channels, h, w]."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = Normalise(channels)
        self.qkv = nn.Conv1d(channels, 3 * channels, 1)
        self.proj_out = nn.Conv1d(channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        places = self.norm(x).flatten(2)
        query, key, value = self.qkv(places).chunk(3, dim=1)
        scale = query.shape[1] ** -0.25
        scores = torch.bmm((query * scale).transpose(1, 2), key * scale)
        seen = torch.bmm(value, scores.float().softmax(dim=-1).to(value.dtype).transpose(1, 2))
        return x + self.proj_out(seen).view_as(x)


class Stage(nn.ModuleList):
    """Blocks in a row; those that take conditions are given them."""

    def forward(self, x: Tensor, conditions: Conditions | None = None) -> Tensor:
        for block in self:
            x = block(x, conditions) if isinstance(block, ResidualBlock) else block(x)
        return x


def halve(module: nn.Module) -> None:
    """Convolutions in float16. Norms, and the small layers of time and latent, stay float32."""
    for part in _convolutions(module):
        part.half()


def _convolutions(module: nn.Module) -> Iterator[nn.Module]:
    return (part for part in module.modules() if isinstance(part, nn.Conv1d | nn.Conv2d))


def _convolution(wide_in: int, wide_out: int) -> nn.Sequential:
    return nn.Sequential(Normalise(wide_in), nn.SiLU(), nn.Conv2d(wide_in, wide_out, 3, padding=1))


def _skip(wide_in: int, wide_out: int) -> nn.Module:
    return nn.Identity() if wide_in == wide_out else nn.Conv2d(wide_in, wide_out, 1)


def _first_half(layers: nn.Sequential, x: Tensor, resampling: Resampling) -> tuple[Tensor, Tensor]:
    """x and its normalised, resampled convolution."""
    h = functional.silu(layers[0](x), inplace=True)
    if resampling != "none":
        x, h = _resampled(x, resampling), _resampled(h, resampling)
    return x, layers[2](h)


def _resampled(x: Tensor, resampling: Resampling) -> Tensor:
    if resampling == "down":
        return functional.avg_pool2d(x, 2)
    return functional.interpolate(x, scale_factor=2, mode="nearest")
