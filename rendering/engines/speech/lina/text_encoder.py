"""The text encoder: self-attention over the tokens of a text, both ways."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from rendering.engines.speech.lina.blocks import MixingBlock, Rotary
from rendering.engines.speech.lina.config import LinaConfig


class SelfAttention(nn.Module):
    """Attention without a projection after it."""

    def __init__(self, width: int, heads: int, rotary: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.rotary = Rotary(rotary)

    def forward(self, x: Tensor, present: Tensor) -> tuple[Tensor, None]:
        batch, length, width = x.shape
        query, key, value = self.qkv(x).view(batch, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        positions = torch.arange(length, device=x.device)
        query, key = self.rotary(query, positions), self.rotary(key, positions)
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=present[:, None, None])
        return mixed.transpose(1, 2).reshape(batch, length, width), None


class TextEncoder(nn.Module):
    """float [batch, tokens, width] to the same. present: bool [batch, tokens], those that are no padding."""

    def __init__(self, config: LinaConfig) -> None:
        super().__init__()
        self.sa = nn.ModuleList(
            MixingBlock(
                SelfAttention(config.width, config.text_heads, config.rotary), config.width, config.hidden
            )
            for _ in range(config.text_layers)
        )

    def forward(self, x: Tensor, present: Tensor) -> Tensor:
        for block in self.sa:
            x, _ = block(x, present)
        return x
