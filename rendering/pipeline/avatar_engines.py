"""The engines that make avatars, opened once per process."""

import functools
from dataclasses import dataclass

from rendering.engines.face.analysis import FaceAnalyser
from rendering.engines.inpainting.base import Inpainting
from rendering.engines.inpainting.migan import MiganInpainting
from rendering.engines.inpainting.smooth import SmoothInpainting
from rendering.engines.matting import registry
from rendering.engines.matting.base import Matting


@dataclass(frozen=True)
class AvatarEngines:
    """What preparing an avatar needs, kept warm; not thread-safe."""

    analyser: FaceAnalyser
    matting: Matting
    widening: Inpainting
    plates: Inpainting


@functools.cache
def shared_engines(threads: int = 2) -> AvatarEngines:
    """The engines of this process, opened on first use. Raises ModelMissingError, and EngineError
    for a matting engine that the environment asks for and that is not here."""
    return AvatarEngines(
        analyser=FaceAnalyser(),
        matting=registry.engine(threads=threads),
        widening=MiganInpainting(threads=threads),
        plates=SmoothInpainting(),
    )
