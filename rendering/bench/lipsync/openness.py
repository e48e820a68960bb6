"""How open a mouth is expected to be, from the phones alone and with no regard to any talking head.

The order follows the literature, the numbers are ours. Vowels: their height on the IPA chart in sixths
(close 0, open 1), rounded ones narrower, as V. Fromkin measured ("Lip positions in American English vowels",
Language and Speech 7, 1964). Consonants: labial closure first, then the height of the jaw that P. Keating,
B. Lindblom, J. Lubker and J. Kreiman found ("Variability in jaw height for segments in English and Swedish",
Journal of Phonetics 22, 1994): sibilants and alveolar stops highest, then nasals and liquids, velars and h
lowest.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from rendering.engines.speech.base import Phone

Curve = NDArray[np.float64]

CLOSEST_VOWEL = 0.30
"""Openness of a spread close vowel: lips part even for "ee"."""
ROUNDED = 0.60
"""Share of its opening that rounding leaves a vowel."""
MOVEMENT = 0.04
"""Seconds, standard deviation: lips and jaw take about 0.1-0.15 s from one target to the next."""
STEP = 0.005
"""Seconds; the grid on which targets become a movement."""


def _vowel(sixths: float, *, rounded: bool = False) -> float:
    return (CLOSEST_VOWEL + (1 - CLOSEST_VOWEL) * sixths / 6) * (ROUNDED if rounded else 1.0)


_IY, _IH = _vowel(0), _vowel(1)
_UW, _UH = _vowel(0, rounded=True), _vowel(1, rounded=True)

OPENNESS: Final[dict[str, tuple[float, float]]] = {
    "AA": (_vowel(6), _vowel(6)),
    "AE": (_vowel(5), _vowel(5)),
    "AH": (_vowel(3.5), _vowel(3.5)),
    "AO": (_vowel(4, rounded=True), _vowel(4, rounded=True)),
    "EH": (_vowel(4), _vowel(4)),
    "ER": (_vowel(3, rounded=True), _vowel(3, rounded=True)),
    "IH": (_IH, _IH),
    "IY": (_IY, _IY),
    "UH": (_UH, _UH),
    "UW": (_UW, _UW),
    "AY": (_vowel(6), _IH),
    "AW": (_vowel(6), _UH),
    "EY": (_vowel(2.5), _IH),
    "OW": (_vowel(2.5, rounded=True), _UH),
    "OY": (_vowel(4, rounded=True), _IH),
    **dict.fromkeys(("M", "B", "P", "SIL"), (0.0, 0.0)),
    **dict.fromkeys(("F", "V"), (0.08, 0.08)),
    "W": (0.10, 0.10),
    **dict.fromkeys(("S", "Z", "SH", "ZH", "CH", "JH"), (0.15, 0.15)),
    **dict.fromkeys(("T", "D"), (0.20, 0.20)),
    **dict.fromkeys(("N", "R", "Y"), (0.22, 0.22)),
    **dict.fromkeys(("TH", "DH"), (0.25, 0.25)),
    **dict.fromkeys(("L", "K", "G", "NG"), (0.35, 0.35)),
    "HH": (0.45, 0.45),
}
"""ARPAbet phone to its openness at its beginning and end, 0 closed, 1 as for AA."""


def expected_openness(phones: Sequence[Phone], time: Curve) -> Curve:
    """Openness 0..1 at `time` (seconds). phones: in order, without gaps; before and after them it is 0."""
    end = max(float(time[-1]) if len(time) else 0.0, phones[-1].end if phones else 0.0)
    grid = np.arange(0.0, end + STEP, STEP)
    target = np.zeros_like(grid)
    for phone in phones:
        inside = (grid >= phone.start) & (grid < phone.end)
        first, last = OPENNESS[phone.label]
        target[inside] = first + (last - first) * (grid[inside] - phone.start) / (phone.end - phone.start)
    return np.interp(time, grid, gaussian_filter1d(target, MOVEMENT / STEP, mode="nearest"))
