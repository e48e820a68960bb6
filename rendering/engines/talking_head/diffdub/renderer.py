"""DiffDub's renderer: the noise in a picture, seen a reference picture and a latent of the lips.

Names of modules are those of the released weights.
"""

import math

import torch
from torch import Tensor, nn

from rendering.engines.neural import checkpoints
from rendering.engines.neural.checkpoints import State
from rendering.engines.talking_head.diffdub.blocks import (
    Attention,
    Conditions,
    Normalise,
    Resampling,
    ResidualBlock,
    Stage,
)
from rendering.engines.talking_head.diffdub.layout import Levels, RendererLayout
from rendering.engines.talking_head.diffdub.lip_encoder import COLOURS, LipEncoder

LONGEST_PERIOD = 10_000
"""Of the sines that tell the time step, over 2 pi steps (Vaswani et al. 2017)."""


class TimeEmbedding(nn.Module):
    """Steps 0..999, int64 or float32 [batch], to float32 [batch, size]."""

    def __init__(self, features: int, size: int) -> None:
        super().__init__()
        self.features = features
        self.time_embed = nn.Sequential(nn.Linear(features, size), nn.SiLU(), nn.Linear(size, size))

    def forward(self, steps: Tensor) -> Tensor:
        half = self.features // 2
        order = torch.arange(half, dtype=torch.float32, device=steps.device) / half
        angles = steps.float()[:, None] * torch.exp(-math.log(LONGEST_PERIOD) * order)
        return self.time_embed(torch.cat((angles.cos(), angles.sin()), dim=1))


class Renderer(nn.Module):
    """A U-Net over picture and reference, and the encoder of the lips that lead it."""

    def __init__(self, layout: RendererLayout) -> None:
        super().__init__()
        self.layout = layout
        levels = layout.unet
        self.time_embed = TimeEmbedding(layout.base, layout.embedding)
        self.input_blocks = nn.ModuleList([Stage([nn.Conv2d(2 * COLOURS, layout.base, 3, padding=1)])])
        self.middle_block = Stage()
        self.output_blocks = nn.ModuleList()
        laterals = self._way_down(levels)
        deepest = levels.widths[-1]
        self.middle_block.extend(
            [self._block(deepest, deepest), Attention(deepest), self._block(deepest, deepest)]
        )
        self._way_up(levels, laterals)
        self.out = nn.Sequential(
            Normalise(levels.widths[0]), nn.SiLU(), nn.Conv2d(levels.widths[0], COLOURS, 3, padding=1)
        )
        self.encoder = LipEncoder(layout.encoder, layout.base, layout.latent)

    def forward(self, pictures: Tensor, references: Tensor, steps: Tensor, latents: Tensor) -> Tensor:
        """The noise in `pictures`, float32 like them.

        pictures, references: float32 [batch, 3, side, side], -1..1, side a multiple of the whole shrinking
        (32 in the released network); steps: [batch], 0..999; latents: float32 [batch, latent].
        """
        conditions = Conditions(self.time_embed(steps), latents)
        x = torch.cat((pictures, references), dim=1).to(self.input_blocks[0][0].weight.dtype)
        laterals = []
        for stage in self.input_blocks:
            x = stage(x, conditions)
            laterals.append(x)
        x = self.middle_block(x, conditions)
        for stage in self.output_blocks:
            x = stage(torch.cat((x, laterals.pop()), dim=1), conditions)
        return self.out(x).float()

    def encode(self, lips: Tensor) -> Tensor:
        """Latents, float32 [batch, latent], of lip crops, float32 [batch, 3, side, side], -1..1."""
        return self.encoder(lips)

    def _block(self, wide_in: int, wide_out: int, resampling: Resampling = "none") -> ResidualBlock:
        return ResidualBlock(wide_in, wide_out, self.layout.embedding, self.layout.latent, resampling)

    def _way_down(self, levels: Levels) -> list[int]:
        """Widths of what each stage hands over to the way up, in order."""
        width = self.layout.base
        laterals = [width]
        for level, wide in enumerate(levels.widths):
            if level > 0:
                self.input_blocks.append(Stage([self._block(width, width, "down")]))
                laterals.append(width)
            for _ in range(levels.blocks):
                stage = Stage([self._block(width, wide)])
                if level in levels.attending:
                    stage.append(Attention(wide))
                self.input_blocks.append(stage)
                laterals.append(wide)
                width = wide
        return laterals

    def _way_up(self, levels: Levels, laterals: list[int]) -> None:
        width = levels.widths[-1]
        for level in reversed(range(len(levels.widths))):
            wide = levels.widths[level]
            for number in range(levels.blocks + 1):
                stage = Stage([self._block(width + laterals.pop(), wide)])
                width = wide
                if level in levels.attending:
                    stage.append(Attention(wide))
                if level > 0 and number == levels.blocks:
                    stage.append(self._block(wide, wide, "up"))
                self.output_blocks.append(stage)


def extract(checkpoint: object, source: str) -> State:
    """What of the released file is needed: the averaged weights, without the raw ones and a noise picture of
    its training. source: the file's name, for messages. Raises CheckpointError."""
    return checkpoints.state_of(checkpoint, source=source, below=("state_dict",), prefixes=("ema_model.",))


def build(state: State, *, source: str) -> Renderer:
    """The renderer with these weights, in float32. Raises CheckpointError."""
    layout = RendererLayout.of(state, source)
    with torch.device("meta"):
        renderer = Renderer(layout)
    checkpoints.fill(renderer, state, source=source)
    return renderer
