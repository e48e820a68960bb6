"""The conformer (Gulati et al. 2020, arXiv:2005.08100) as ESPnet builds it: relative positions, macaron feed
forward, normalised after each part. Names of modules are those of its weights."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

HEADS = 2
KERNEL = 13
"""Of the convolution over time."""
EPSILON = 1e-12
"""Of layer norms."""
LONGEST_PERIOD = 10_000


class Conformer(nn.Module):
    """float32 [batch, time, size], the same."""

    def __init__(self, size: int, feed_forward: int, layers: int) -> None:
        super().__init__()
        self.size = size
        self.encoders = nn.ModuleList(ConformerLayer(size, feed_forward) for _ in range(layers))

    def forward(self, x: Tensor) -> Tensor:
        places = relative_places(x.shape[1], self.size, x.device)
        x = x * math.sqrt(self.size)
        for layer in self.encoders:
            x = layer(x, places)
        return x


class ConformerLayer(nn.Module):
    """Half a feed forward, attention, convolution, the other half."""

    def __init__(self, size: int, feed_forward: int) -> None:
        super().__init__()
        self.self_attn = RelativeAttention(size)
        self.feed_forward = FeedForward(size, feed_forward)
        self.feed_forward_macaron = FeedForward(size, feed_forward)
        self.conv_module = TimeConvolution(size)
        for name in ("norm_ff", "norm_mha", "norm_ff_macaron", "norm_conv", "norm_final"):
            self.add_module(name, nn.LayerNorm(size, eps=EPSILON))

    def forward(self, x: Tensor, places: Tensor) -> Tensor:
        x = self.norm_ff_macaron(x + 0.5 * self.feed_forward_macaron(x))
        x = self.norm_mha(x + self.self_attn(x, places))
        x = self.norm_conv(x + self.conv_module(x))
        x = self.norm_ff(x + 0.5 * self.feed_forward(x))
        return self.norm_final(x)


class FeedForward(nn.Module):
    def __init__(self, size: int, inner: int) -> None:
        super().__init__()
        self.w_1 = nn.Linear(size, inner)
        self.w_2 = nn.Linear(inner, size)

    def forward(self, x: Tensor) -> Tensor:
        return self.w_2(functional.silu(self.w_1(x)))


class TimeConvolution(nn.Module):
    """Gated, each channel along time for itself, and mixed again."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.pointwise_conv1 = nn.Conv1d(size, 2 * size, 1)
        self.depthwise_conv = nn.Conv1d(size, size, KERNEL, padding=KERNEL // 2, groups=size)
        self.norm = nn.BatchNorm1d(size)
        self.pointwise_conv2 = nn.Conv1d(size, size, 1)

    def forward(self, x: Tensor) -> Tensor:
        gated = functional.glu(self.pointwise_conv1(x.transpose(1, 2)), dim=1)
        convolved = functional.silu(self.norm(self.depthwise_conv(gated)))
        return self.pointwise_conv2(convolved).transpose(1, 2)


class RelativeAttention(nn.Module):
    """Attention that knows how far apart two moments are (Dai et al. 2019, arXiv:1901.02860)."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.pos_bias_u = nn.Parameter(torch.zeros(HEADS, size // HEADS))
        self.pos_bias_v = nn.Parameter(torch.zeros(HEADS, size // HEADS))
        self.linear_q = nn.Linear(size, size)
        self.linear_k = nn.Linear(size, size)
        self.linear_v = nn.Linear(size, size)
        self.linear_out = nn.Linear(size, size)
        self.linear_pos = nn.Linear(size, size, bias=False)

    def forward(self, x: Tensor, places: Tensor) -> Tensor:
        query, key, value = (_heads(part(x)) for part in (self.linear_q, self.linear_k, self.linear_v))
        distance = _heads(self.linear_pos(places)[None])
        content = (query + self.pos_bias_u[:, None]) @ key.transpose(-1, -2)
        position = (query + self.pos_bias_v[:, None]) @ distance.transpose(-1, -2)
        scores = (content + _by_moment(position)) / math.sqrt(query.shape[-1])
        seen = scores.softmax(dim=-1) @ value
        return self.linear_out(seen.transpose(1, 2).flatten(2))


def relative_places(length: int, size: int, device: torch.device) -> Tensor:
    """Sines and cosines of the distances length - 1 to 1 - length; float32 [2 length - 1, size]."""
    distances = torch.arange(length - 1, -length, -1, dtype=torch.float32, device=device)
    order = torch.arange(0, size, 2, dtype=torch.float32, device=device)
    angles = distances[:, None] * torch.exp(order * -(math.log(LONGEST_PERIOD) / size))
    return torch.stack((angles.sin(), angles.cos()), dim=-1).flatten(1)


def _heads(x: Tensor) -> Tensor:
    """[batch, time, size] to [batch, heads, time, size / heads]."""
    return x.unflatten(2, (HEADS, -1)).transpose(1, 2)


def _by_moment(scores: Tensor) -> Tensor:
    """Scores by distance, [..., time, 2 time - 1], to scores by the moment looked at, [..., time, time]."""
    length = scores.shape[-2]
    moment = torch.arange(length, device=scores.device)
    at = length - 1 - moment[:, None] + moment[None, :]
    return scores.gather(-1, at.expand(*scores.shape[:-1], length))
