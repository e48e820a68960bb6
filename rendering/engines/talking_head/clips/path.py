"""Which frame of a clip each frame of a segment shows.

A segment begins and ends at the clip's reference frame, so that segments rendered apart join. In between it
walks the clip forwards where it can: from a frame to the one after a frame that looks the same (video
textures, Schödl et al. 2000). Where none does it turns back, at a calm moment, slowing down before.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from rendering.engines.talking_head.clips.traits import Curve

EASE = 0.3
"""Seconds in which the walk sets out and comes to rest at the ends of a segment."""
TURN = 0.12
"""Seconds over which it slows down before it turns back, as a standard deviation."""
LAP = 30.0
"""Seconds after which a walk passes the reference frame again: bounds the memory of the search."""
TURN_COST, TURN_IN_MOTION, TURN_ELSEWHERE = 1.5, 1.0, 1.0
"""Of turning back; added where the person moves as usual there; and at random, so that sentences differ."""
BACKWARDS_COST = 0.02
"""Of each frame played backwards: gestures and falling hair give it away."""
JUMP_COST = 1.0

Numbers = NDArray[np.intp]


@dataclass(frozen=True)
class ClipGraph:
    """What a walk may do. fps: of the clip; home: the frame at which segments begin and end; motion: how much
    each frame moves, 1 being usual; matches: pairs of frames that look the same, [n, 2]; barred: frames that
    must not be shown, bool [frames], home not among them."""

    fps: float
    home: int
    motion: Curve
    matches: Numbers
    barred: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.motion)


def walk(graph: ClipGraph, frames: int, fps: int, seed: int) -> Numbers:
    """The clip's frame for each of `frames` frames at `fps`; the first and the last are the graph's home."""
    lasting = (frames - 1) / fps
    ease = min(EASE, lasting / 2)
    steps = int((lasting - ease) * graph.fps)
    if len(graph) == 1 or steps == 0:
        return np.full(frames, graph.home, np.intp)
    laps = max(1, round(steps / graph.fps / LAP))
    bounds = np.linspace(0, steps, laps + 1).astype(int)
    random = np.random.default_rng(seed)
    route = [np.array([graph.home])]
    for length in np.diff(bounds):
        route.append(_route(graph, int(length), random)[1:])
    positions = _eased_turns(np.concatenate(route), graph.fps)
    time = np.linspace(0, lasting, frames)
    way = _eased_ends(time, lasting, ease) * steps
    return np.asarray(np.rint(positions[np.rint(way).astype(int)]), np.intp)


def _eased_ends(time: Curve, lasting: float, ease: float) -> Curve:
    """Share of the way that is done: speed rises over `ease` seconds and falls at the end. 0 at 0."""
    whole = lasting - ease
    until = np.minimum(time, lasting - time)
    done = np.where(until < ease, until**2 / (2 * ease), until - ease / 2)
    return np.where(time <= lasting / 2, done, whole - done) / whole


def _route(graph: ClipGraph, steps: int, random: np.random.Generator) -> Numbers:
    """The cheapest walk of exactly `steps` steps from home to home, frame by frame (Viterbi 1967).

    A state is a frame and a direction: frame i forwards is i, backwards it is i + length.
    """
    length = len(graph)
    forwards, backwards = np.arange(length), np.arange(length) + length
    turn = TURN_COST + TURN_IN_MOTION * graph.motion + TURN_ELSEWHERE * random.random(length)
    source, target = _jumps(graph)
    barred = np.tile(graph.barred, 2)
    cost = np.full(2 * length, np.inf)
    cost[[graph.home, graph.home + length]] = 0
    came_from = np.empty((steps, 2 * length), np.int16 if 2 * length < 2**15 else np.int32)
    for step in range(steps):
        # Turning stays at its frame for a step.
        reached = np.concatenate([cost[backwards] + turn, cost[forwards] + turn])
        origin = np.concatenate([backwards, forwards])
        onwards = np.concatenate([[np.inf], cost[: length - 1]])
        back = np.concatenate([cost[length + 1 :] + BACKWARDS_COST, [np.inf]])
        moved = np.concatenate([onwards, back])
        better = moved < reached
        reached[better] = moved[better]
        origin[better] = np.concatenate([forwards - 1, backwards + 1])[better]
        if len(source):
            jumped = cost[source] + JUMP_COST
            for place in np.flatnonzero(jumped < reached[target]):
                if jumped[place] < reached[target[place]]:
                    reached[target[place]] = jumped[place]
                    origin[target[place]] = source[place]
        reached[barred] = np.inf
        came_from[step] = origin
        cost = reached
    state = min((graph.home, graph.home + length), key=lambda end: cost[end])
    route = [state]
    for step in range(steps - 1, -1, -1):
        state = int(came_from[step, state])
        route.append(state)
    return np.array(route[::-1], np.intp) % length


def _jumps(graph: ClipGraph) -> tuple[Numbers, Numbers]:
    """Forwards only: from either frame of a match to the one after the other."""
    both = np.concatenate([graph.matches, graph.matches[:, ::-1]])
    inside = both[:, 1] + 1 < len(graph)
    return both[inside, 0], both[inside, 1] + 1


def _eased_turns(route: Numbers, fps: float) -> Curve:
    """Positions along a route, its corners rounded; ends and jumps stay where they are."""
    cuts = np.flatnonzero(np.abs(np.diff(route)) > 1) + 1
    pieces = [_rounded(piece.astype(np.float64), TURN * fps) for piece in np.split(route, cuts)]
    return np.concatenate(pieces)


def _rounded(piece: Curve, sigma: float) -> Curve:
    reach = min(len(piece) - 1, int(np.ceil(4 * sigma)))
    if reach < 1:
        return piece
    # Mirrored through its ends, which a symmetric filter then leaves in place.
    before, after = 2 * piece[0] - piece[reach:0:-1], 2 * piece[-1] - piece[-2 : -reach - 2 : -1]
    smooth = gaussian_filter1d(np.concatenate([before, piece, after]), sigma, mode="nearest")
    return np.asarray(smooth[reach : reach + len(piece)], np.float64)
