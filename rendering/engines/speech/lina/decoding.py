"""One step of several utterances at once, in place: the codes of the next moment of each.

Everything a step reads and writes lies in buffers of fixed size, its number and its random numbers included,
so that a GPU can replay it as one graph.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from rendering.engines.speech.lina.blocks import NORM_EPSILON
from rendering.engines.speech.lina.config import START
from rendering.engines.speech.lina.cross_attention import Reading
from rendering.engines.speech.lina.fused import FusedBlock, FusedModel, Norm
from rendering.engines.speech.lina.gated_linear_attention import GATE_TEMPERATURE, MixerState
from rendering.engines.speech.lina.model import LinaState


@dataclass
class Buffers:
    """What a batch is decoded with. now: int64 [1], the number of the step; told: int64 [1], steps before it;
    latest: int64 [rows, codebooks], what the step goes on from; memories, tails: see MixerState, one for each
    mixer; keys, places, values: float32 [rows, tokens, width], of the text, the first two scaled; hidden:
    float32 [rows, 1, tokens], minus infinity where a text is padded; noise: float32 [steps, rows, choices];
    codes: int64 [steps, rows, codebooks] and attention: float32 [steps, rows, tokens], what was decoded."""

    now: Tensor
    told: Tensor
    latest: Tensor
    memories: list[Tensor]
    tails: list[Tensor]
    keys: Tensor
    places: Tensor
    values: Tensor
    hidden: Tensor
    noise: Tensor
    codes: Tensor
    attention: Tensor


class Decoding:
    """rows, tokens, steps: the most that its buffers take."""

    def __init__(self, model: FusedModel, *, rows: int, tokens: int, steps: int, choices: int) -> None:
        self.model = model
        config, device = model.config, model.device
        self.choices = min(choices, config.rows)
        mixers = config.encoder + config.decoder + 1
        channels = 2 * config.keys + config.values if config.kernel else 0
        memory = (rows, config.heads, config.keys // config.heads, config.values // config.heads)

        def zeros(*shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
            return torch.zeros(shape, dtype=dtype, device=device)

        self.buffers = Buffers(
            now=zeros(1, dtype=torch.int64),
            told=zeros(1, dtype=torch.int64),
            latest=zeros(rows, config.codebooks, dtype=torch.int64),
            memories=[zeros(*memory) for _ in range(mixers)],
            tails=[zeros(rows, max(0, config.kernel - 1), channels) for _ in range(mixers)],
            keys=zeros(rows, tokens, config.width),
            places=zeros(rows, tokens, config.width),
            values=zeros(rows, tokens, config.width),
            hidden=zeros(rows, 1, tokens),
            noise=zeros(steps, rows, self.choices),
            codes=zeros(steps, rows, config.codebooks, dtype=torch.int64),
            attention=zeros(steps, rows, tokens),
        )

    def begin(self, reading: Reading, state: LinaState, latest: Tensor, noise: Tensor) -> None:
        """Fill the buffers; rows and tokens that they have beyond those given are decoded, and mean nothing.

        latest: int64 [rows, codebooks]; noise: float32 [steps, rows, choices], Gumbel; zeros for the
        likeliest.
        """
        buffers = self.buffers
        rows, tokens = reading.present.shape
        scale = reading.keys.shape[-1] ** -0.5
        buffers.now.zero_()
        buffers.told.fill_(state.steps)
        buffers.latest.fill_(START)
        buffers.latest[:rows] = latest
        for memory, tail, mixer in zip(buffers.memories, buffers.tails, state.mixers, strict=True):
            memory.zero_()
            tail.zero_()
            memory[:rows] = mixer.memory
            tail[:rows] = mixer.tail
        for target, source, factor in (
            (buffers.keys, reading.keys, scale),
            (buffers.places, reading.places, 1.0),
            (buffers.values, reading.values, 1.0),
        ):
            target.zero_()
            target[:rows, :tokens] = source * factor
        buffers.hidden.fill_(-torch.inf)
        buffers.hidden[:, :, 0] = 0
        buffers.hidden[:rows, 0, :tokens].masked_fill_(reading.present, 0)
        buffers.noise.zero_()
        buffers.noise[: len(noise), :rows] = noise

    def keep(self, rows: list[int]) -> None:
        """Go on with some of the rows only. New buffers: no graph can follow."""
        old, chosen = self.buffers, torch.tensor(rows, device=self.model.device)
        self.buffers = Buffers(
            now=old.now,
            told=old.told,
            latest=old.latest[chosen],
            memories=[memory[chosen] for memory in old.memories],
            tails=[tail[chosen] for tail in old.tails],
            keys=old.keys[chosen],
            places=old.places[chosen],
            values=old.values[chosen],
            hidden=old.hidden[chosen],
            noise=old.noise[:, chosen],
            codes=old.codes[:, chosen],
            attention=old.attention[:, chosen],
        )

    def step(self) -> None:
        """Decode one moment of every row."""
        logits, attention = self.scores()
        buffers, latest = self.buffers, self._choose(logits)
        buffers.latest.copy_(latest)
        buffers.codes.index_copy_(0, buffers.now, latest[None])
        buffers.attention.index_copy_(0, buffers.now, attention[None])
        buffers.now.add_(1)

    def scores(self) -> tuple[Tensor, Tensor]:
        """What follows the latest codes, float32 [rows, codebooks, codes], and the attention, [rows, tokens].
        The memories have heard these codes then."""
        model, buffers = self.model, self.buffers
        mixers = list(map(MixerState, buffers.memories, buffers.tails))
        books = torch.arange(model.config.codebooks, device=model.device)
        x = model.embedding[books, buffers.latest].sum(dim=1)
        for block, mixer in zip(model.encoder, mixers, strict=False):
            x = _block(block, x, mixer)
        read, attention = self._read(x, mixers[-1])
        x = x + read
        for block, mixer in zip(model.decoder, mixers[len(model.encoder) :], strict=False):
            x = _block(block, x, mixer)
        return model.head(x).unflatten(1, (model.config.codebooks, -1)), attention

    def _read(self, x: Tensor, mixer: MixerState) -> tuple[Tensor, Tensor]:
        model, buffers = self.model, self.buffers
        query = _normed(model.query(x), model.query_norm)[:, None]
        if model.query_rotary is not None:
            query = model.query_rotary(query, buffers.now + buffers.told)
        found = torch.baddbmm(buffers.hidden, query, buffers.keys.transpose(1, 2)).softmax(dim=-1)
        place = _block(model.place, (found @ buffers.places)[:, 0], mixer)[:, None]
        scale = place.shape[-1] ** -0.5
        scores = torch.baddbmm(buffers.hidden, place, buffers.places.transpose(1, 2), alpha=scale)
        attention = scores.softmax(dim=-1)
        return (attention @ buffers.values)[:, 0], attention[:, 0]

    def _choose(self, logits: Tensor) -> Tensor:
        """By chance among the likeliest of the first codebook (Gumbel's trick), the likeliest of the
        others."""
        likeliest = logits[:, 0].topk(self.choices)
        noise = self.buffers.noise.index_select(0, self.buffers.now)[0]
        chosen = (likeliest.values + noise).argmax(dim=1, keepdim=True)
        first = likeliest.indices.gather(1, chosen)
        if logits.shape[1] == 1:
            return first
        return torch.cat((first, logits[:, 1:].argmax(dim=-1)), dim=1)


def _block(block: FusedBlock, x: Tensor, state: MixerState) -> Tensor:
    """float32 [rows, width] to the same. The state is changed in place."""
    rows = len(x)
    keys, _, values, _, _ = block.widths
    heard = 2 * keys + values
    entered = block.enter(_normed(x, block.before_mixing))
    inputs, gate, inner = entered.split((heard, *block.widths[3:]), dim=1)
    if block.convolution is not None:
        window = torch.cat((state.tail, inputs[:, None]), dim=1)
        state.tail.copy_(window[:, 1:])
        inputs = functional.silu((window * block.convolution).sum(dim=1))
    query, key, value = inputs.split(block.widths[:3], dim=1)
    decay = torch.sigmoid(functional.linear(inner, *block.gate)).pow(1 / GATE_TEMPERATURE)
    state.memory.mul_(decay.view(rows, block.heads, -1, 1))
    state.memory.addcmul_(key.view(rows, block.heads, -1, 1), value.view(rows, block.heads, 1, -1))
    answer = query.view(rows, block.heads, 1, -1) @ state.memory
    answer = functional.rms_norm(answer, (answer.shape[-1],), block.answer, block.epsilon)
    x = x + block.leave(answer.view(rows, -1) * functional.silu(gate))
    widened, fed = block.widen(_normed(x, block.before_feeding)).chunk(2, dim=1)
    return x + block.narrow(functional.silu(widened) * fed)


def _normed(x: Tensor, norm: Norm) -> Tensor:
    return functional.layer_norm(x, x.shape[-1:], norm.weight, norm.bias, NORM_EPSILON)
