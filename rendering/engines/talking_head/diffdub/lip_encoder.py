"""Lips to the latent that leads the renderer."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from rendering.engines.talking_head.diffdub.blocks import Attention, Normalise, PlainBlock, Stage
from rendering.engines.talking_head.diffdub.layout import Levels

COLOURS = 3


class LipEncoder(nn.Module):
    """The way down of a U-Net, then one vector; see `Renderer.encode`."""

    def __init__(self, levels: Levels, base: int, latent: int) -> None:
        super().__init__()
        self.input_blocks = nn.ModuleList([Stage([nn.Conv2d(COLOURS, base, 3, padding=1)])])
        width = base
        for level, wide in enumerate(levels.widths):
            if level > 0:
                self.input_blocks.append(Stage([PlainBlock(width, width, "down")]))
            for _ in range(levels.blocks):
                stage = Stage([PlainBlock(width, wide)])
                if level in levels.attending:
                    stage.append(Attention(wide))
                self.input_blocks.append(stage)
                width = wide
        self.middle_block = Stage([PlainBlock(width, width), Attention(width), PlainBlock(width, width)])
        self.out = nn.Sequential(
            Normalise(width), nn.SiLU(), nn.AdaptiveAvgPool2d(1), nn.Conv2d(width, latent, 1)
        )

    def forward(self, lips: Tensor) -> Tensor:
        x = lips.to(self.input_blocks[0][0].weight.dtype)
        for stage in self.input_blocks:
            x = stage(x)
        x = functional.silu(self.out[0](self.middle_block(x)))
        return torch.flatten(self.out[3](x.mean(dim=(2, 3), keepdim=True)), 1).float()
