"""The layers that Wav2Lip's networks are built of, named as in the released weights."""

from torch import Tensor, nn

Stride = int | tuple[int, int]


class Convolution(nn.Module):
    """Convolution and batch norm, then ReLU; a residual one adds its input before that."""

    def __init__(
        self,
        wide_in: int,
        wide_out: int,
        kernel: int,
        stride: Stride = 1,
        padding: int = 0,
        *,
        residual: bool = False,
    ) -> None:
        super().__init__()
        self.conv_block = nn.Sequential(
            nn.Conv2d(wide_in, wide_out, kernel, stride, padding), nn.BatchNorm2d(wide_out)
        )
        self.residual = residual

    def forward(self, x: Tensor) -> Tensor:
        """[n, wide_in, rows, columns] to [n, wide_out, ...]."""
        found = self.conv_block(x)
        return nn.functional.relu(found + x if self.residual else found)


class Enlargement(nn.Module):
    """Transposed convolution of 3 x 3 and batch norm, then ReLU."""

    def __init__(self, wide_in: int, wide_out: int, stride: int, padding: int) -> None:
        super().__init__()
        # With a stride of 2 and one pixel on every side, the picture grows twofold.
        self.conv_block = nn.Sequential(
            nn.ConvTranspose2d(wide_in, wide_out, 3, stride, padding, output_padding=stride - 1),
            nn.BatchNorm2d(wide_out),
        )

    def forward(self, x: Tensor) -> Tensor:
        """[n, wide_in, rows, columns] to [n, wide_out, ...]."""
        return nn.functional.relu(self.conv_block(x))


def residuals(width: int, count: int) -> list[Convolution]:
    """Residual layers of 3 x 3 that keep width and size."""
    return [Convolution(width, width, 3, 1, 1, residual=True) for _ in range(count)]


def audio_encoder(*, before_last: int) -> nn.Sequential:
    """Mel spectrograms [n, 1, 80, 16] to [n, 512, 1, 1]. before_last: residual layers 256 wide."""
    return nn.Sequential(
        Convolution(1, 32, 3, 1, 1),
        *residuals(32, 2),
        Convolution(32, 64, 3, (3, 1), 1),
        *residuals(64, 2),
        Convolution(64, 128, 3, 3, 1),
        *residuals(128, 2),
        Convolution(128, 256, 3, (3, 2), 1),
        *residuals(256, before_last),
        Convolution(256, 512, 3),
        Convolution(512, 512, 1),
    )
