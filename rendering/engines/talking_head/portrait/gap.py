"""How far each lip must travel so that the opening is the one asked for, whatever the jaw does."""

import math
from typing import NamedTuple

from rendering.engines.talking_head.portrait.visemes import Viseme

JAW_DROP = 0.078
"""Face heights the chin sinks for a jaw of 1."""
LARGEST_GAP = 0.085
"""Face heights; the opening approaches it asymptotically."""
GAIN = 1.25
"""Openness of the whole mouth, as on a clear speaker."""
UPPER_SHARE = 0.10
"""Part of an opening that the upper lip makes."""
UPPER_RAISE = 0.018
"""Face heights for `raised` of 1."""
ROUND_LOWERS_UPPER = 0.014
"""Face heights: a rounded upper lip comes down, or a bar of teeth shows."""
LOWER_DEPRESS = 0.012
"""Face heights the lower lip gives way for `depressed` of 1, beyond the gap: its teeth show."""
CLOSED_BELOW = 0.07
"""Gap channel at which the lips' resting overlap has been taken back."""


class LipTravel(NamedTuple):
    """jaw: 0.., as a weight of the jaw's field; upper: pixels up; lower: pixels down, beyond what the jaw
    carries (negative when lips must meet under a lowered jaw); opening: pixels between the lips."""

    jaw: float
    upper: float
    lower: float
    opening: float


def solve(mouth: Viseme, height: float, overlap: float) -> LipTravel:
    """height: of the face, pixels; overlap: pixels by which resting lips overlap, so that no slit shows."""
    drop = JAW_DROP * height
    largest = LARGEST_GAP * height
    opening = largest * math.tanh(mouth.gap * drop * GAIN / largest)
    jaw = mouth.jaw * 0.80 * GAIN
    upper = (
        mouth.raised * UPPER_RAISE * height * (1 - 0.8 * mouth.rounding)
        + UPPER_SHARE * opening
        - ROUND_LOWERS_UPPER * height * mouth.rounding * min(1.0, 5 * mouth.gap)
    )
    parting = min(1.0, mouth.gap / CLOSED_BELOW)
    parting *= parting * (3 - 2 * parting)
    depress = LOWER_DEPRESS * height * mouth.depressed * parting
    lower = opening - jaw * drop - upper + overlap * parting + depress
    return LipTravel(jaw, upper + overlap * parting, lower, opening + depress)
