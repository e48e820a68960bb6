"""How a head moves through a clip, and when its mouth is open."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d, maximum_filter1d

from rendering.engines.talking_head.clips.traits import Curve
from rendering.engines.talking_head.portrait.face_frame import Array, smoothstep

RIGID = (
    # The nose's base weighs double: it is nearest to the mouth.
    *(2, 98, 327, 97, 326, 2, 98, 327, 97, 326),
    *(1, 4, 5, 6, 8, 168, 195, 197),
    *(33, 133, 263, 362, 9, 10, 151, 127, 356, 234, 454, 116, 345, 227, 447),
)
"""Landmarks that follow the skull whatever the mouth does: nose, eyes, forehead, temples, cheekbones."""
CLOSED_BELOW, OPEN_ABOVE = 0.003, 0.008
"""Face heights by which a mouth is more open than the reference: the mesh, smoothed, trembles by the former
on closed lips; teeth show from a little below the latter on."""
AROUND_TALK = 0.25
"""Seconds before and after an open mouth that count as talking: lips purse and spread there, too."""


@dataclass(frozen=True)
class HeadPose:
    """Points of the reference's head in space to where an affine camera sees them in another frame
    (Koenderink and van Doorn 1991): p -> turn @ p + shift. turn: [2, 3]; shift: [2].

    Not a rotation, and the frame's own depths are not looked at: on a picture that is squashed, as some clips
    are, the mesh's change as the mouth opens. On one of true proportions both fits are equally good."""

    turn: Array
    shift: Array

    @classmethod
    def between(cls, source: Array, target: Array) -> "HeadPose":
        """The best fit in least squares. source: float [n, 3]; target: [n, 2 or 3]."""
        start, end = source.astype(np.float64), target[:, :2].astype(np.float64)
        centre, goal = start.mean(axis=0), end.mean(axis=0)
        turn = np.linalg.lstsq(start - centre, end - goal, rcond=None)[0].T
        return cls(turn, goal - turn @ centre)

    def __call__(self, points: Array) -> Array:
        """points [..., 3] to float32 [..., 2]."""
        return np.asarray(points @ self.turn.T + self.shift, np.float32)


def follow(landmarks: Array, reference: int) -> list[HeadPose]:
    """From the reference frame to every frame. landmarks: float32 [frames, 468, 3], without jitter."""
    rigid = landmarks[:, list(RIGID)]
    return [HeadPose.between(rigid[reference], points) for points in rigid]


def talking(opening: Curve, closed: float, fps: float) -> Curve:
    """How much each frame of a clip is one of a mouth that talks, 0..1, without a jump over time.

    opening: from `lip_opening`; closed: that of closed lips."""
    reach = round(AROUND_TALK * fps)
    widest = maximum_filter1d(opening - closed, 2 * reach + 1, mode="nearest")
    share = smoothstep(CLOSED_BELOW, OPEN_ABOVE, widest)
    return np.asarray(gaussian_filter1d(share, reach / 3, mode="nearest"), np.float64)
