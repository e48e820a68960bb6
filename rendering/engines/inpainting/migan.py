"""MI-GAN inpainting (Sargsyan et al., ICCV 2023) as one ONNX graph that crops, fills and blends by itself."""

from pathlib import Path

import numpy as np

from rendering.engines.face.base import Image
from rendering.engines.inpainting.base import Known
from rendering.engines.onnx import cpu_session
from rendering.engines.weights import locate


class MiganInpainting:
    """Keeps the network warm; not thread-safe. Raises ModelMissingError when it is not on this machine."""

    name = "migan"
    version = "2"

    def __init__(self, model: Path | None = None, *, threads: int = 2) -> None:
        self._session = cpu_session(model or locate("migan"), threads)

    def fill(self, image: Image, known: Known) -> Image:
        """The image with its unknown pixels invented; known pixels are unchanged."""
        if known.all():
            return image.copy()
        planes = np.ascontiguousarray(image.transpose(2, 0, 1)[None])
        mask = np.where(known, np.uint8(255), np.uint8(0))[None, None]
        (filled,) = self._session.run(None, {"image": planes, "mask": mask})
        # The graph feathers its seam into the known side; the photo must stay what it was.
        return np.where(known[..., None], image, filled[0].transpose(1, 2, 0))
