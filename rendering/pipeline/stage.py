"""What the studio's stage needs to know of an avatar to compose it in the browser as the pipeline would."""

import math
from typing import Any

from rendering.pipeline.bundle import AvatarBundle
from rendering.pipeline.subject import describe


def stage_facts(bundle: AvatarBundle) -> dict[str, Any]:
    """The avatar's Subject as JSON values, pixels of its picture; None where no border cuts the person."""
    subject = describe(bundle)
    return {
        "width": subject.width,
        "height": subject.height,
        "eyes": list(subject.eyes),
        "face_height": subject.face_height,
        "left_from": _finite(subject.left_from),
        "right_from": _finite(subject.right_from),
        "cut_top": subject.cut_top,
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
