"""Robust Video Matting, MobileNetV3 (Lin et al. 2021, arXiv:2108.11515), in ONNX Runtime."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from rendering.engines.catalogue.pictures import RVM
from rendering.engines.face.base import Image
from rendering.engines.matting.base import Alpha
from rendering.engines.onnx import cpu_session
from rendering.engines.weights import locate

Recurrent = list[NDArray[np.float32]]

STILL_PASSES = 4
"""How often a still is shown to the network; its memory settles after three."""
STATES = 4
INNER_SIDE = 512
"""Long side in pixels on which the network looks for the person; edges are refined at full size."""


class RobustVideoMatting:
    """Keeps the network warm; not thread-safe. Raises ModelMissingError when it is not on this machine."""

    name = "rvm"
    version = RVM.version

    def __init__(self, model: Path | None = None, *, threads: int = 2) -> None:
        self._session = cpu_session(model or locate("rvm-mobilenetv3"), threads)

    def matte_still(self, image: Image) -> Alpha:
        """Alpha of one picture, uint8 of its height and width."""
        ratio = inner_ratio(image.shape[1], image.shape[0])
        # The memory depends on the inner picture alone, so it is settled without refining any edge.
        inner, memory = inner_picture(image, ratio), _blank()
        for _ in range(STILL_PASSES - 1):
            _, memory = self._step(inner, memory, 1.0)
        alpha, _ = self._step(image, memory, ratio)
        return alpha

    def matte_video(self, frames: Iterable[Image]) -> Iterator[Alpha]:
        """Alpha per frame, in order, the recurrent state carried over. All frames are of one size."""
        memory = _blank()
        for number, frame in enumerate(frames):
            ratio = inner_ratio(frame.shape[1], frame.shape[0])
            if number == 0:
                # Without this the first second of a clip shows the network making up its mind.
                for _ in range(STILL_PASSES - 1):
                    _, memory = self._step(frame, memory, ratio)
            alpha, memory = self._step(frame, memory, ratio)
            yield alpha

    def _step(self, image: Image, memory: Recurrent, ratio: float) -> tuple[Alpha, Recurrent]:
        source = np.ascontiguousarray(image.transpose(2, 0, 1)[None], np.float32) / 255
        inputs = {"src": source, "downsample_ratio": np.array([ratio], np.float32)}
        inputs |= {f"r{number + 1}i": state for number, state in enumerate(memory)}
        names = ["pha", *(f"r{number + 1}o" for number in range(STATES))]
        alpha, *states = self._session.run(names, inputs)
        return np.rint(alpha[0, 0] * 255).astype(np.uint8), states


def inner_ratio(width: int, height: int) -> float:
    """The network's downsample_ratio for a picture of this size in pixels; 1 for small ones."""
    return min(1.0, INNER_SIDE / max(width, height))


def inner_picture(image: Image, ratio: float) -> Image:
    """The small picture on which the network looks for the person. ratio: from `inner_ratio`."""
    size = (int(image.shape[1] * ratio), int(image.shape[0] * ratio))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def _blank() -> Recurrent:
    return [np.zeros((1, 1, 1, 1), np.float32) for _ in range(STATES)]
