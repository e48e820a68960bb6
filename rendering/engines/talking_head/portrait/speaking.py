"""When a mouth is the one that speaks, and when the picture's own."""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, maximum_filter1d

from rendering.engines.talking_head.portrait.idle import rest_window
from rendering.engines.talking_head.portrait.performance import Performance

STIRS = 0.02
"""Of any articulator: less is a mouth at rest."""
AROUND_SPEECH = 0.25
"""Seconds before and after a sound during which the mouth is the one that speaks."""
TAKE_OVER = 0.12
"""Seconds at the ends of a segment in which the picture's own mouth gives way and comes back."""


def speaking(performance: Performance, fps: int) -> NDArray[np.float64]:
    """How much of each frame's mouth is the one that speaks, 0..1: none at either end of a segment, all from
    a little before a sound to a little after it."""
    frames = len(performance)
    stirred = [max(map(abs, performance.filmed(index).mouth)) > STIRS for index in range(frames)]
    reach = round(AROUND_SPEECH * fps)
    around = maximum_filter1d(np.array(stirred, np.float64), 2 * reach + 1, mode="nearest")
    eased = gaussian_filter1d(around, reach / 3, mode="nearest")
    return np.asarray(eased * rest_window(frames, fps, TAKE_OVER), np.float64)
