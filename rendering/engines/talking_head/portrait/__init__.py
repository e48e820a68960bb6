"""The `portrait` talking head: animates one picture by warping it with the phones of the speech.

The picture's own pixels are moved: articulator curves (articulation, prosody, idle) weigh displacement fields
(fields, head) built once per placement, and every panel pixel is sampled once from the picture. What is
between the lips comes from photographs of mouths (atlas, mouth_textures, mouth). docs/portrait.md draws the
whole.

Coordinates are panel pixels, with pixel i covering [i, i + 1), unless a name says otherwise. Lengths in the
code are fractions of the face height: forehead top (landmark 10) to chin (landmark 152).
"""

from rendering.engines.talking_head.portrait.engine import PortraitHead

__all__ = ["PortraitHead"]
