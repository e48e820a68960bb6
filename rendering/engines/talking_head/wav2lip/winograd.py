"""Convolutions of 3 x 3 with a quarter of the multiplications, for CPUs.

F(4 x 4, 3 x 3) of A. Lavin, S. Gray, "Fast algorithms for convolutional neural networks" (CVPR 2016): tiles
of 6 x 6 pixels are transformed so that a convolution becomes a product for each of 36 frequencies, and 4 x 4
pixels are transformed back. It pays where layers are wide and pictures small, and takes four times the memory
for the weights; results differ from a plain convolution's in the fifth digit.
"""

from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

TILE: Final = 4
"""Pixels that a tile gives."""
REACH: Final = TILE + 2
"""Pixels that it reads."""
FREQUENCIES: Final = REACH * REACH

_PIXELS = (
    (4, 0, -5, 0, 1, 0),
    (0, -4, -4, 1, 1, 0),
    (0, 4, -4, -1, 1, 0),
    (0, -2, -1, 2, 1, 0),
    (0, 2, -1, -2, 1, 0),
    (0, 4, 0, -5, 0, 1),
)
_KERNEL = (
    (1 / 4, 0, 0),
    (-1 / 6, -1 / 6, -1 / 6),
    (-1 / 6, 1 / 6, -1 / 6),
    (1 / 24, 1 / 12, 1 / 6),
    (1 / 24, -1 / 12, 1 / 6),
    (0, 0, 1),
)
_BACK = (
    (1, 1, 1, 1, 1, 0),
    (0, 1, -1, 2, -2, 0),
    (0, 1, 1, 4, 4, 0),
    (0, 1, -1, 8, -8, 1),
)
"""B, G and A of the paper, transposed, along one axis."""


class WinogradConvolution(nn.Module):
    """Does what a `Conv2d` of 3 x 3 with a stride and a padding of 1 does."""

    def __init__(self, plain: nn.Conv2d) -> None:
        super().__init__()
        kernels = plain.weight.double().flatten(2)
        weights = torch.einsum("fk,oik->fio", _both_axes(_KERNEL), kernels)
        self.weights = nn.Parameter(weights.to(plain.weight.dtype).contiguous(), requires_grad=False)
        self.bias = nn.Parameter(plain.bias.view(-1, 1, 1), requires_grad=False)
        self.register_buffer("into", _both_axes(_PIXELS).to(plain.weight.dtype))
        self.register_buffer("back", _both_axes(_BACK).to(plain.weight.dtype))

    def forward(self, x: Tensor) -> Tensor:
        """[n, channels, rows, columns] to the same, channels last in memory."""
        count, width, rows, columns = x.shape
        down, across = -(-rows // TILE), -(-columns // TILE)
        margins = (0, 0, 1, TILE * across - columns + 1, 1, TILE * down - rows + 1)
        padded = functional.pad(x.permute(0, 2, 3, 1), margins)
        picture, row, column, channel = padded.stride()
        tiles = padded.as_strided(
            (REACH, REACH, count, down, across, width),
            (row, column, picture, TILE * row, TILE * column, channel),
        )
        spectra = torch.mm(self.into, tiles.reshape(FREQUENCIES, -1)).view(FREQUENCIES, -1, width)
        products = torch.bmm(spectra, self.weights)
        pixels = torch.mm(self.back, products.view(FREQUENCIES, -1))
        tiled = pixels.view(TILE, TILE, count, down, across, -1).permute(2, 3, 0, 4, 1, 5)
        whole = tiled.reshape(count, TILE * down, TILE * across, -1)
        return whole[:, :rows, :columns].permute(0, 3, 1, 2).add_(self.bias)


def _both_axes(matrix: tuple[tuple[float, ...], ...]) -> Tensor:
    """A transform along rows and columns as one matrix, float64."""
    along = torch.tensor(matrix, dtype=torch.float64)
    return torch.kron(along, along)
