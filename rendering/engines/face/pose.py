"""How a head is turned, from its landmarks."""

import math

import numpy as np

from rendering.engines.face.mesh import Landmarks

FOREHEAD, CHIN = 10, 152
MIRRORED = ((234, 454), (127, 356), (33, 263), (61, 291), (132, 361))
"""Pairs of landmarks on the two sides: ears, temples, eye corners, mouth corners, jaw."""


def head_pose(landmarks: Landmarks) -> tuple[float, float, float]:
    """yaw, pitch, roll in degrees; 0 is frontal and upright.

    yaw > 0: turned towards the right of the image; pitch > 0: looking down; roll > 0: tilted clockwise.
    The head's own axes are read off the landmarks: sideways from mirrored pairs, downwards from forehead to
    chin.
    """
    right, left = (landmarks[[pair[side] for pair in MIRRORED]] for side in (0, 1))
    sideways = (left - right).mean(axis=0)
    sideways /= np.linalg.norm(sideways)
    down = landmarks[CHIN] - landmarks[FOREHEAD]
    down = down - (down @ sideways) * sideways
    down /= np.linalg.norm(down)
    yaw = math.degrees(math.asin(np.clip(sideways[2], -1, 1)))
    roll = math.degrees(math.atan2(sideways[1], sideways[0]))
    pitch = math.degrees(math.asin(np.clip(-down[2], -1, 1)))
    return yaw, pitch, roll
