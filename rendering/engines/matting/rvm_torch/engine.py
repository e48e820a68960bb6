"""Robust Video Matting in PyTorch, behind the protocol of matting engines."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor

from rendering.engines.catalogue.pictures import RVM_TORCH
from rendering.engines.face.base import Image
from rendering.engines.matting.base import Alpha
from rendering.engines.matting.rvm import STILL_PASSES, inner_ratio
from rendering.engines.matting.rvm_torch import weights
from rendering.engines.matting.rvm_torch.backbones import Variant
from rendering.engines.matting.rvm_torch.decoder import BLANK, States
from rendering.engines.matting.rvm_torch.network import MattingNetwork
from rendering.engines.neural.runtime import Runtime, choose
from rendering.engines.weights import locate, missing

CHUNK = 12
"""Frames at once on a GPU; on a processor one by one is as fast, and takes less memory."""
_ARTIFACTS: dict[Variant, str] = {"mobilenetv3": "rvm-mobilenetv3", "resnet50": "rvm-resnet50"}


class TorchVideoMatting:
    """Keeps the network warm; not thread-safe.

    variant: None takes the larger network where its weights are here; model: its file, None that of the
    models folder; threads: on a processor; runtime: where it computes, None what the environment says.
    Raises ModelMissingError and CheckpointError.
    """

    name = "rvm-torch"

    def __init__(
        self,
        *,
        variant: Variant | None = None,
        model: Path | None = None,
        threads: int = 2,
        runtime: Runtime | None = None,
    ) -> None:
        variant = variant or _largest()
        self.version = f"{variant}-{RVM_TORCH.version}"
        self.runtime = runtime or choose(threads=threads)
        self._network = on_device(weights.load(model or locate(_ARTIFACTS[variant]), variant), self.runtime)

    def matte_still(self, image: Image) -> Alpha:
        """Alpha of one picture, uint8 of its height and width."""
        height, width = image.shape[:2]
        ratio = inner_ratio(width, height)
        # The memory depends on the inner picture alone, so it is settled without refining any edge.
        size = (int(width * ratio), int(height * ratio))
        inner = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
        memory = self._settled(inner, 1.0)
        [alpha], _ = self._step([image], memory, ratio)
        return alpha

    def matte_video(self, frames: Iterable[Image]) -> Iterator[Alpha]:
        """Alpha per frame, in order, the recurrent state carried over. All frames are of one size.

        On a GPU up to CHUNK frames are read ahead.
        """
        stream = iter(frames)
        first = next(stream, None)
        if first is None:
            return
        ratio = inner_ratio(first.shape[1], first.shape[0])
        # Without this the first second of a clip shows the network making up its mind.
        memory = self._settled(first, ratio)
        stream = chain([first], stream)
        while chunk := list(islice(stream, CHUNK if self.runtime.on_gpu else 1)):
            alphas, memory = self._step(chunk, memory, ratio)
            yield from alphas

    def _settled(self, image: Image, ratio: float) -> States:
        memory, source = BLANK, self._source([image])
        with torch.inference_mode():
            for _ in range(STILL_PASSES - 1):
                memory = self._network.remember(source, memory, ratio)
        return memory

    def _step(self, images: Sequence[Image], memory: States, ratio: float) -> tuple[list[Alpha], States]:
        with torch.inference_mode():
            matte = self._network(self._source(images), memory, ratio)
        alphas = (matte.alpha[0, :, 0].float() * 255).round().to(torch.uint8).cpu().numpy()
        return list(alphas), matte.states

    def _source(self, images: Sequence[Image]) -> Tensor:
        """[1, frames, 3, height, width], 0..1, on the device."""
        pixels = torch.from_numpy(np.stack(images)).to(self.runtime.device).permute(0, 3, 1, 2)[None]
        return pixels.to(self._network.project_mat.conv.weight.dtype) / 255


def on_device(network: MattingNetwork, runtime: Runtime) -> MattingNetwork:
    """The network where the runtime computes, in its precision; half precision is for GPUs only."""
    if runtime.half and runtime.on_gpu:
        halve(network)
    return network.to(runtime.device, memory_format=torch.channels_last)


def halve(network: MattingNetwork) -> None:
    """All but the refiner, which divides small variances, in float16."""
    network.half()
    network.refiner.float()


def _largest() -> Variant:
    return "mobilenetv3" if missing([_ARTIFACTS["resnet50"]]) else "resnet50"
