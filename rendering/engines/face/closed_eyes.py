"""Whether eyes are open. The mesh cannot say: it draws an open eye on a closed one too."""

import functools
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rendering.engines.face.covering import eye_pictures
from rendering.engines.face.patch import FacePatch

PICTURE = (18, 12)
"""Width and height in pixels at which an eye is read."""
WEIGHTS_FILE = Path(__file__).with_name("closed_eyes.npy")
"""float32 [217]: weights of the pixels and a constant, learnt by training/closed_eyes.py."""


def closedness(patch: FacePatch) -> float:
    """How closed both eyes look: about -1 for open, 1 for closed ones; between are lowered looks and squints.

    A linear discriminant of the two eyes' mean picture.
    """
    weights = _weights()
    picture = eye_pictures(patch, PICTURE).mean(axis=0).ravel()
    return float(picture @ weights[:-1] + weights[-1])


@functools.cache
def _weights() -> NDArray[np.float32]:
    return np.asarray(np.load(WEIGHTS_FILE, allow_pickle=False), np.float32)
