"""The sizes of a Lina model, read from the shapes of its tensors: its authors publish no configuration."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from rendering.engines.errors import CheckpointError

Shape = tuple[int, ...]

PAD, START, STOP = 0, 1, 2
"""Codes that stand for no sound, in every codebook."""
SPECIAL = 3
"""Codes of the codec follow after the special ones."""

_MIXER = "attentive_rnn.encoder.0.tmix."
_CROSS = "attentive_rnn.cross_att."


@dataclass(frozen=True)
class LinaConfig:
    """width: of the residual stream; hidden: of a feed-forward block; encoder, decoder: blocks before and
    after the cross attention; heads, keys, values: of a mixer, keys and values of all heads together; rank:
    of its gates; kernel: of its short convolutions, 0 without; codebooks, codes: of the codec; text_*: of the
    text encoder, rotary: frequencies of its rotary embedding; positions: how text positions are told to the
    cross attention; places, reach: longest text and kernel of the convolutional ones; cross_rotary:
    frequencies of the rotary embedding of the cross attention, 0 without; tied: codes are read with the
    weights they are predicted with.
    """

    width: int
    hidden: int
    encoder: int
    decoder: int
    heads: int
    keys: int
    values: int
    rank: int
    kernel: int
    codebooks: int
    codes: int
    text_vocabulary: int
    text_layers: int
    text_heads: int
    rotary: int
    positions: Literal["convolutional", "sinusoidal"]
    places: int
    reach: int
    cross_rotary: int
    tied: bool

    @property
    def rows(self) -> int:
        """Codes of one codebook with the special ones."""
        return self.codes + SPECIAL

    @property
    def longest_text(self) -> int | None:
        """Tokens; None where there is no limit."""
        return self.places or None


def infer(shapes: Mapping[str, Shape], *, source: str) -> LinaConfig:
    """The configuration that tensors of these names and shapes belong to.

    source: the file's name, for messages. Raises CheckpointError for tensors of another model.
    """
    if any(name.startswith("spk_encoder.") for name in shapes):
        raise CheckpointError(
            f"{source} holds a speaker encoder (spk_encoder.*), which the released Lina-Speech models do not "
            "have. Use a checkpoint without one."
        )

    def size(name: str, dimension: int, dimensions: int) -> int:
        shape = shapes.get(name)
        if shape is None:
            raise CheckpointError(
                f"{source} is not a Lina-Speech model: it lacks {name}. Check that it is the right file."
            )
        if len(shape) != dimensions or not all(shape):
            raise CheckpointError(
                f"{source} is not a Lina-Speech model: {name} has the shape {shape}. "
                "Check that it is the right file."
            )
        return shape[dimension]

    width = size("txt_embed.weight", 1, 2)
    values = size(_MIXER + "v_proj.weight", 0, 2)
    rotary = size("txt_encoder.sa.0.tmix.rotary.freqs", 0, 1)
    convolved = _CROSS + "pos_embed.embed.weight" in shapes
    rows = size("rvq_embed.weight", 1, 3)
    if rows <= SPECIAL:
        raise CheckpointError(f"{source} has no codes: rvq_embed.weight has {rows} rows a codebook.")
    return LinaConfig(
        width=width,
        hidden=size("attentive_rnn.encoder.0.cmix.p_out.weight", 1, 2),
        encoder=_count(shapes, "attentive_rnn.encoder."),
        decoder=_count(shapes, "attentive_rnn.decoder."),
        heads=_whole(values, size(_MIXER + "g_norm_swish_gate.weight", 0, 1), source),
        keys=size(_MIXER + "q_proj.weight", 0, 2),
        values=values,
        rank=size(_MIXER + "gk_proj.0.weight", 0, 2),
        kernel=size(_MIXER + "q_conv1d.weight", 2, 3) if _MIXER + "q_conv1d.weight" in shapes else 0,
        codebooks=size("rvq_embed.weight", 0, 3),
        codes=rows - SPECIAL,
        text_vocabulary=size("txt_embed.weight", 0, 2),
        text_layers=_count(shapes, "txt_encoder.sa."),
        text_heads=_whole(width, 4 * rotary, source),
        rotary=rotary,
        positions="convolutional" if convolved else "sinusoidal",
        places=size(_CROSS + "pos_embed.embed.weight", 0, 2) if convolved else 0,
        reach=size(_CROSS + "pos_embed.dw_conv.weight", 2, 3) if convolved else 0,
        cross_rotary=size(_CROSS + "rotary.freqs", 0, 1) if _CROSS + "rotary.freqs" in shapes else 0,
        tied="logits_head.weight" not in shapes,
    )


def _count(shapes: Mapping[str, Shape], prefix: str) -> int:
    """Blocks whose tensors stand under prefix0., prefix1., ..."""
    names = {name.removeprefix(prefix).partition(".")[0] for name in shapes if name.startswith(prefix)}
    return next(number for number in range(len(names) + 1) if str(number) not in names)


def _whole(total: int, part: int, source: str) -> int:
    if total % part:
        raise CheckpointError(
            f"{source} is not a Lina-Speech model: heads of {part} do not divide {total} channels."
        )
    return total // part
