"""How many steps a frame is painted in."""

from dataclasses import dataclass

from rendering.engines.talking_head.diffdub.ddim import Schedule, schedule

WARM_START = 600
"""Time, of 1000, at which a frame that starts from the one before joins in. The light of a face and the place
of its chin are settled by then, the shape of the lips hardly: less noise would leave the old mouth in."""


@dataclass(frozen=True)
class Quality:
    """steps: from noise to a picture; warm: whether only the first batch of a film begins at noise, the
    others at the last picture painted, made noisy."""

    steps: int
    warm: bool

    def cold_start(self) -> Schedule:
        """The steps of a batch that begins at noise."""
        return schedule(self.steps)

    def warm_start(self) -> Schedule:
        """The steps of a batch that begins at a picture."""
        return schedule(self.steps).starting_at(WARM_START)


QUALITIES = {
    "draft": Quality(steps=5, warm=True),
    "standard": Quality(steps=10, warm=False),
    "best": Quality(steps=20, warm=False),
}
