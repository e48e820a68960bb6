"""The `wav2lip` engine behind the talking-head contract."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from rendering.engines.catalogue.pictures import WAV2LIP
from rendering.engines.neural import checkpoints, lean, runtime
from rendering.engines.neural.checkpoints import State
from rendering.engines.talking_head.base import Actor, AvatarSource, Placement
from rendering.engines.talking_head.dubbing.actor import DubbedActor
from rendering.engines.talking_head.dubbing.crops import Boxes, CropPlan, face_boxes
from rendering.engines.talking_head.dubbing.region import lower_face
from rendering.engines.talking_head.dubbing.template import template
from rendering.engines.talking_head.wav2lip.network import SIDE, Wav2Lip
from rendering.engines.talking_head.wav2lip.painter import MouthPainter, folded

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
        with torch.device("meta"):
            network = Wav2Lip()
        checkpoints.fill(network, lean.state(WEIGHTS, generator_state), source=WEIGHTS)
        self._network = folded(network, self._runtime)

    def prepare(self, source: AvatarSource, placement: Placement) -> Actor:
        """An actor for a picture or a clip. Raises MediaError when a clip cannot be read, ValueError when the
        placement leaves the mouth of a picture outside the panel."""
        shown = template(source, placement)
        boxes = face_boxes(shown.landmarks, shown.size, below=PADDING, smoothing=SMOOTHING)
        regions = painted_only(lower_face(shown.landmarks), boxes)
        painter = MouthPainter(self._network, self._runtime)
        return DubbedActor(shown, CropPlan(SIDE, boxes, regions), painter)


def generator_state(checkpoint: Any, source: str) -> State:
    """The generator's tensors in a released file: below `state_dict`, beside the optimizer's, every name with
    the prefix of the training's parallel wrapper. Raises CheckpointError."""
    return checkpoints.state_of(checkpoint, source=source, below=("state_dict",), prefixes=("module.",))


def painted_only(regions: NDArray[np.float32], boxes: Boxes) -> NDArray[np.float32]:
    """Regions [pictures, points, 2] without what lies above the middle of their boxes: only the lower half of
    a crop is painted."""
    middle = (boxes[:, 1] + boxes[:, 3]) / 2
    kept = regions.copy()
    kept[..., 1] = np.maximum(kept[..., 1], middle[:, None])
    return kept
