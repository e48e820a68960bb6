"""Position-aware cross attention: where in the text the voice is.

The first attention finds the place by content; a recurrent block, which is shown that place only ("blind" to
what is said there), decides the place to read next, and the second attention reads the text there. Such a
block learns to go on, so words are seldom skipped or said twice (Small-E, section 3).
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from rendering.engines.speech.lina.blocks import NORM_EPSILON, MixingBlock, Rotary
from rendering.engines.speech.lina.config import LinaConfig
from rendering.engines.speech.lina.gated_linear_attention import GatedLinearAttention, MixerState


class Reading(NamedTuple):
    """A text as the cross attention reads it. keys, values, places: [batch, tokens, width], the embeddings of
    what is said and where; present: bool [batch, tokens], which tokens are no padding."""

    keys: Tensor
    values: Tensor
    places: Tensor
    present: Tensor


class BlindCrossAttention(nn.Module):
    """A single head of the model's width."""

    def __init__(self, config: LinaConfig) -> None:
        super().__init__()
        width = config.width
        self.q = nn.Linear(width, width)
        self.k = nn.Linear(width, width)
        self.v = nn.Linear(width, width)
        self.pos_net = MixingBlock(GatedLinearAttention(config), width, config.hidden)
        if config.positions == "convolutional":
            self.pos_embed: nn.Module = ConvolutionalPlaces(config.places, width, config.reach)
        else:
            self.pos_embed = SinusoidalPlaces(width)
        if config.cross_rotary:
            self.rotary = Rotary(config.cross_rotary)
        self.ln_q = nn.LayerNorm(width, eps=NORM_EPSILON)
        self.ln_k = nn.LayerNorm(width, eps=NORM_EPSILON)
        self.ln_v = nn.LayerNorm(width, eps=NORM_EPSILON)
        self.rotated = bool(config.cross_rotary)

    def read(self, text: Tensor, present: Tensor) -> Reading:
        """text: the encoded tokens [batch, tokens, width]."""
        keys = self.ln_k(self.k(text))
        return Reading(
            self.rotary(keys, torch.arange(keys.shape[1], device=keys.device)) if self.rotated else keys,
            self.ln_v(self.v(text)),
            self.pos_embed(present).to(text.dtype),
            present,
        )

    def forward(
        self, x: Tensor, reading: Reading, state: MixerState, steps: Tensor
    ) -> tuple[Tensor, tuple[Tensor, MixerState]]:
        """x: [batch, time, width]; steps: [time], their numbers.

        Returns what was read there, both attentions [batch, 2, time, tokens] and the state.
        """
        query = self.ln_q(self.q(x))
        query = self.rotary(query, steps) if self.rotated else query
        first = _attention(query, reading.keys, reading.present)
        place, state = self.pos_net(first @ reading.places, state)
        second = _attention(place, reading.places, reading.present)
        return second @ reading.values, (torch.stack((first, second), dim=1), state)


def _attention(query: Tensor, keys: Tensor, present: Tensor) -> Tensor:
    scores = query @ keys.transpose(1, 2) * keys.shape[-1] ** -0.5
    return scores.masked_fill(~present[:, None], -torch.inf).softmax(dim=-1)


class ConvolutionalPlaces(nn.Module):
    """Learnt embeddings of places, smoothed: near the ends they tell how far the end is."""

    def __init__(self, places: int, width: int, reach: int) -> None:
        super().__init__()
        self.embed = nn.Embedding(places, width)
        self.dw_conv = nn.Conv1d(width, width, reach, padding="same", groups=width)

    def forward(self, present: Tensor) -> Tensor:
        """[batch, tokens, width]."""
        places = self.embed.weight[: present.shape[1]] * present[..., None]
        return self.dw_conv(places.transpose(1, 2)).transpose(1, 2)


class SinusoidalPlaces(nn.Module):
    """Sines of places, then cosines, at frequencies from 1 to 1/10000 (Vaswani and others 2017)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.width = width

    def forward(self, present: Tensor) -> Tensor:
        """float32 [batch, tokens, width]."""
        half = self.width // 2
        device = present.device
        rates = 10_000.0 ** (-2 * torch.arange(half, device=device) / self.width)
        angles = torch.arange(present.shape[1], device=device)[:, None] * rates
        return torch.cat((angles.sin(), (angles + torch.pi / 2).sin()), dim=-1).expand(len(present), -1, -1)
