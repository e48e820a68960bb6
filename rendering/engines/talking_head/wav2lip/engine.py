"""The `wav2lip` engine behind the talking-head contract."""

import numpy as np
from numpy.typing import NDArray

from rendering.engines.catalogue.pictures import WAV2LIP
from rendering.engines.neural import runtime
from rendering.engines.talking_head.base import Actor, AvatarSource, Placement
from rendering.engines.talking_head.dubbing.actor import DubbedActor
from rendering.engines.talking_head.dubbing.crops import Boxes, CropPlan, face_boxes
from rendering.engines.talking_head.dubbing.region import lower_face
from rendering.engines.talking_head.dubbing.template import template
from rendering.engines.talking_head.wav2lip.network import SIDE, Wav2Lip
from rendering.engines.talking_head.wav2lip.painter import MouthPainter, folded
from rendering.engines.talking_head.wav2lip.released import load

WEIGHTS = "wav2lip-gan"
PADDING = 0.05
"""Of the face's height, added under the chin: the authors' 10 pixels of a face 200 pixels high."""
SMOOTHING = 5
"""Pictures that a box is averaged over, as the authors do."""


class Wav2LipHead:
    """Implements `TalkingHead`."""

    name = "wav2lip"
    version = WAV2LIP.version

    def __init__(self, *, threads: int = 2) -> None:
        """Raises ModelMissingError, ModelCorruptError, CheckpointError."""
        self._runtime = runtime.choose(threads=threads)
        self._network = folded(load(Wav2Lip, WEIGHTS), self._runtime)

    def prepare(self, source: AvatarSource, placement: Placement) -> Actor:
        """An actor for a picture or a clip. Raises MediaError when a clip cannot be read, ValueError when the
        placement leaves the mouth of a picture outside the panel."""
        shown = template(source, placement)
        boxes = face_boxes(shown.landmarks, shown.size, below=PADDING, smoothing=SMOOTHING)
        regions = painted_only(lower_face(shown.landmarks), boxes)
        painter = MouthPainter(self._network, self._runtime)
        return DubbedActor(shown, CropPlan(SIDE, boxes, regions), painter)


def painted_only(regions: NDArray[np.float32], boxes: Boxes) -> NDArray[np.float32]:
    """Regions [pictures, points, 2] without what lies above the middle of their boxes: only the lower half of
    a crop is painted."""
    middle = (boxes[:, 1] + boxes[:, 3]) / 2
    kept = regions.copy()
    kept[..., 1] = np.maximum(kept[..., 1], middle[:, None])
    return kept
