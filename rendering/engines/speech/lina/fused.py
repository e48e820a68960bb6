"""The language model's weights as the decoding step wants them: fewer, larger matrices, constants folded."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from rendering.engines.speech.lina.blocks import MixingBlock, Rotary
from rendering.engines.speech.lina.config import LinaConfig
from rendering.engines.speech.lina.gated_linear_attention import NORM_EPSILON, GatedLinearAttention
from rendering.engines.speech.lina.model import LinaModel
from rendering.engines.speech.lina.projections import Precision, Projection, pack


@dataclass(frozen=True)
class Norm:
    """Scale and shift of a layer norm."""

    weight: Tensor
    bias: Tensor


@dataclass(frozen=True)
class FusedBlock:
    """A recurrent block.

    enter: to queries, keys, values, output gates and the first half of the memory's gates, side by side;
    widths: of these; convolution: [kernel, queries + keys + values] or None; gate: the second half, weight
    and bias; answer: scale of the norm after the memory, epsilon its epsilon, in which the scale of queries
    is folded: a norm does not see it otherwise; leave, widen, narrow: see GatedLinearAttention and SwiGLU.
    """

    heads: int
    before_mixing: Norm
    enter: Projection
    widths: tuple[int, ...]
    convolution: Tensor | None
    gate: tuple[Tensor, Tensor]
    answer: Tensor
    epsilon: float
    leave: Projection
    before_feeding: Norm
    widen: Projection
    narrow: Projection


@dataclass(frozen=True)
class FusedModel:
    """embedding: [codebooks, codes, width]; query: of the cross attention, with its norm and rotary
    embedding, if it has one; head: to the scores of all codebooks, side by side."""

    config: LinaConfig
    device: torch.device
    embedding: Tensor
    encoder: tuple[FusedBlock, ...]
    decoder: tuple[FusedBlock, ...]
    place: FusedBlock
    query: Projection
    query_norm: Norm
    query_rotary: Rotary | None
    head: Projection


def fuse(model: LinaModel, precision: Precision) -> FusedModel:
    """precision: of the matrices; all else is float32. Raises EngineUnavailableError, see
    `projections.pack`."""
    recurrence, cross = model.attentive_rnn, model.attentive_rnn.cross_att
    return FusedModel(
        config=model.config,
        device=model.rvq_embed.weight.device,
        embedding=model.rvq_embed.weight.detach().float(),
        encoder=tuple(_block(block, precision) for block in recurrence.encoder),
        decoder=tuple(_block(block, precision) for block in recurrence.decoder),
        place=_block(cross.pos_net, precision),
        query=pack(cross.q.weight, cross.q.bias, precision),
        query_norm=_norm(cross.ln_q),
        query_rotary=cross.rotary if cross.rotated else None,
        head=pack(model.head.flatten(0, 1), None, precision),
    )


def _block(block: MixingBlock, precision: Precision) -> FusedBlock:
    mixer: GatedLinearAttention = block.tmix
    inner, outer = mixer.gk_proj
    parts = [mixer.q_proj, mixer.k_proj, mixer.v_proj, mixer.g_proj, inner]
    return FusedBlock(
        heads=mixer.heads,
        before_mixing=_norm(block.norm1),
        enter=pack(torch.cat([part.weight for part in parts]), None, precision),
        widths=tuple(part.weight.shape[0] for part in parts),
        convolution=_convolution(mixer) if mixer.kernel else None,
        gate=(outer.weight.detach().float(), outer.bias.detach().float()),
        answer=mixer.g_norm_swish_gate.weight.detach().float(),
        epsilon=NORM_EPSILON * (mixer.q_proj.weight.shape[0] // mixer.heads),
        leave=pack(mixer.o_proj.weight, None, precision),
        before_feeding=_norm(block.norm2),
        widen=pack(block.cmix.p_in.weight, block.cmix.p_in.bias, precision),
        narrow=pack(block.cmix.p_out.weight, block.cmix.p_out.bias, precision),
    )


def _convolution(mixer: GatedLinearAttention) -> Tensor:
    parts = (mixer.q_conv1d, mixer.k_conv1d, mixer.v_conv1d)
    return torch.cat([part.weight.detach()[:, 0] for part in parts]).float().T.contiguous()


def _norm(norm: nn.LayerNorm) -> Norm:
    return Norm(norm.weight.detach().float(), norm.bias.detach().float())
