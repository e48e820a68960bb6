"""Groups of landmarks (MediaPipe topology). "Right" and "left" are the person's own."""

from typing import Final

OVAL: Final = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
    152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)  # fmt: skip
BOTH_EYES: Final = (70, 300, 336, 107, 33, 263, 111, 340, 195)
"""Brows to under the eyes, and the bridge of the nose."""
RIGHT_CHEEK: Final = (50, 205, 36)
LEFT_CHEEK: Final = (280, 425, 266)
LIPS: Final = (
    61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146,
)  # fmt: skip
MOUTH: Final = (
    78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 324, 318, 402, 317, 14, 87, 178, 88, 95,
)  # fmt: skip
"""The inner edges of the lips."""
INNER_TOP, INNER_BOTTOM = 13, 14
CORNER_RIGHT, CORNER_LEFT = 61, 291
JAW: Final = (57, 287, 214, 434, 152, 148, 377, 176, 400, 150, 379, 136, 365)
"""From the corners of the mouth down to the chin."""
MIDLINE: Final = (152, 199, 17, 0, 2)
RIGHT_EYE: Final = (33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7)
LEFT_EYE: Final = (362, 398, 384, 385, 386, 387, 388, 466, 263, 249, 390, 373, 374, 380, 381, 382)
"""Edges of the lids, starting at the corner on the image's left."""
