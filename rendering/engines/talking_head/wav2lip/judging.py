"""Embeddings of a film's mouths and sounds, by the judge of sync."""

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray

from rendering.engines.neural.runtime import choose
from rendering.engines.speech.base import Samples
from rendering.engines.talking_head.wav2lip.expert import FRAMES, HEIGHT, WIDTH, SyncExpert
from rendering.engines.talking_head.wav2lip.released import load
from rendering.engines.talking_head.wav2lip.sound import at_rate, mel_spectrogram, windows

WEIGHTS = "lipsync-expert"
FPS = 25
"""Of the films that it was trained on."""
BATCH = 32

Embeddings = NDArray[np.float32]
"""float32 [n, 512], of length 1."""


class SyncJudge:
    """Keeps the network warm."""

    def __init__(self, *, threads: int = 2) -> None:
        """Raises ModelMissingError, ModelCorruptError, CheckpointError."""
        self._device = choose(threads=threads).device
        self._network = load(SyncExpert, WEIGHTS).to(self._device)

    def see(self, mouths: NDArray[np.uint8]) -> Embeddings:
        """One for each frame that FRAMES - 1 others follow.

        mouths: uint8 [frames, 48, 96, 3], RGB, the lower halves of faces at FPS; at least FRAMES.
        """
        frames = torch.from_numpy(np.ascontiguousarray(mouths[..., ::-1])).permute(0, 3, 1, 2)
        # [n, 3, 48, 96, FRAMES] to [n, FRAMES * 3, 48, 96], frame by frame.
        runs = frames.unfold(0, FRAMES, 1).permute(0, 4, 1, 2, 3).reshape(-1, 3 * FRAMES, HEIGHT, WIDTH)
        seen = [self._network.see(each.to(self._device).float() / 255) for each in runs.split(BATCH)]
        return np.asarray(torch.cat(seen).cpu().numpy(), np.float32)

    def hear(self, samples: Samples, frames: int) -> Embeddings:
        """One for each of so many frames at FPS. samples: float32 [n] at SAMPLE_RATE."""
        mel = mel_spectrogram(at_rate(samples))
        heard = [self._network.hear(each.to(self._device)) for each in _batches(mel, frames)]
        return np.asarray(torch.cat(heard).cpu().numpy(), np.float32)


def _batches(mel: NDArray[np.float32], frames: int) -> Iterator[torch.Tensor]:
    for start in range(0, frames, BATCH):
        numbers = np.arange(start, min(start + BATCH, frames))
        yield torch.from_numpy(windows(mel, numbers, FPS))
