"""The judge of sync: do five frames of a mouth and 0.2 s of sound belong together?

An embedding each for mouth and sound, close to each other when they do (J. Chung, A. Zisserman, "Out of
time", 2016, as Wav2Lip's authors trained it). Layers, widths and names are the released weights'.
"""

from typing import Final

from torch import Tensor, nn

from rendering.engines.talking_head.wav2lip.layers import Convolution, audio_encoder, residuals

FRAMES: Final = 5
"""Consecutive ones at 25 a second that are judged at once."""
HEIGHT, WIDTH = 48, 96
"""Pixels of the lower half of a face."""


class SyncExpert(nn.Module):
    """Embeddings of mouths and of sounds."""

    def __init__(self) -> None:
        super().__init__()
        self.face_encoder = nn.Sequential(
            Convolution(3 * FRAMES, 32, 7, 1, 3),
            Convolution(32, 64, 5, (1, 2), 1),
            *residuals(64, 2),
            Convolution(64, 128, 3, 2, 1),
            *residuals(128, 3),
            Convolution(128, 256, 3, 2, 1),
            *residuals(256, 2),
            Convolution(256, 512, 3, 2, 1),
            *residuals(512, 2),
            Convolution(512, 512, 3, 2, 1),
            Convolution(512, 512, 3),
            Convolution(512, 512, 1),
        )
        self.audio_encoder = audio_encoder(before_last=2)

    def hear(self, mels: Tensor) -> Tensor:
        """[n, 1, 80, 16], see `sound`, to [n, 512] of length 1."""
        return nn.functional.normalize(self.audio_encoder(mels).flatten(1))

    def see(self, mouths: Tensor) -> Tensor:
        """[n, 15, 48, 96], BGR 0..1 of five frames one after the other, to [n, 512] of length 1."""
        return nn.functional.normalize(self.face_encoder(mouths).flatten(1))
