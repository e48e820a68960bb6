"""The mouths of an atlas, as changes of a closed one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal


@dataclass(frozen=True)
class MouthShape:
    """Mouth widths of the face at rest. upper: the upper lip's rise; lower: the lower lip's fall; width: of
    the mouth, 1 as at rest; thicker: of both lips, seen from the front; sharpness: exponent of the opening's
    profile from corner to corner; inside: what is seen between the lips."""

    upper: float
    lower: float
    width: float
    thicker: float = 0.0
    sharpness: float = 0.7
    inside: Literal["teeth", "dark", "teeth above dark", "nothing"] = "teeth"
    chin: float = 0.8
    """The chin's fall as a share of the lower lip's."""
    jaw: float = 0.0
    rounding: float = 0.0
    """As the portrait engine's articulators count them: 0..1, and -1 (spread) to 1 (puckered)."""


SHAPES: Final[Mapping[str, MouthShape]] = {
    "AA": MouthShape(0.03, 0.24, 0.95, -0.01, inside="teeth above dark", jaw=1.0),
    "EH": MouthShape(0.05, 0.18, 1.02, -0.01, jaw=0.6, rounding=-0.4),
    "IY": MouthShape(0.05, 0.08, 1.12, -0.01, jaw=0.25, rounding=-0.9),
    "OW": MouthShape(0.03, 0.20, 0.78, 0.02, sharpness=0.5, inside="dark", jaw=0.7, rounding=1.0),
    "UW": MouthShape(0.02, 0.06, 0.72, 0.04, sharpness=0.5, inside="dark", jaw=0.2, rounding=1.0),
    "S": MouthShape(0.05, 0.07, 1.00, -0.01, chin=0.3, jaw=0.1, rounding=-0.3),
}
"""What the generator is driven to, by ARPAbet phone. Numbers: a study of this generator's faces."""
CLOSED: Final = MouthShape(0.0, 0.0, 1.0, inside="nothing")
"""What a face that shows its teeth at rest is brought to first."""

ENTRIES: Final[Mapping[str, tuple[str, float]]] = {
    "AA": ("AA", 0.9),
    "AA-half": ("AA", 0.6),
    "AA-third": ("AA", 0.33),
    "EH": ("EH", 0.66),
    "EH-half": ("EH", 0.33),
    "IY": ("IY", 0.5),
    "OW": ("OW", 1.0),
    "OW-half": ("OW", 0.5),
    "UW": ("UW", 1.0),
    "UW-half": ("UW", 0.5),
    "S": ("S", 0.5),
}
"""Entries of an atlas beside the resting face: shape and share of its latent change. A smaller share is a
true in-between, with teeth less like a grin's; mixtures of shapes break teeth."""
