"""What was found out about a photo, in words that help."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

Severity = Literal["refuse", "warn", "fixed"]
"""refuse: no avatar is made; warn: it works, and would be better otherwise; fixed: it was put right."""

DECIMALS = 3
"""Of values in JSON."""


@dataclass(frozen=True)
class Finding:
    """One thing about a photo that its owner should know.

    what: its lasting name ("blurred"); value: what was measured, in the unit that the measure's own docstring
    gives; sentence: what is so, and what to do about it.
    """

    what: str
    severity: Severity
    value: float
    sentence: str


def to_json(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Plain JSON values, gravest first."""
    order = get_args(Severity)
    ranked = sorted(findings, key=lambda finding: order.index(finding.severity))
    return [asdict(finding) | {"value": round(finding.value, DECIMALS)} for finding in ranked]


def from_json(values: list[dict[str, Any]]) -> tuple[Finding, ...]:
    """Inverse of `to_json`. Raises KeyError, TypeError or ValueError on anything else."""
    found = tuple(
        Finding(str(v["what"]), v["severity"], float(v["value"]), str(v["sentence"])) for v in values
    )
    for finding in found:
        if finding.severity not in get_args(Severity):
            raise ValueError(f"{finding.severity!r} is no severity of a finding")
    return found
