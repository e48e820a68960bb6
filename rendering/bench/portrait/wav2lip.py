"""The peer: the network of Wav2Lip and the loop around it, as its authors' script runs them.

K. Prajwal, R. Mukhopadhyay, V. Namboodiri, C. Jawahar, "A lip sync expert is all you need for speech to lip
generation in the wild" (ACM MM 2020). The network is that of our `wav2lip` engine without anything that makes
it faster, loop and batch are theirs. Its weights are random, because speed does not depend on them; its
pictures mean nothing.
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
    _torch()
    return importlib.import_module("rendering.engines.talking_head.wav2lip.network").Wav2Lip().eval()


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
