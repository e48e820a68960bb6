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
UPPER_SHARE, UPPER_SHARE_ROUND = 0.10, 0.38
"""Part of an opening that the upper lip makes, spread and puckered."""
UPPER_RAISE = 0.018
"""Face heights for `raised` of 1."""
ROUND_LOWERS_UPPER = 0.008
"""Face heights: a puckered upper lip comes down over the teeth."""
LOWER_DEPRESS = 0.012
"""Face heights the lower lip gives way for `depressed` of 1, beyond the gap: its teeth show."""
CLOSED_BELOW = 0.07
"""Gap channel at which the lips' resting overlap has been taken back."""


class LipTravel(NamedTuple):
    """Weights of the jaw's and lips' fields. Pixels, except jaw.

    upper, lower: up and down, in the profile of a spread mouth, beyond what the jaw carries (`lower` is
    negative when lips must meet under a lowered jaw); upper_round, lower_round: the same in the narrower
    profile of a puckered mouth; opening: between the lips.
    """

    jaw: float
    upper: float
    lower: float
    upper_round: float
    lower_round: float
    opening: float


def solve(mouth: Viseme, height: float, overlap: float) -> LipTravel:
    """height: of the face, pixels; overlap: pixels by which resting lips overlap, so that no slit shows."""
    drop, largest = JAW_DROP * height, LARGEST_GAP * height
    rounding = min(1.0, max(0.0, mouth.rounding))
    jaw = mouth.jaw * 0.80 * GAIN
    parting = min(1.0, mouth.gap / CLOSED_BELOW)
    parting *= parting * (3 - 2 * parting)
    opening = largest * math.tanh(mouth.gap * drop * GAIN / largest)
    opening += LOWER_DEPRESS * height * mouth.depressed * parting
    upper = (
        mouth.raised * UPPER_RAISE * height * (1 - 0.8 * rounding)
        + (UPPER_SHARE + (UPPER_SHARE_ROUND - UPPER_SHARE) * rounding) * opening
        - ROUND_LOWERS_UPPER * height * rounding * min(1.0, 5 * mouth.gap)
    )
    lower = opening - upper
    closing = overlap * parting
    return LipTravel(
        jaw=jaw,
        upper=(1 - rounding) * upper + closing,
        lower=(1 - rounding) * lower + closing - jaw * drop,
        upper_round=rounding * upper,
        lower_round=rounding * lower,
        opening=opening,
    )
