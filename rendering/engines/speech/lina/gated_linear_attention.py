"""Gated linear attention (Yang and others 2023, arXiv 2312.06635): attention as a recurrence.

Each head keeps a matrix S of keys by values, which forgets per key channel: S = diag(g) S + k v^T, and
answers a query with q^T S / sqrt(channels of a key).
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from rendering.engines.speech.lina.config import LinaConfig

GATE_TEMPERATURE = 16.0
"""The logarithm of a gate is divided by this: a state forgets slowly."""
NORM_EPSILON = 1e-5
CHUNK = 16
"""Steps that are computed at once. exp of the gates' sum within a chunk stays far from underflow."""


class MixerState(NamedTuple):
    """What a mixer remembers. memory: float32 [batch, heads, keys, values] of each head; tail: the inputs of
    the short convolutions that the next step still sees, [batch, kernel - 1, channels], of none without."""

    memory: Tensor
    tail: Tensor


class GatedLinearAttention(nn.Module):
    """The mixer over time of the language model."""

    def __init__(self, config: LinaConfig) -> None:
        super().__init__()
        width, keys, values = config.width, config.keys, config.values
        self.heads, self.kernel = config.heads, config.kernel
        self.q_proj = nn.Linear(width, keys, bias=False)
        self.k_proj = nn.Linear(width, keys, bias=False)
        self.v_proj = nn.Linear(width, values, bias=False)
        self.g_proj = nn.Linear(width, values, bias=False)
        self.gk_proj = nn.Sequential(nn.Linear(width, config.rank, bias=False), nn.Linear(config.rank, keys))
        self.o_proj = nn.Linear(values, width, bias=False)
        if config.kernel:
            self.q_conv1d = _depthwise(keys, config.kernel)
            self.k_conv1d = _depthwise(keys, config.kernel)
            self.v_conv1d = _depthwise(values, config.kernel)
        self.g_norm_swish_gate = _HeadNorm(values // config.heads)

    def start(self, batch: int) -> MixerState:
        """The state before anything was heard."""
        keys, values = self.q_proj.weight.shape[0], self.v_proj.weight.shape[0]
        weight = self.q_proj.weight
        return MixerState(
            weight.new_zeros(
                batch, self.heads, keys // self.heads, values // self.heads, dtype=torch.float32
            ),
            weight.new_zeros(batch, max(0, self.kernel - 1), 2 * keys + values if self.kernel else 0),
        )

    def forward(self, x: Tensor, state: MixerState) -> tuple[Tensor, MixerState]:
        """x: [batch, time, width]; the result is of the same shape, with the state after the last step."""
        query, key, value, tail = self._projected(x, state.tail)
        decay = functional.logsigmoid(self.gk_proj(x).float()) / GATE_TEMPERATURE
        query, key, value, decay = (self._split(part.float()) for part in (query, key, value, decay))
        answer, memory = recurrence(query, key, value, decay, state.memory)
        answer = self.g_norm_swish_gate(answer.transpose(1, 2)).flatten(-2).to(x.dtype)
        return self.o_proj(answer * functional.silu(self.g_proj(x))), MixerState(memory, tail)

    def _projected(self, x: Tensor, tail: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        query, key, value = self.q_proj(x), self.k_proj(x), self.v_proj(x)
        if not self.kernel:
            return query, key, value, tail
        heard = torch.cat((tail, torch.cat((query, key, value), dim=-1)), dim=1)
        length, widths = x.shape[1], (query.shape[-1], key.shape[-1], value.shape[-1])
        weight = torch.cat([part.weight for part in (self.q_conv1d, self.k_conv1d, self.v_conv1d)])[:, 0]
        convolved = sum(
            (heard[:, place : place + length] * weight[:, place] for place in range(1, self.kernel)),
            start=heard[:, :length] * weight[:, 0],
        )
        query, key, value = functional.silu(convolved).split(widths, dim=-1)
        return query, key, value, heard[:, length:]

    def _split(self, x: Tensor) -> Tensor:
        """[batch, time, channels] to [batch, heads, time, channels of a head]."""
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)


class _HeadNorm(nn.Module):
    """Root mean square norm over the channels of a head."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))

    def forward(self, x: Tensor) -> Tensor:
        return functional.rms_norm(x, (x.shape[-1],), self.weight.to(x.dtype), NORM_EPSILON)


def _depthwise(channels: int, kernel: int) -> nn.Conv1d:
    return nn.Conv1d(channels, channels, kernel, groups=channels, bias=False)


def recurrence(
    query: Tensor, key: Tensor, value: Tensor, decay: Tensor, memory: Tensor
) -> tuple[Tensor, Tensor]:
    """Answers to all queries and the memory after the last; float32.

    query, key, decay: [batch, heads, time, keys], decay as the logarithm of the gates; value: [batch, heads,
    time, values]; memory: [batch, heads, keys, values]. Computed in chunks as in section 4 of the paper, with
    the decay between two steps of a chunk taken pair by pair: exact, and differentiable.
    """
    query = query * query.shape[-1] ** -0.5
    if query.shape[2] == 1:
        memory = decay[:, :, 0, :, None].exp() * memory + key[:, :, 0, :, None] * value
        return query @ memory, memory
    answers = []
    for q, k, v, g in zip(*(part.split(CHUNK, dim=2) for part in (query, key, value, decay)), strict=True):
        total = g.cumsum(2)
        earlier = torch.ones(q.shape[2], q.shape[2], dtype=torch.bool, device=q.device).tril()
        between = (total[:, :, :, None] - total[:, :, None]).masked_fill(~earlier[..., None], -torch.inf)
        weights = torch.einsum("bhtk,bhsk,bhtsk->bhts", q, k, between.exp())
        answers.append((q * total.exp()) @ memory + weights @ v)
        last = total[:, :, -1:]
        memory = last.transpose(2, 3).exp() * memory + (k * (last - total).exp()).transpose(2, 3) @ v
    return torch.cat(answers, dim=2), memory
