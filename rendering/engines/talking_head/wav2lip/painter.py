"""Mouths painted by Wav2Lip, in batches, on whatever device there is."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rendering.engines.neural.runtime import Runtime
from rendering.engines.speech.base import Speech
from rendering.engines.speech.levels import lasting
from rendering.engines.talking_head.dubbing.actor import CropBatch, Crops
from rendering.engines.talking_head.wav2lip.folded import PAINTED, FaceFeatures, FoldedWav2Lip
from rendering.engines.talking_head.wav2lip.network import Wav2Lip
from rendering.engines.talking_head.wav2lip.sound import at_rate, mel_spectrogram, windows

BATCH_ON_CPU, BATCH_ON_GPU = 16, 32
"""Frames. More would be decoded twice from a clip, see `clips.reader.KEPT_FRAMES`."""
KEPT_PICTURES = 16
"""Whose features are kept, because clips turn back: 3 MB each in single precision."""


def folded(network: Wav2Lip, runtime: Runtime) -> FoldedWav2Lip:
    """The faster form of a network that has its weights, on the runtime's device and in its precision."""
    return FoldedWav2Lip(network, on_cpu=not runtime.on_gpu).to(
        device=runtime.device, dtype=torch.float16 if runtime.half else torch.float32
    )


class MouthPainter:
    """Implements `Dubber` for one avatar."""

    def __init__(self, network: FoldedWav2Lip, runtime: Runtime) -> None:
        """network: as `folded` makes it for the runtime."""
        self.batch = BATCH_ON_GPU if runtime.on_gpu else BATCH_ON_CPU
        self._network = network
        weight = next(network.parameters())
        self._options: dict[str, Any] = {"device": weight.device, "dtype": weight.dtype}
        self._features: OrderedDict[int, FaceFeatures] = OrderedDict()

    def dub(
        self, batches: Iterable[CropBatch], speech: Speech, *, frames: int, fps: int, seed: int
    ) -> Iterator[Crops]:
        """See `Dubber`. There is no chance in it: the seed changes nothing."""
        mel = mel_spectrogram(at_rate(lasting(speech.samples, frames / fps)))
        for batch in batches:
            mels = torch.from_numpy(windows(mel, batch.frames, fps)).to(**self._options)
            painted = self._network.paint(mels, self._seen(batch))
            mouths = painted.float().mul(255).round_().to(torch.uint8).flip(1).permute(0, 2, 3, 1)
            crops = batch.images.copy()
            crops[:, PAINTED:] = mouths.cpu().numpy()
            yield crops

    def _seen(self, batch: CropBatch) -> FaceFeatures:
        """The features of a batch's pictures, of which only new ones are computed."""
        numbers = batch.pictures.tolist()
        new = {number: at for at, number in enumerate(numbers) if number not in self._features}
        if new:
            found = self._network.features(faces(batch.images[list(new.values())]).to(**self._options))
            self._features.update(zip(new, found.each(), strict=True))
        for number in numbers:
            self._features.move_to_end(number)
        wanted = [self._features[number] for number in numbers]
        while len(self._features) > KEPT_PICTURES:
            self._features.popitem(last=False)
        return wanted[0] if len(set(numbers)) == 1 else FaceFeatures.joined(wanted)


def faces(crops: NDArray[np.uint8]) -> Tensor:
    """What the network reads of crops uint8 [n, 96, 96, 3] RGB: float32 [n, 6, 96, 96], BGR 0..1 without the
    lower half, then with it."""
    whole = torch.from_numpy(np.ascontiguousarray(crops[..., ::-1])).permute(0, 3, 1, 2).float().div_(255)
    masked = whole.clone()
    masked[:, :, PAINTED:] = 0
    return torch.cat((masked, whole), dim=1)
