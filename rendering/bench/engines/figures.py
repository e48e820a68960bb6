"""A row of the table of `manage.py bench engines`."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Figure:
    """engine: its name in the catalogue, "" for all of them; what: was measured; value: the number; unit: "x"
    for a ratio; least, most: the target, None where there is none here.
    """

    engine: str
    what: str
    value: float
    unit: str
    least: float | None = None
    most: float | None = None

    @property
    def met(self) -> bool | None:
        """None without a target."""
        if self.least is None and self.most is None:
            return None
        return (self.least is None or self.value >= self.least) and (
            self.most is None or self.value <= self.most
        )

    @property
    def measured(self) -> str:
        return f"{self.value:.4g} {self.unit}".rstrip()

    @property
    def target(self) -> str:
        if self.least is not None:
            return f">= {self.least:g} {self.unit}".rstrip()
        return f"<= {self.most:g} {self.unit}".rstrip() if self.most is not None else ""

    def to_json(self) -> dict[str, Any]:
        return {
            "engine": self.engine,
            "what": self.what,
            "value": self.value,
            "unit": self.unit,
            "target": self.target,
            "met": self.met,
        }
