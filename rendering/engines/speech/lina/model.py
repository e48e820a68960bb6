"""The language model: text and codes so far to the scores of the next codes."""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from rendering.engines.speech.lina.blocks import MixingBlock
from rendering.engines.speech.lina.config import LinaConfig
from rendering.engines.speech.lina.cross_attention import BlindCrossAttention, Reading
from rendering.engines.speech.lina.gated_linear_attention import GatedLinearAttention, MixerState
from rendering.engines.speech.lina.text_encoder import TextEncoder


class LinaState(NamedTuple):
    """What the model remembers. mixers: of the encoder's blocks, the decoder's, then the cross attention's;
    steps: how many it has made."""

    mixers: tuple[MixerState, ...]
    steps: int = 0


class Scores(NamedTuple):
    """logits: [batch, time, codebooks, codes]; attention: [batch, 2, time, tokens], both of the cross
    attention."""

    logits: Tensor
    attention: Tensor
    state: LinaState


class LinaModel(nn.Module):
    """Names of its tensors are those of the released files."""

    def __init__(self, config: LinaConfig) -> None:
        super().__init__()
        self.config = config
        self.txt_encoder = TextEncoder(config)
        self.attentive_rnn = _AttentiveRecurrence(config)
        self.txt_embed = nn.Embedding(config.text_vocabulary, config.width, padding_idx=0)
        self.rvq_embed = _CodeTable(config)
        if not config.tied:
            self.logits_head = _CodeTable(config)

    @property
    def head(self) -> Tensor:
        """[codebooks, codes, width]."""
        table: _CodeTable = self.rvq_embed if self.config.tied else self.logits_head
        return table.weight

    def read(self, tokens: Tensor, present: Tensor | None = None) -> Reading:
        """tokens: int64 [batch, tokens]; present: bool, which of them are no padding (all)."""
        present = torch.ones_like(tokens, dtype=torch.bool) if present is None else present
        encoded = self.txt_encoder(self.txt_embed(tokens), present)
        return self.attentive_rnn.cross_att.read(encoded, present)

    def start(self, batch: int) -> LinaState:
        """The state of a neutral voice that has not spoken."""
        return LinaState(tuple(mixer.start(batch) for mixer in self.mixers()))

    def mixers(self) -> tuple[GatedLinearAttention, ...]:
        """In the order of LinaState.mixers."""
        recurrence = self.attentive_rnn
        blocks = (*recurrence.encoder, *recurrence.decoder, recurrence.cross_att.pos_net)
        return tuple(block.tmix for block in blocks)

    def forward(self, codes: Tensor, reading: Reading, state: LinaState) -> Scores:
        """Scores of what follows each of `codes`, int64 [batch, time, codebooks], special ones included."""
        books = torch.arange(self.config.codebooks, device=codes.device)
        x = self.rvq_embed.weight[books, codes].sum(dim=2)
        x, attention, mixers = self.attentive_rnn(x, reading, state)
        logits = torch.einsum("btd,qcd->btqc", x, self.head)
        return Scores(logits, attention, LinaState(mixers, state.steps + codes.shape[1]))


class _CodeTable(nn.Module):
    """A row for every code of every codebook."""

    def __init__(self, config: LinaConfig) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(config.codebooks, config.rows, config.width))


class _AttentiveRecurrence(nn.Module):
    """Recurrent blocks, the cross attention, recurrent blocks."""

    def __init__(self, config: LinaConfig) -> None:
        super().__init__()

        def blocks(number: int) -> nn.ModuleList:
            return nn.ModuleList(
                MixingBlock(GatedLinearAttention(config), config.width, config.hidden) for _ in range(number)
            )

        self.encoder = blocks(config.encoder)
        self.decoder = blocks(config.decoder)
        self.cross_att = BlindCrossAttention(config)

    def forward(
        self, x: Tensor, reading: Reading, state: LinaState
    ) -> tuple[Tensor, Tensor, tuple[MixerState, ...]]:
        before = state.mixers[: len(self.encoder)]
        after = state.mixers[len(self.encoder) : -1]
        mixers = []
        for block, mixer in zip(self.encoder, before, strict=True):
            x, mixer = block(x, mixer)
            mixers.append(mixer)
        steps = torch.arange(state.steps, state.steps + x.shape[1], device=x.device)
        read, (attention, place) = self.cross_att(x, reading, state.mixers[-1], steps)
        x = x + read
        for block, mixer in zip(self.decoder, after, strict=True):
            x, mixer = block(x, mixer)
            mixers.append(mixer)
        return x, attention, (*mixers, place)
