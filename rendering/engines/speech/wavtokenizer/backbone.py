"""From latents to what the head needs: Vocos' backbone (Siuzdak 2023, arXiv 2306.00814) behind a few residual
blocks with attention."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from rendering.engines.speech.wavtokenizer.sizes import Sizes

_GROUPS = 32
_EPSILON = 1e-6
_KERNEL = 7
_CONDITION = 0
"""Row of the adaptive norms. They were made to tell bandwidths apart; this codec has one."""


def _group_norm(channels: int) -> nn.GroupNorm:
    return nn.GroupNorm(_GROUPS, channels, eps=_EPSILON)


class ResidualBlock(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm1 = _group_norm(channels)
        self.conv1 = nn.Conv1d(channels, channels, 3, padding=1)
        self.norm2 = _group_norm(channels)
        self.conv2 = nn.Conv1d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        inner = self.conv1(functional.silu(self.norm1(x)))
        return x + self.conv2(functional.silu(self.norm2(inner)))


class Attention(nn.Module):
    """One head over the whole clip."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = _group_norm(channels)
        self.q = nn.Conv1d(channels, channels, 1)
        self.k = nn.Conv1d(channels, channels, 1)
        self.v = nn.Conv1d(channels, channels, 1)
        self.proj_out = nn.Conv1d(channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        normed = self.norm(x)
        query, key, value = (part(normed).transpose(1, 2).unsqueeze(1) for part in (self.q, self.k, self.v))
        seen = functional.scaled_dot_product_attention(query, key, value)
        return x + self.proj_out(seen.squeeze(1).transpose(1, 2))


class AdaptiveNorm(nn.Module):
    """Layer norm whose scale and shift belong to a condition."""

    def __init__(self, conditions: int, width: int) -> None:
        super().__init__()
        self.scale = nn.Embedding(conditions, width)
        self.shift = nn.Embedding(conditions, width)

    def forward(self, x: Tensor) -> Tensor:
        scale, shift = self.scale.weight[_CONDITION], self.shift.weight[_CONDITION]
        return functional.layer_norm(x, x.shape[-1:], scale, shift, eps=_EPSILON)


class ConvNeXtBlock(nn.Module):
    """x: [B, T, width]."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        width = sizes.width
        self.dwconv = nn.Conv1d(width, width, _KERNEL, padding=_KERNEL // 2, groups=width)
        self.norm = AdaptiveNorm(sizes.conditions, width)
        self.pwconv1 = nn.Linear(width, sizes.inner)
        self.pwconv2 = nn.Linear(sizes.inner, width)
        self.gamma = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        inner = self.norm(self.dwconv(x.transpose(1, 2)).transpose(1, 2))
        return x + self.gamma * self.pwconv2(functional.gelu(self.pwconv1(inner)))


class Backbone(nn.Module):
    """latents [B, latent, T] to features [B, T, width]."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        width = sizes.width
        self.embed = nn.Conv1d(sizes.latent, width, _KERNEL, padding=_KERNEL // 2)
        self.pos_net = nn.Sequential(
            ResidualBlock(width),
            ResidualBlock(width),
            Attention(width),
            ResidualBlock(width),
            ResidualBlock(width),
            _group_norm(width),
        )
        self.norm = AdaptiveNorm(sizes.conditions, width)
        self.convnext = nn.ModuleList(ConvNeXtBlock(sizes) for _ in range(sizes.blocks))
        self.final_layer_norm = nn.LayerNorm(width, eps=_EPSILON)

    def forward(self, latents: Tensor) -> Tensor:
        x = self.norm(self.pos_net(self.embed(latents)).transpose(1, 2))
        for block in self.convnext:
            x = block(x)
        return self.final_layer_norm(x)
