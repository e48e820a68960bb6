"""What each phone asks of the articulators.

Targets were set by looking at faces; one target per phone follows M. Cohen, D. Massaro,
"Modeling coarticulation in synthetic visual speech" (1993).
"""

from typing import Final, NamedTuple


class Viseme(NamedTuple):
    """Articulator targets, 0..1 unless noted."""

    gap: float = 0.0
    """opening between the lips"""
    jaw: float = 0.0
    """lowering of the jaw, which carries the lower lip and teeth"""
    spread: float = 0.0
    """mouth corners apart; negative pulls them together"""
    rounding: float = 0.0
    """pucker"""
    raised: float = 0.0
    """upper lip raised, showing the upper teeth"""
    depressed: float = 0.0
    """lower lip pulled down, showing the lower teeth"""
    tuck: float = 0.0
    """lower lip under the upper teeth"""
    press: float = 0.0
    """lips pressed together"""
    tongue: float = 0.0
    """tongue tip raised"""


VISEMES: Final[dict[str, Viseme]] = {
    "SIL": Viseme(),
    "AA": Viseme(1.00, 1.00, 0.00, 0.00, 0.15, 0.10),
    "AE": Viseme(0.85, 0.80, 0.45, 0.00, 0.30, 0.25),
    "AH": Viseme(0.60, 0.55, 0.05, 0.00, 0.12, 0.10),
    "AO": Viseme(0.80, 0.80, -0.20, 0.55, 0.10, 0.10),
    "AW": Viseme(0.85, 0.85, -0.10, 0.35, 0.10, 0.10),
    "AY": Viseme(0.85, 0.85, 0.25, 0.00, 0.20, 0.15),
    "EH": Viseme(0.62, 0.55, 0.40, 0.00, 0.25, 0.25, tongue=0.1),
    "ER": Viseme(0.38, 0.35, -0.20, 0.45, 0.12, 0.15, tongue=0.1),
    "EY": Viseme(0.50, 0.42, 0.65, 0.00, 0.28, 0.30, tongue=0.1),
    "IH": Viseme(0.40, 0.32, 0.40, 0.00, 0.22, 0.25, tongue=0.1),
    "IY": Viseme(0.32, 0.20, 0.85, 0.00, 0.28, 0.35, tongue=0.1),
    "OW": Viseme(0.50, 0.52, -0.35, 0.85, 0.08, 0.08),
    "OY": Viseme(0.65, 0.65, -0.20, 0.75, 0.08, 0.10),
    "UH": Viseme(0.42, 0.36, -0.30, 0.60, 0.10, 0.10),
    "UW": Viseme(0.19, 0.20, -0.45, 1.00, 0.08, 0.08),
    "W": Viseme(0.13, 0.17, -0.45, 1.00, 0.05, 0.05),
    "Y": Viseme(0.28, 0.20, 0.60, 0.00, 0.22, 0.25, tongue=0.1),
    "R": Viseme(0.30, 0.28, -0.20, 0.50, 0.12, 0.15, tongue=0.1),
    "L": Viseme(0.42, 0.36, 0.10, 0.00, 0.18, 0.15, tongue=1.0),
    "HH": Viseme(0.42, 0.40, 0.05, 0.00, 0.12, 0.10),
    "M": Viseme(jaw=0.10, press=1.0),
    "B": Viseme(jaw=0.10, press=0.9),
    "P": Viseme(jaw=0.10, press=0.9),
    "F": Viseme(0.20, 0.14, 0.10, 0.00, 0.60, tuck=1.0),
    "V": Viseme(0.20, 0.14, 0.10, 0.00, 0.55, tuck=0.9),
    "TH": Viseme(0.28, 0.24, 0.15, 0.00, 0.20, 0.15, tongue=0.9),
    "DH": Viseme(0.28, 0.24, 0.15, 0.00, 0.20, 0.15, tongue=0.9),
    "S": Viseme(0.22, 0.08, 0.50, 0.00, 0.28, 0.45, tongue=0.1),
    "Z": Viseme(0.22, 0.08, 0.45, 0.00, 0.28, 0.42, tongue=0.1),
    "SH": Viseme(0.26, 0.12, -0.25, 0.65, 0.28, 0.40),
    "ZH": Viseme(0.26, 0.12, -0.25, 0.65, 0.28, 0.40),
    "CH": Viseme(0.26, 0.12, -0.22, 0.60, 0.28, 0.38, tongue=0.2),
    "JH": Viseme(0.26, 0.12, -0.18, 0.50, 0.28, 0.35, tongue=0.2),
    "T": Viseme(0.26, 0.18, 0.20, 0.00, 0.20, 0.25, tongue=0.6),
    "D": Viseme(0.26, 0.20, 0.18, 0.00, 0.20, 0.25, tongue=0.6),
    "N": Viseme(0.28, 0.22, 0.15, 0.00, 0.18, 0.20, tongue=0.7),
    "K": Viseme(0.36, 0.34, 0.12, 0.00, 0.16, 0.15),
    "G": Viseme(0.36, 0.34, 0.12, 0.00, 0.16, 0.15),
    "NG": Viseme(0.34, 0.32, 0.12, 0.00, 0.16, 0.15),
}
"""ARPAbet phone without stress to its target."""

SILENCE: Final = "SIL"
VOWELS: Final = frozenset(
    {"AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW"}
)
BILABIALS: Final = frozenset({"M", "B", "P"})
LABIODENTALS: Final = frozenset({"F", "V"})
SIBILANTS: Final = frozenset({"S", "Z", "SH", "CH", "JH", "ZH"})
ALVEOLARS: Final = frozenset({"L", "TH", "DH", "N", "T", "D"})
"""The tongue tip is seen."""
ROUNDED: Final = frozenset({"W", "UW", "OW", "SH", "ZH", "CH", "JH", "AO", "OY", "UH"})
"""Phones that impose their lip rounding on their neighbours."""
LIP_SHAPED: Final = frozenset({"R", "ER", "AW", "IY", "EY", "S", "Z"})
"""Phones with a lip width of their own, held less firmly than ROUNDED."""

DIPHTHONG_GLIDES: Final[dict[str, str]] = {"AY": "IH", "EY": "IY", "OY": "IH", "AW": "UH", "OW": "UW"}
"""What a diphthong ends on."""
