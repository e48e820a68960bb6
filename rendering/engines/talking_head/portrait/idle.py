"""What a face does besides speaking: blinks, glances, breath, head sway.

Everything is a function of the time inside the segment and at rest at both of its ends, so that segments
rendered apart join without a jump. The eyes look at the viewer, as those of people who speak to a camera do.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from rendering.engines.talking_head.portrait.manner import Style

Curve = NDArray[np.float64]

BLINK_TIMES = np.array([0.0, 0.04, 0.08, 0.12, 0.16, 0.20, 0.24, 0.28, 0.32, 0.36])
BLINK_CLOSURE = np.array([0.0, 0.35, 0.85, 1.0, 1.0, 0.75, 0.45, 0.20, 0.07, 0.0])
"""Lid closure over seconds: fast down, slow up."""
LIDS_DOWN = 0.10
"""Seconds into a blink at which the eyes turn unseen."""
FIRST = 0.5
"""Seconds without a blink or a look away at the start: the poster is taken there."""
REGULARITY = (0.65, 1.35)
"""Shortest and longest pause between blinks, looks away or fixations, of their mean."""
GLANCE_LENGTH = (0.3, 0.9)
"""Seconds. Who presents to a camera looks away briefly; most of the time the eyes are on the viewer."""
GLANCE_ASIDE, GLANCE_DOWN = (0.05, 0.09), (-0.01, 0.035)
"""Eye widths: 9 to 16 degrees to either side, and rather down than up."""
GLANCE_WITH_BLINK = 0.8
"""Seconds from a blink within which a look away begins or ends with it: gaze shifts and blinks come together
(C. Evinger et al., "Not looking while leaping", Experimental Brain Research 100, 1994)."""
FIXATION = 1.4
"""Mean seconds on one point of the viewer's face."""
VIEWER = np.array([(-0.010, -0.002), (0.010, -0.002), (0.0, 0.008), (0.0, 0.0)])
"""Eye widths: the viewer's eyes, mouth, and between them, two degrees apart as across a desk."""
BREATH_PERIOD = 3.8
WARMTH = (0.10, 2.3)
"""Standard deviation and seconds between knots of the waxing and waning of a smile, of its size at rest."""
EASE = 0.45
"""Seconds from rest into motion at either end."""

# Standard deviation and seconds between knots of each head motion. Angles in radians, shifts in face heights.
SWAY = {
    "yaw": (0.022, 1.5),
    "pitch": (0.012, 1.3),
    "roll": (0.007, 1.9),
    "shift_x": (0.004, 2.1),
    "shift_y": (0.002, 1.7),
}


@dataclass(frozen=True)
class Idle:
    """float64 [frames]; gaze [frames, 2] in eye widths, right and down, 0 is at the viewer; blink and breath
    0..1; warmth: of the smile, 1 at rest."""

    blink: Curve
    gaze: Curve
    breath: Curve
    warmth: Curve
    yaw: Curve
    pitch: Curve
    roll: Curve
    shift_x: Curve
    shift_y: Curve


def rest_window(frames: int, fps: int, ease: float = EASE) -> Curve:
    """0 on the first and last frame, 1 from `ease` seconds inside, smooth between."""
    index = np.arange(frames)
    inside = np.clip(np.minimum(index, frames - 1 - index) / (ease * fps), 0, 1)
    return inside * inside * (3 - 2 * inside)


def _times(duration: float, first: float, pause: float, random: np.random.Generator) -> Iterator[float]:
    """When something happens that does so every `pause` seconds, about; the first time sooner, because many
    segments are shorter than that."""
    start = random.uniform(first, max(1.5 * first, 0.9 * pause))
    while start < duration:
        yield start
        start += pause * random.uniform(*REGULARITY)


def _blinks(duration: float, style: Style, random: np.random.Generator) -> list[float]:
    """Seconds at which lids begin to fall; every blink ends within the segment."""
    length = float(BLINK_TIMES[-1])
    times = _times(duration, FIRST, 60 / style.blinks, random)
    return [start for start in times if start + length < duration - 0.15]


def _closure(blinks: Sequence[float], time: Curve) -> Curve:
    closure = np.zeros(len(time))
    for start in blinks:
        closure = np.maximum(closure, np.interp(time - start, BLINK_TIMES, BLINK_CLOSURE))
    return closure


def _gaze(
    duration: float, time: Curve, blinks: Sequence[float], style: Style, random: np.random.Generator
) -> Curve:
    """Fixations of the viewer's face, and looks away that come back before the segment ends."""
    gaze = np.zeros((len(time), 2))
    for start in _times(duration, FIRST, FIXATION, random):
        gaze[time >= start] = VIEWER[random.integers(len(VIEWER))]
    gaze[time >= duration - 0.3] = 0.0
    for start in _times(duration, 1.5 * FIRST, 60 / style.glances, random):
        begin, end = start, start + random.uniform(*GLANCE_LENGTH)
        aside = random.choice([-1, 1]) * random.uniform(*GLANCE_ASIDE)
        target = (aside, random.uniform(*GLANCE_DOWN))
        for blink in blinks:
            unseen = blink + LIDS_DOWN
            if abs(begin - unseen) < GLANCE_WITH_BLINK:
                begin, end = unseen, end + unseen - begin
            elif abs(end - unseen) < GLANCE_WITH_BLINK / 2:
                end = unseen
        if begin > FIRST and end < duration - 0.3:
            gaze[(time >= begin) & (time < end)] = target
    return gaze


def _sway(duration: float, time: Curve, deviation: float, pause: float, random: np.random.Generator) -> Curve:
    knots = int(duration / pause) + 5
    offset = random.uniform(0, pause)
    positions = (np.arange(knots) - 1) * pause - offset
    values = np.clip(random.standard_normal(knots), -1.8, 1.8)
    return CubicSpline(positions, values)(time) * deviation


def idle(frames: int, fps: int, seed: int, style: Style) -> Idle:
    """Idle motion of a segment. The same arguments give the same motion."""
    # One source of chance each: how often somebody blinks must not change how the head sways.
    lids, eyes, smile, head = np.random.default_rng(seed).spawn(4)
    time = (np.arange(frames) + 0.5) / fps
    duration = frames / fps
    window = rest_window(frames, fps)
    breaths = max(1, round(duration * style.pace / BREATH_PERIOD))
    blinks = _blinks(duration, style, lids)
    deviation, pause = WARMTH
    sway = {
        name: style.sway * _sway(duration, time, deviation, pause / style.pace, head) * window
        for name, (deviation, pause) in SWAY.items()
    }
    return Idle(
        blink=_closure(blinks, time),
        gaze=_gaze(duration, time, blinks, style, eyes),
        breath=style.breath * (0.5 - 0.5 * np.cos(2 * np.pi * breaths * time / duration)) * window,
        warmth=1 + _sway(duration, time, deviation, pause, smile) * window,
        **sway,
    )
