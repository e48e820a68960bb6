"""The generator: a face without its lower half, the same face with another mouth, and 0.2 s of sound become
the face that makes this sound. Layers, widths and names are the released weights'."""

from typing import Final

import torch
from torch import Tensor, nn

from rendering.engines.talking_head.wav2lip.layers import (
    Convolution,
    Enlargement,
    audio_encoder,
    residuals,
)

SIDE: Final = 96
"""Pixels of the face, which is square."""
DEEPEST: Final = 512
"""Width where the face is one pixel."""


class Wav2Lip(nn.Module):
    """The plain network."""

    def __init__(self) -> None:
        super().__init__()
        self.face_encoder_blocks = nn.ModuleList(
            [
                nn.Sequential(Convolution(6, 16, 7, 1, 3)),
                *(
                    nn.Sequential(Convolution(wide // 2, wide, 3, 2, 1), *residuals(wide, count))
                    for wide, count in ((32, 2), (64, 3), (128, 2), (256, 2), (DEEPEST, 1))
                ),
                nn.Sequential(Convolution(DEEPEST, DEEPEST, 3), Convolution(DEEPEST, DEEPEST, 1)),
            ]
        )
        self.audio_encoder = audio_encoder(before_last=1)
        self.face_decoder_blocks = nn.ModuleList(
            [
                nn.Sequential(Convolution(DEEPEST, DEEPEST, 1)),
                nn.Sequential(Enlargement(1024, 512, 1, 0), *residuals(512, 1)),
                *(
                    nn.Sequential(Enlargement(wide_in, wide, 2, 1), *residuals(wide, 2))
                    for wide_in, wide in ((1024, 512), (768, 384), (512, 256), (320, 128), (160, 64))
                ),
            ]
        )
        self.output_block = nn.Sequential(Convolution(80, 32, 3, 1, 1), nn.Conv2d(32, 3, 1), nn.Sigmoid())

    def forward(self, mels: Tensor, faces: Tensor) -> Tensor:
        """Faces [n, 3, 96, 96], BGR, 0..1.

        mels: [n, 1, 80, 16], see `sound`; faces: [n, 6, 96, 96], BGR 0..1 twice, the first with black in the
        lower half.
        """
        features = []
        for block in self.face_encoder_blocks:
            faces = block(faces)
            features.append(faces)
        drawn = self.audio_encoder(mels)
        for block in self.face_decoder_blocks:
            drawn = torch.cat((block(drawn), features.pop()), dim=1)
        return self.output_block(drawn)
