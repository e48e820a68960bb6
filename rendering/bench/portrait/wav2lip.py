"""The peer: the network of Wav2Lip and the loop around it, as its authors' script runs them.

K. Prajwal, R. Mukhopadhyay, V. Namboodiri, C. Jawahar, "A lip sync expert is all you need for speech to lip
generation in the wild" (ACM MM 2020). Written from its description: layers, widths and batch are theirs. Its
weights are random, because speed does not depend on them; its pictures mean nothing. The product does not use
this, and PyTorch is none of its dependencies.
"""

import importlib
import time
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from rendering.engines.errors import EngineError
from rendering.engines.face.base import Image

SIDE = 96
"""Pixels of the face that the network sees."""
BANDS, COLUMNS = 80, 16
"""Of the mel spectrogram of 0.2 s."""
BATCH = 128
"""Frames, the default of the original script."""
PADDING = 10
"""Pixels below the face's box, the default of the original script."""
WARM_UP = 4
"""Frames before the clock starts."""

Box = tuple[int, int, int, int]
"""left, top, right, bottom."""

FACE_ENCODER = (
    ((6, 16, 7, 1, 3),),
    ((16, 32, 3, 2, 1), *((32,) * 2)),
    ((32, 64, 3, 2, 1), *((64,) * 3)),
    ((64, 128, 3, 2, 1), *((128,) * 2)),
    ((128, 256, 3, 2, 1), *((256,) * 2)),
    ((256, 512, 3, 2, 1), 512),
    ((512, 512, 3, 1, 0), (512, 512, 1, 1, 0)),
)
"""A layer each: (channels in, out, kernel, stride, padding), or the width of a residual one of 3 x 3."""
AUDIO_ENCODER = (
    *((1, 32, 3, 1, 1), 32, 32),
    *((32, 64, 3, (3, 1), 1), 64, 64),
    *((64, 128, 3, 3, 1), 128, 128),
    *((128, 256, 3, (3, 2), 1), 256),
    *((256, 512, 3, 1, 0), (512, 512, 1, 1, 0)),
)
FACE_DECODER = ((1024, 512, 1), (1024, 512, 2), (768, 384, 2), (512, 256, 2), (320, 128, 2), (160, 64, 2))
"""Transposed layers after the first: (channels in, out, residual layers)."""


def _torch() -> Any:
    try:
        return importlib.import_module("torch")
    except ImportError as error:
        raise EngineError(
            "Wav2Lip is measured with PyTorch, which is not installed. Install it beside Avatar Lab "
            "(pip install torch), or measure without: manage.py bench portrait --no-peer"
        ) from error


def build() -> Any:
    """The generator as a torch.nn.Module in eager mode: (mels [n, 1, 80, 16], faces [n, 6, 96, 96]) to faces
    [n, 3, 96, 96]. Raises EngineError without PyTorch."""
    torch = _torch()
    nn = torch.nn

    class Residual(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self, width: int) -> None:
            super().__init__()
            self.conv_block = nn.Sequential(nn.Conv2d(width, width, 3, 1, 1), nn.BatchNorm2d(width))
            self.act = nn.ReLU()

        def forward(self, x: Any) -> Any:
            return self.act(self.conv_block(x) + x)

    def layer(shape: Any) -> Any:
        if isinstance(shape, int):
            return Residual(shape)
        wide_in, wide_out, kernel, stride, padding = shape
        conv = nn.Conv2d(wide_in, wide_out, kernel, stride, padding)
        return nn.Sequential(conv, nn.BatchNorm2d(wide_out), nn.ReLU())

    def risen(index: int, wide_in: int, wide_out: int, residual: int) -> Any:
        steps = (1, 0, 0) if index == 0 else (2, 1, 1)
        conv = nn.ConvTranspose2d(wide_in, wide_out, 3, *steps)
        up = nn.Sequential(conv, nn.BatchNorm2d(wide_out), nn.ReLU())
        return nn.Sequential(up, *(Residual(wide_out) for _ in range(residual)))

    class Generator(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.faces = nn.ModuleList(nn.Sequential(*map(layer, block)) for block in FACE_ENCODER)
            self.audio = nn.Sequential(*map(layer, AUDIO_ENCODER))
            first = layer((512, 512, 1, 1, 0))
            self.decoder = nn.ModuleList(
                [first, *(risen(index, *shape) for index, shape in enumerate(FACE_DECODER))]
            )
            self.output = nn.Sequential(layer((80, 32, 3, 1, 1)), nn.Conv2d(32, 3, 1), nn.Sigmoid())

        def forward(self, mels: Any, faces: Any) -> Any:
            seen = []
            for block in self.faces:
                faces = block(faces)
                seen.append(faces)
            drawn = self.audio(mels)
            for block in self.decoder:
                drawn = torch.cat((block(drawn), seen.pop()), 1)
            return self.output(drawn)

    return Generator().eval()


def seconds_a_frame(frame: Image, box: Box, frames: int, threads: int) -> float:
    """Wall seconds a frame of the inference loop: crops gathered, shrunk and stacked, the network in batches,
    faces enlarged and pasted. Face detector, spectrogram, reading and writing of files are left out.

    frame: of the still that speaks; box: of the face in it. Raises EngineError without PyTorch.
    """
    torch = _torch()
    torch.set_num_threads(threads)
    network = build()
    _run(torch, network, frame, box, WARM_UP)
    begun = time.perf_counter()
    for start in range(0, frames, BATCH):
        _run(torch, network, frame, box, min(BATCH, frames - start))
    return (time.perf_counter() - begun) / frames


def _run(torch: Any, network: Any, frame: Image, box: Box, count: int) -> list[Image]:
    left, top, right, bottom = box
    stills = [frame.copy() for _ in range(count)]
    crops = np.asarray([cv2.resize(still[top:bottom, left:right], (SIDE, SIDE)) for still in stills])
    masked = crops.copy()
    masked[:, SIDE // 2 :] = 0
    stacked: NDArray[np.float64] = np.concatenate((masked, crops), axis=3) / 255.0
    mels = np.zeros((count, BANDS, COLUMNS, 1))
    with torch.no_grad():
        faces = torch.FloatTensor(np.transpose(stacked, (0, 3, 1, 2)))
        sound = torch.FloatTensor(np.transpose(mels, (0, 3, 1, 2)))
        drawn = network(sound, faces).numpy().transpose(0, 2, 3, 1) * 255.0
    for still, face in zip(stills, drawn, strict=True):
        still[top:bottom, left:right] = cv2.resize(face.astype(np.uint8), (right - left, bottom - top))
    return stills
