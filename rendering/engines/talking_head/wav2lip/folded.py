"""The generator's function in fewer steps: the same faces as `network`, for pictures that repeat.

* Batch norm is folded into the convolutions before it.
* What the decoder takes from a face does not depend on the sound. The layers that read it are linear before
  their ReLU, so each is split: what it makes of the face is computed once for each picture (`FaceFeatures`),
  what it makes of the sound for each frame, and both are added.
* Of the decoder only those rows are computed that the lower half of the face, the painted one, follows from.
* Channels come last in memory, which suits the convolutions of CPUs and of GPUs in half precision.
* On a CPU the decoder's wide layers are computed by `winograd`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.fusion import fuse_conv_bn_eval

from rendering.engines.talking_head.wav2lip.layers import Convolution, Enlargement
from rendering.engines.talking_head.wav2lip.network import SIDE, Wav2Lip
from rendering.engines.talking_head.wav2lip.winograd import WinogradConvolution

PAINTED: Final = SIDE // 2
"""The first row that is painted."""
FIRST_ROWS: Final = (0, 0, 1, 4, 10, 22)
"""The first row that is read by each level of the decoder, the deepest first.

A level that reads from row r on gives rows from 2 r on, of which its residual layers, seeing zeros above the
first, spoil two; the next level must begin below these."""
WIDE: Final = 256
"""Channels from which on Winograd's way is the faster one on a CPU."""
BEFORE_OUTPUT: Final = PAINTED - 1
"""The first row that the output's convolution reads; it spoils one."""


@dataclass(frozen=True)
class FaceFeatures:
    """What pictures add to each level of the decoder, the deepest first, and to the last convolution: each
    [pictures, width, rows, columns]."""

    added: tuple[Tensor, ...]

    @classmethod
    def joined(cls, pictures: Sequence["FaceFeatures"]) -> "FaceFeatures":
        """Those of several, one after the other."""
        return cls(tuple(map(torch.cat, zip(*(each.added for each in pictures), strict=True))))

    def each(self) -> Iterator["FaceFeatures"]:
        """Those of every picture alone."""
        return map(FaceFeatures, zip(*(level.split(1) for level in self.added), strict=True))


class FoldedWav2Lip(nn.Module):
    """Made from a network that has its weights; computes on its device and in its precision."""

    def __init__(self, network: Wav2Lip, *, on_cpu: bool = True) -> None:
        """on_cpu: whether to prefer what is fast there."""
        super().__init__()
        self._faces = nn.ModuleList(
            nn.Sequential(*map(_Folded, block)) for block in network.face_encoder_blocks
        )
        self._sound = nn.Sequential(*map(_Folded, network.audio_encoder))
        deepest, *blocks = network.face_decoder_blocks
        self._deepest = nn.Sequential(*map(_Folded, deepest))
        drawn = deepest[-1].conv_block[0].out_channels
        self._levels = nn.ModuleList()
        for enlargement, *residuals in blocks:
            split = _Split(enlargement, drawn)
            drawn = enlargement.conv_block[0].out_channels
            # The deepest level has fewer pixels than a tile.
            winograd = on_cpu and drawn >= WIDE and len(self._levels) > 0
            self._levels.append(_Level(split, residuals, winograd))
        joined, self._colours, _ = network.output_block
        self._joined = _Split(joined, drawn)
        self.to(memory_format=torch.channels_last)
        self.requires_grad_(False)

    def features(self, faces: Tensor) -> FaceFeatures:
        """faces: [pictures, 6, 96, 96], see `Wav2Lip.forward`."""
        seen = []
        x = faces.contiguous(memory_format=torch.channels_last)
        for block in self._faces:
            x = block(x)
            seen.append(x)
        levels = zip(self._levels, FIRST_ROWS, strict=True)
        added = [level.split.of_face(seen.pop()[:, :, first:]) for level, first in levels]
        return FaceFeatures((*added, self._joined.of_face(seen.pop()[:, :, BEFORE_OUTPUT:])))

    def paint(self, mels: Tensor, features: FaceFeatures) -> Tensor:
        """The lower halves of faces, [n, 3, 48, 96], BGR 0..1.

        mels: [n, 1, 80, 16]; features: of n faces, or of one that all of them are.
        """
        x = self._deepest(self._sound(mels))
        *added, last = features.added
        begins = 0
        for level, first, face in zip(self._levels, FIRST_ROWS, added, strict=True):
            x = level(x[:, :, first - begins :], face)
            begins = 2 * first
        x = self._joined(x[:, :, BEFORE_OUTPUT - begins :], last)
        return self._colours(x[:, :, PAINTED - BEFORE_OUTPUT :]).sigmoid_()


class _Folded(nn.Module):
    """A `Convolution` without its batch norm."""

    def __init__(self, layer: Convolution, winograd: bool = False) -> None:
        super().__init__()
        plain = _without_norm(layer)
        self.conv = WinogradConvolution(plain) if winograd else plain
        self.residual = layer.residual

    def forward(self, x: Tensor) -> Tensor:
        found = self.conv(x)
        if self.residual:
            found += x
        return found.relu_()


class _Split(nn.Module):
    """A layer that reads what is drawn and, after it, what the face gives, as two."""

    def __init__(self, layer: Convolution | Enlargement, drawn: int) -> None:
        """drawn: channels that come from the sound."""
        super().__init__()
        whole = _without_norm(layer)
        self._options = {"stride": whole.stride, "padding": whole.padding}
        self._apply_weight = functional.conv2d
        inputs = 1
        if isinstance(layer, Enlargement):
            self._options["output_padding"] = whole.output_padding
            self._apply_weight = functional.conv_transpose2d
            inputs = 0
        of_drawn, of_face = whole.weight.split((drawn, whole.in_channels - drawn), dim=inputs)
        self.drawn, self.face = nn.Parameter(of_drawn.contiguous()), nn.Parameter(of_face.contiguous())
        self.bias = whole.bias

    def of_face(self, features: Tensor) -> Tensor:
        return self._apply_weight(features, self.face, self.bias, **self._options)

    def forward(self, x: Tensor, of_face: Tensor) -> Tensor:
        return self._apply_weight(x, self.drawn, **self._options).add_(of_face).relu_()


class _Level(nn.Module):
    """One size of the decoder."""

    def __init__(self, split: _Split, residuals: list[Convolution], winograd: bool) -> None:
        super().__init__()
        self.split = split
        self.residuals = nn.Sequential(*(_Folded(layer, winograd) for layer in residuals))

    def forward(self, x: Tensor, of_face: Tensor) -> Tensor:
        return self.residuals(self.split(x, of_face))


def _without_norm(layer: Convolution | Enlargement) -> nn.Module:
    convolution, norm = layer.conv_block
    return fuse_conv_bn_eval(convolution, norm, transpose=isinstance(layer, Enlargement))
