"""Scores of tracks: one number each, from curves with one value a frame. NaN is a frame without a face."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rendering.engines.speech.base import Phone

Curve = NDArray[np.float64]

LARGEST_LAG = 6
"""Frames to either side in which the lag is looked for."""
CLOSED = 0.006
"""Face heights above the opening at rest: lips that are seen to meet are read up to 0.005 wider than there,
because the mesh's inner lip line is that uncertain."""
SHORTEST_CLOSURE = 0.040
"""Seconds; a closure shorter than a frame may fall between two of them."""
SETTLE = (0.20, 0.15)
"""Seconds after speech and before it that do not count as silence: lips close and get ready."""
BILABIALS = frozenset({"M", "B", "P"})
SHUT = 0.75
"""Likeness of the eyes to how they usually look, under which they are shut: measured 0-0.7 in a blink."""


@dataclass(frozen=True)
class Closures:
    """M, B and P of SHORTEST_CLOSURE or longer. open: the phones whose lips did not meet."""

    count: int
    open: tuple[Phone, ...]

    @property
    def share(self) -> float:
        """Of those that closed; NaN when there was nothing to close for."""
        return 1 - len(self.open) / self.count if self.count else float("nan")


def correlation(one: Curve, other: Curve) -> float:
    """Pearson's, over the frames that both have; NaN where one of them does not move."""
    known = ~(np.isnan(one) | np.isnan(other))
    if known.sum() < 3 or np.ptp(one[known]) == 0 or np.ptp(other[known]) == 0:
        return float("nan")
    return float(np.corrcoef(one[known], other[known])[0, 1])


def lag(measured: Curve, intended: Curve, largest: int = LARGEST_LAG) -> int:
    """Frames by which the measured curve comes after the intended one (negative: before): where the two
    correlate best."""
    count = len(measured)

    def agreement(shift: int) -> float:
        late = measured[max(0, shift) : count + min(0, shift)]
        found = correlation(late, intended[max(0, -shift) : count - max(0, shift)])
        return -1.0 if np.isnan(found) else found

    # The nearest of equal ones.
    return max(sorted(range(-largest, largest + 1), key=abs), key=agreement)


def closures(opening: Curve, phones: Sequence[Phone], time: Curve, rest: float) -> Closures:
    """Which lips meet. opening: face heights; time: seconds of each frame; rest: opening of the rest pose.

    One frame of a phone in which they meet is enough; the one nearest to its centre always belongs to it.
    """
    wanted = [
        phone
        for phone in phones
        if phone.label in BILABIALS and phone.end - phone.start >= SHORTEST_CLOSURE - 1e-9
    ]
    still_open = []
    for phone in wanted:
        shown = (time >= phone.start) & (time <= phone.end)
        shown[np.argmin(np.abs(time - (phone.start + phone.end) / 2))] = True
        seen = opening[shown]
        if not (seen <= rest + CLOSED).any():
            still_open.append(phone)
    return Closures(len(wanted), tuple(still_open))


def silent_frames(phones: Sequence[Phone], time: Curve) -> NDArray[np.bool_]:
    """Frames well inside a pause."""
    silent = np.zeros(len(time), bool)
    after, before = SETTLE
    for phone in phones:
        if phone.label == "SIL":
            silent |= (time > phone.start + after) & (time < phone.end - before)
    return silent


def opening_in_silence(opening: Curve, phones: Sequence[Phone], time: Curve, rest: float) -> float:
    """Mean opening in pauses less that at rest, face heights; NaN without a pause."""
    seen = opening[silent_frames(phones, time)]
    seen = seen[~np.isnan(seen)]
    return float(seen.mean() - rest) if len(seen) else float("nan")


def fitted(points: NDArray[np.float64], onto: NDArray[np.float64]) -> NDArray[np.float64]:
    """Points [n, 2] moved by the affine map that brings them nearest to `onto` (least squares): a small turn
    of the head is one, too."""
    design = np.column_stack([points, np.ones(len(points))])
    return np.asarray(design @ np.linalg.lstsq(design, onto, rcond=None)[0])


def jitter(points: NDArray[np.float64], height: float) -> float:
    """How far points that should not move in the face do so from frame to frame, root mean square in face
    heights, once the motion of the head is taken out.

    points: [frames, n, 2] in pixels, NaN where there is no face; height: of the face in pixels.
    """
    seen = points[~np.isnan(points).any(axis=(1, 2))]
    if len(seen) < 2:
        return float("nan")
    shape = seen.mean(axis=0)
    residual = np.stack([fitted(frame, shape) - shape for frame in seen])
    steps = np.linalg.norm(np.diff(residual, axis=0), axis=2)
    return float(np.sqrt(np.square(steps).mean()) / height)


def blink_rate(likeness: Curve, fps: float) -> float:
    """Blinks a minute. likeness: of the eyes to how they usually look, 1 at most."""
    known = likeness[~np.isnan(likeness)]
    if not len(known):
        return float("nan")
    shut = known < SHUT
    begun = int(shut[0]) + int((shut[1:] & ~shut[:-1]).sum())
    return begun * 60 * fps / len(likeness)
