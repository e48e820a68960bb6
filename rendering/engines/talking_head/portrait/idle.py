"""What a face does besides speaking: blinks, glances, breath, head sway.

Everything is a function of the time inside the segment and at rest at both of its ends, so that segments
rendered apart join without a jump.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

Curve = NDArray[np.float64]

BLINK_TIMES = np.array([0.0, 0.04, 0.08, 0.12, 0.16, 0.20, 0.24, 0.28, 0.32, 0.36])
BLINK_CLOSURE = np.array([0.0, 0.35, 0.85, 1.0, 1.0, 0.75, 0.45, 0.20, 0.07, 0.0])
"""Lid closure over seconds: fast down, slow up."""
FIRST_BLINK = 0.5
"""Seconds without a blink at the start: the poster is taken there."""
BLINK_PAUSE = (2.2, 4.6)
GLANCE_PAUSE = (0.7, 1.9)
"""Seconds between blinks, between glances."""
BREATH_PERIOD = 3.8
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
    """float64 [frames]; gaze [frames, 2] in eye widths, right and down; blink and breath 0..1."""

    blink: Curve
    gaze: Curve
    breath: Curve
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


def _blinks(duration: float, time: Curve, random: np.random.Generator) -> Curve:
    length = BLINK_TIMES[-1]
    closure = np.zeros(len(time))
    # The first comes sooner than a full pause: many segments are shorter than that.
    start = random.uniform(FIRST_BLINK, BLINK_PAUSE[1] / 1.5)
    while start + length < duration - 0.15:
        closure = np.maximum(closure, np.interp(time - start, BLINK_TIMES, BLINK_CLOSURE))
        start += length + random.uniform(*BLINK_PAUSE)
    return closure


def _glances(duration: float, time: Curve, random: np.random.Generator) -> Curve:
    gaze = np.zeros((len(time), 2))
    start = random.uniform(0.4, 1.0)
    while start < duration - 0.5:
        target = np.clip(random.normal(0, (0.045, 0.02)), -0.08, 0.08)
        gaze[time >= start] = target
        start += random.uniform(*GLANCE_PAUSE)
    gaze[time >= duration - 0.3] = 0.0
    return gaze


def _sway(duration: float, time: Curve, deviation: float, pause: float, random: np.random.Generator) -> Curve:
    knots = int(duration / pause) + 5
    offset = random.uniform(0, pause)
    positions = (np.arange(knots) - 1) * pause - offset
    values = np.clip(random.standard_normal(knots), -1.8, 1.8)
    return CubicSpline(positions, values)(time) * deviation


def idle(frames: int, fps: int, seed: int) -> Idle:
    """Idle motion of a segment. The same arguments give the same motion."""
    random = np.random.default_rng(seed)
    time = (np.arange(frames) + 0.5) / fps
    duration = frames / fps
    window = rest_window(frames, fps)
    breaths = max(1, round(duration / BREATH_PERIOD))
    sway = {name: _sway(duration, time, *motion, random) * window for name, motion in SWAY.items()}
    return Idle(
        blink=_blinks(duration, time, random),
        gaze=_glances(duration, time, random),
        breath=(0.5 - 0.5 * np.cos(2 * np.pi * breaths * time / duration)) * window,
        **sway,
    )
