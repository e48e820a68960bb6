"""Where everything lies in the frame: the avatar's panel, its shape, the picture inside it and the title.

Pure geometry. A person cut by the picture's border is placed so that the cut lies on the panel's border; when
a full frame cannot do that, the avatar becomes a card.
"""

import itertools
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from rendering.engines.matting.base import Alpha
from rendering.engines.talking_head.base import Placement
from rendering.pipeline.spec import Layout, SceneSpec
from rendering.pipeline.subject import Subject

Shape = Literal["frame", "rounded", "circle"]
Box = tuple[int, int, int, int]
"""left, top, right, bottom in pixels of the frame; right and bottom are outside."""


@dataclass(frozen=True)
class Framing:
    """How a person is shown: shares of the panel's height. face: preferred, least and greatest face height;
    eyes: preferred, highest and lowest line of the eyes; drift: how far the eyes may be from the middle, as a
    share of the panel's width."""

    face: tuple[float, float, float]
    eyes: tuple[float, float, float]
    drift: float


MEDIUM_CLOSE_UP = Framing(face=(0.33, 0.28, 0.38), eyes=(0.40, 0.34, 0.46), drift=0.04)
"""The usual shot of a presenter: head and shoulders, eyes at about two fifths of the height."""
CLOSE_UP = Framing(face=(0.42, 0.22, 0.66), eyes=(0.42, 0.30, 0.55), drift=0.12)
"""Still a good picture, for portraits that leave less freedom: as near to the usual shot as they allow."""
PORTRAIT_CARD = Framing(face=(0.40, 0.32, 0.48), eyes=(0.42, 0.34, 0.50), drift=0.08)
CIRCLE_CROP = Framing(face=(0.44, 0.36, 0.52), eyes=(0.46, 0.40, 0.52), drift=0.08)

STEPS = 21
"""Sizes and heights tried between the least and the greatest."""
WIDEST_FACE = 0.8
"""Greatest face height as a share of the panel's width: beyond it, hair and ears leave an upright frame."""
SLACK = 0.01
"""Pixels by which a border may miss where it must be; rounding, not a gap."""
MARGIN = 0.07
"""Free border around cards and titles, as a share of the frame's shorter side."""
CORNER = 0.04
"""Radius of a card's corners, as a share of the frame's shorter side."""
OVERSAMPLING = 4


@dataclass(frozen=True)
class Arrangement:
    """placement: the picture in the panel; left, top: the panel in the frame (even); shape and radius: its
    outline; title: room for the title, or None. whole: the panel is the frame."""

    placement: Placement
    left: int = 0
    top: int = 0
    shape: Shape = "frame"
    radius: int = 0
    title: Box | None = None

    @property
    def whole(self) -> bool:
        return self.shape == "frame"


@dataclass(frozen=True)
class Demands:
    """What a scene asks of its layout. title: there is text beside the panel; plate: the picture's own
    background is seen, so it must reach every border of the panel; busy: the background shows something to
    look at (an image or a video), so a circle keeps to the corner."""

    layout: Layout
    title: bool = False
    plate: bool = False
    busy: bool = False

    @classmethod
    def of(cls, scene: SceneSpec) -> "Demands":
        kind = scene.background.kind
        return cls(scene.layout, bool(scene.title), plate=kind == "keep", busy=kind in ("image", "video"))


def arrange(subject: Subject, size: tuple[int, int], demands: Demands) -> Arrangement:
    """Lay out one scene in frames of `size` (width, height)."""
    if demands.layout == "full":
        placement = place(subject, size, (MEDIUM_CLOSE_UP, CLOSE_UP), cover=demands.plate)
        return Arrangement(placement) if placement else _card(subject, size, "centre", title=False)
    if demands.layout == "circle":
        return _circle(subject, size, corner=demands.busy or demands.title, title=demands.title)
    side: Literal["left", "right"] = "left" if demands.layout == "card-left" else "right"
    return _card(subject, size, side, title=demands.title)


def place(
    subject: Subject, size: tuple[int, int], framings: tuple[Framing, ...], *, cover: bool
) -> Placement | None:
    """The best placement in a panel of `size` in the first framing that has one, or None.

    cover: the picture must fill the panel, otherwise only cut edges of the person must lie on its border.
    """
    for framing in framings:
        options = [
            option
            for eyes in [*_steps(framing.eyes), subject.eyes[1] / subject.height]
            for face in [*_steps(framing.face), _least_face(subject, size, eyes, cover)]
            if (option := _fit(subject, size, framing, face, eyes, cover))
        ]
        if options:
            return min(options, key=lambda option: option[0])[1]
    return None


def _steps(bounds: tuple[float, float, float]) -> list[float]:
    _, low, high = bounds
    return [float(step) for step in np.linspace(low, high, STEPS)]


def _least_face(subject: Subject, size: tuple[int, int], eyes: float, cover: bool) -> float:
    """The least face height at which the picture still reaches where it must, at this eye line."""
    width, height = size
    scale = (1 - eyes) * height / (subject.height - subject.eyes[1])
    if cover:
        scale = max(scale, width / subject.width)
    if cover or subject.cut_top:
        scale = max(scale, eyes * height / subject.eyes[1])
    return scale * subject.face_height / height


def _fit(
    subject: Subject, size: tuple[int, int], framing: Framing, face: float, eyes: float, cover: bool
) -> tuple[float, Placement] | None:
    """The cost and placement for one face height and eye line, or None where a cut would show."""
    width, height = size
    _, least, greatest = framing.face
    _, highest_eyes, lowest_eyes = framing.eyes
    if not (least <= face <= min(greatest, WIDEST_FACE * width / height)):
        return None
    if not highest_eyes <= eyes <= lowest_eyes:
        return None
    scale = face * height / subject.face_height
    across, down = scale * subject.width, scale * subject.height
    top = eyes * height - scale * subject.eyes[1]
    if top + down < height - SLACK or ((cover or subject.cut_top) and top > SLACK):
        return None
    wanted = width / 2 - scale * subject.eyes[0]
    must_left = cover or top + scale * subject.left_from < height
    must_right = cover or top + scale * subject.right_from < height
    lowest = width - across if must_right else wanted
    highest = 0.0 if must_left else wanted
    if must_left and must_right and lowest > highest + SLACK:
        return None
    left = min(max(wanted, lowest), highest) if must_left else max(wanted, lowest)
    drift = abs(left - wanted) / width
    if drift > framing.drift:
        return None
    cost = abs(face - framing.face[0]) / 0.05 + abs(eyes - framing.eyes[0]) / 0.04 + drift / 0.04
    return cost, Placement(width, height, scale, left, top)


def _filled(subject: Subject, size: tuple[int, int], framing: Framing) -> Placement:
    """A placement that always covers the panel, as near to the framing as the picture allows."""
    placement = place(subject, size, (framing,), cover=True)
    if placement:
        return placement
    width, height = size
    least = max(width / subject.width, height / subject.height)
    scale = max(least, framing.face[0] * height / subject.face_height)
    left = width / 2 - scale * subject.eyes[0]
    top = framing.eyes[0] * height - scale * subject.eyes[1]
    return Placement(
        width,
        height,
        scale,
        min(0.0, max(left, width - scale * subject.width)),
        min(0.0, max(top, height - scale * subject.height)),
    )


def _card(
    subject: Subject, size: tuple[int, int], side: Literal["left", "right", "centre"], *, title: bool
) -> Arrangement:
    width, height = size
    short = min(size)
    margin = round(short * MARGIN)
    room: Box | None = None
    if width > height:
        down = _even(height * 0.78)
        across = _even(min(width * 0.42, down * 0.95))
        left = {"left": margin, "right": width - margin - across, "centre": (width - across) // 2}[side]
        top = (height - down) // 2
        if title:
            gap = margin
            room = (
                (left + across + gap, top, width - margin, top + down)
                if side == "left"
                else (margin, top, left - gap, top + down)
            )
    else:
        across = _even(width - 2 * margin)
        down = _even(min(across * 1.15, height * (0.62 if title else 0.8)))
        left = margin
        top = height - 2 * margin - down if title else (height - down) // 2
        if title:
            room = (margin, margin, width - margin, top - margin)
    return Arrangement(
        _filled(subject, (across, down), PORTRAIT_CARD),
        _even(left),
        _even(top),
        "rounded",
        round(short * CORNER),
        room,
    )


def _circle(subject: Subject, size: tuple[int, int], *, corner: bool, title: bool) -> Arrangement:
    width, height = size
    short = min(size)
    margin = round(short * MARGIN)
    side = _even(short * (0.44 if corner else 0.8))
    left = width - margin - side if corner else (width - side) // 2
    top = height - margin - side if corner else (height - side) // 2
    room = (margin, margin, width - margin, top - margin)
    if title and width > height:
        room = (margin, margin, left - margin, height - margin)
    return Arrangement(
        _filled(subject, (side, side), CIRCLE_CROP),
        _even(left),
        _even(top),
        "circle",
        side // 2,
        room if title else None,
    )


def _even(value: float) -> int:
    return int(value) // 2 * 2


def outline(arrangement: Arrangement) -> Alpha:
    """The panel's shape with smooth edges, uint8 [panel height, panel width]; all 255 for a whole frame."""
    width, height = arrangement.placement.width, arrangement.placement.height
    if arrangement.whole:
        return np.full((height, width), 255, np.uint8)
    large = np.zeros((height * OVERSAMPLING, width * OVERSAMPLING), np.uint8)
    right, bottom = large.shape[1] - 1, large.shape[0] - 1
    radius = arrangement.radius * OVERSAMPLING
    cv2.rectangle(large, (radius, 0), (right - radius, bottom), 255, cv2.FILLED)
    cv2.rectangle(large, (0, radius), (right, bottom - radius), 255, cv2.FILLED)
    for x, y in itertools.product((radius, right - radius), (radius, bottom - radius)):
        cv2.circle(large, (x, y), radius, 255, cv2.FILLED)
    return np.asarray(cv2.resize(large, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
