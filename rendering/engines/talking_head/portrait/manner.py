"""What each expression does to a speaking face, in numbers.

The directions are the literature's, the sizes ours, set by looking at faces. Raised brows go along with rises
of pitch (C. Cavé et al., "About the relationship between eyebrow movements and F0 variations", ICSLP 1996),
and head motion with pitch and loudness (K. Munhall et al., "Visual prosody and speech intelligibility",
Psychological Science 15, 2004). A smile is AU12, the corners drawn up and aside, with AU6, the raised cheeks;
lowered brows are AU4, raised ones AU1+2 (P. Ekman, W. Friesen, "Facial Action Coding System", 1978). People
blink 17 times a minute at rest, 26 in conversation and 4.5 while reading (A. Bentivoglio et al., "Analysis of
blink rate patterns in normal subjects", Movement Disorders 12, 1997).
"""

from dataclasses import dataclass, fields
from typing import Final

from rendering.engines.talking_head.base import ExpressionName, Manner


@dataclass(frozen=True)
class Style:
    """How a face acts. Factors are of what the speech itself asks for.

    opening: factor on parting lips; jaw: on the jaw; smile: of the rest pose, 1 is a full smile with closed
    lips; brow: of the rest pose, 1 fully raised, negative lowered; accent: factor on the brows' answer to the
    voice; nod: on the head's; sway: on the head's idle motion; pace: on how fast it sways and breathes;
    breath: on its depth; blinks: a minute; glances: looks away from the viewer, a minute.
    """

    opening: float
    jaw: float
    smile: float
    brow: float
    accent: float
    nod: float
    sway: float
    pace: float
    breath: float
    blinks: float
    glances: float


PLAIN: Final = Style(
    opening=1.04, jaw=1.04, smile=0.0, brow=0.0, accent=1.2, nod=1.2, sway=1.2,
    pace=1.0, breath=1.0, blinks=19.0, glances=6.0,
)  # fmt: skip
"""No expression at all: what intensity 0 shows, and what every expression goes away from."""

STYLES: Final[dict[ExpressionName, Style]] = {
    "calm": Style(
        opening=1.0, jaw=1.0, smile=0.0, brow=0.0, accent=1.0, nod=1.0, sway=1.0,
        pace=0.95, breath=1.0, blinks=16.0, glances=5.0,
    ),
    "friendly": Style(
        opening=1.06, jaw=1.03, smile=0.5, brow=0.10, accent=1.4, nod=1.5, sway=1.2,
        pace=1.0, breath=1.0, blinks=20.0, glances=5.0,
    ),
    "serious": Style(
        opening=0.95, jaw=0.95, smile=0.0, brow=-0.30, accent=0.7, nod=0.8, sway=0.7,
        pace=0.85, breath=0.9, blinks=13.0, glances=4.0,
    ),
    "energetic": Style(
        opening=1.18, jaw=1.15, smile=0.25, brow=0.15, accent=1.8, nod=2.0, sway=1.5,
        pace=1.25, breath=1.2, blinks=26.0, glances=8.0,
    ),
}  # fmt: skip


def style_of(manner: Manner) -> Style:
    """The expression as strong as asked for: on the straight line from PLAIN through it."""
    wanted = STYLES[manner.expression]

    def along(name: str) -> float:
        plain = float(getattr(PLAIN, name))
        return plain + manner.intensity * (float(getattr(wanted, name)) - plain)

    return Style(**{field.name: along(field.name) for field in fields(Style)})
