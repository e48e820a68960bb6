"""The shape of a renderer, read off its tensors, so that networks of every size load."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor

from rendering.engines.errors import CheckpointError

ATTENDED_SIDE = 16
"""Pixels of the largest level with attention."""


@dataclass(frozen=True)
class Levels:
    """One side of a U-shape. widths: channels of each level, from full size down, each level at half the size
    of the one before; blocks: residual blocks in a level; attending: levels whose blocks have attention."""

    widths: tuple[int, ...]
    blocks: int
    attending: frozenset[int]


@dataclass(frozen=True)
class RendererLayout:
    """base: channels at full size before the first level, and features of the time; embedding, latent: sizes
    of time and lips inside; unet, encoder: their levels."""

    base: int
    embedding: int
    latent: int
    unet: Levels
    encoder: Levels

    @property
    def side(self) -> int:
        """Pixels of the squares it was trained on: attention begins where they are ATTENDED_SIDE wide."""
        return ATTENDED_SIDE << min(self.unet.attending)

    @classmethod
    def of(cls, state: Mapping[str, Tensor], source: str) -> "RendererLayout":
        """Of the renderer with these tensors. source: the file's name, for the message. Raises
        CheckpointError when they are those of something else."""
        try:
            embedding, base = state["time_embed.time_embed.0.weight"].shape
            latent = state["encoder.out.3.weight"].shape[0]
            # The last stage of a level on the way up has a second residual block, which enlarges.
            ends = [
                number
                for number in range(_count(state, "output_blocks."))
                if any(f"output_blocks.{number}.{child}.out_layers.3.weight" in state for child in (1, 2))
            ]
            blocks = ends[0]
            return cls(
                base,
                embedding,
                latent,
                _levels(state, "", blocks),
                _levels(state, "encoder.", blocks),
            )
        except (KeyError, IndexError, ValueError, ZeroDivisionError) as error:
            raise CheckpointError(
                f"{source} holds no DiffDub renderer: its tensors do not form one ({error}). Check that it "
                "is the right file."
            ) from error


def _levels(state: Mapping[str, Tensor], prefix: str, blocks: int) -> Levels:
    """A level is `blocks` stages and one that shrinks, but for the last; stage 0 is before them."""
    stages = _count(state, f"{prefix}input_blocks.")
    firsts = range(1, stages, blocks + 1)
    widths = tuple(state[f"{prefix}input_blocks.{first}.0.in_layers.2.weight"].shape[0] for first in firsts)
    attending = frozenset(
        level for level, first in enumerate(firsts) if f"{prefix}input_blocks.{first}.1.qkv.weight" in state
    )
    return Levels(widths, blocks, attending)


def _count(state: Mapping[str, Tensor], prefix: str) -> int:
    numbers = {int(found[1]) for name in state if (found := re.match(rf"{re.escape(prefix)}(\d+)\.", name))}
    return len(numbers)
