"""Indices into the MediaPipe face mesh. "Right" and "left" are the person's own; rows run from the image's
left to its right."""

from typing import Final

FOREHEAD, CHIN, NOSE_BASE = 10, 152, 2
LEFT_OF_IMAGE, RIGHT_OF_IMAGE = 234, 454
"""Sides of the face, before the ears."""
CORNER_LEFT, CORNER_RIGHT = 61, 291
"""Outer mouth corners."""
INNER_TOP, INNER_BOTTOM, OUTER_TOP, OUTER_BOTTOM = 13, 14, 0, 17

INNER_UPPER: Final = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308)
INNER_LOWER: Final = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308)
OUTER_UPPER: Final = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291)
OUTER_LOWER: Final = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291)

RIGHT_LID_UPPER: Final = (33, 246, 161, 160, 159, 158, 157, 173, 133)
RIGHT_LID_LOWER: Final = (33, 7, 163, 144, 145, 153, 154, 155, 133)
RIGHT_BROW: Final = (70, 63, 105, 66, 107)
LEFT_LID_UPPER: Final = (362, 398, 384, 385, 386, 387, 388, 466, 263)
LEFT_LID_LOWER: Final = (362, 382, 381, 380, 374, 373, 390, 249, 263)
LEFT_BROW: Final = (336, 296, 334, 293, 300)

OVAL: Final = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
    152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)  # fmt: skip
SKIN: Final = (50, 280, 205, 425, 101, 330, 4, 195, 5)
"""Cheeks and nose: where the skin's tone is read."""
