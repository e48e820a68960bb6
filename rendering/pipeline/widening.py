"""Giving a tight portrait the room it lacks: whole shoulders, hair up to its end, more background."""

import cv2
import numpy as np
from numpy.typing import NDArray

from rendering.engines.face.base import Image
from rendering.engines.inpainting.base import Inpainting, Known
from rendering.engines.matting.base import Alpha, Matting
from rendering.engines.matting.foreground import estimate_foreground
from rendering.pipeline.bundle import hidden_by_person
from rendering.pipeline.framing import Region

PLAIN = 200
"""Grey level behind the person while the body is invented. Before the photo's own background the network
continues bushes and furniture into ghosts and dark blobs; before a light wall it draws shoulders."""
WORN = 0.008
"""Share of the long side at the photo's border that is not trusted: scalers and generators spoil it."""
SEAM = 0.03
"""Share of the long side over which the photo takes over from what was invented."""

BACKGROUND_SHRINK = 2
"""What the network invents is coarse and gets blurred: half size is enough."""
DEFOCUS = (0.01, 0.03)
"""Blurs of the continued background from near to far, sigma as a share of the photo's long side."""
DEFOCUS_REACH = 0.25
"""Share of the photo's long side outside it at which the blur is full."""

Weight = NDArray[np.float32]


def widen(
    image: Image,
    alpha: Alpha,
    canvas: Region,
    *,
    matting: Matting,
    inpainting: Inpainting,
    plain: int = PLAIN,
) -> tuple[Image, Alpha]:
    """The picture and its matte on a larger canvas, the person and the background continued.

    canvas: in pixels of the image, around it. The photo is unchanged but for a seam along the extended sides.
    """
    inside = Extension(image.shape[1], image.shape[0], canvas)
    person = _over(image, alpha, np.full_like(image, plain))
    drawn = inpainting.fill(inside.place(person), inside.known)
    drawn_alpha = matting.matte_still(drawn)
    behind = _background(image, hidden_by_person(alpha), inside, inpainting)
    invented = _over(drawn, drawn_alpha, behind)
    photo = inside.seam()
    widened = _mix(inside.place(image), invented, photo[..., None])
    return widened, _mix(inside.place(alpha), drawn_alpha, photo)


class Extension:
    """Where a picture of this size lies on its canvas, and how far it can be trusted there."""

    def __init__(self, width: int, height: int, canvas: Region) -> None:
        self._margins = (-canvas.top, canvas.bottom - height, -canvas.left, canvas.right - width)
        self._long_side = max(width, height)
        self._trim = [self._worn if margin else 0 for margin in self._margins]
        top, bottom, left, right = self._trim
        known = np.zeros((height, width), np.bool_)
        known[top : height - bottom, left : width - right] = True
        self.known: Known = self.place_mask(known)

    @property
    def _worn(self) -> int:
        return max(2, round(WORN * self._long_side))

    def place(self, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The picture on the canvas, the last trusted pixels of its extended sides continued outwards."""
        top, bottom, left, right = self._trim
        height, width = picture.shape[:2]
        kept = picture[top : height - bottom, left : width - right]
        above, below, before, after = (
            margin + trim for margin, trim in zip(self._margins, self._trim, strict=True)
        )
        return np.asarray(
            cv2.copyMakeBorder(kept, above, below, before, after, cv2.BORDER_REPLICATE), np.uint8
        )

    def place_mask(self, mask: Known) -> Known:
        """A mask of the picture on the canvas, False around it."""
        above, below, before, after = self._margins
        return np.pad(mask, ((above, below), (before, after)))

    def seam(self) -> Weight:
        """How much of the photo shows: float32 [height, width], 0 outside, 1 from some way inside on."""
        padded = np.pad(self.known.astype(np.uint8), 1)
        # Sides that were not extended have no seam: beyond them the photo goes on for this purpose.
        top, bottom, left, right = self._margins
        padded[0] = padded[0] if top else padded[1]
        padded[-1] = padded[-1] if bottom else padded[-2]
        padded[:, 0] = padded[:, 0] if left else padded[:, 1]
        padded[:, -1] = padded[:, -1] if right else padded[:, -2]
        distance = cv2.distanceTransform(padded, cv2.DIST_L2, 3)[1:-1, 1:-1]
        share = np.clip(distance / (SEAM * self._long_side), 0, 1)
        return np.asarray(share * share * (3 - 2 * share), np.float32)


def _background(image: Image, hidden: Known, inside: Extension, inpainting: Inpainting) -> Image:
    """The canvas without the person; around the photo ever more out of focus, which hides the invention."""
    height, width = inside.known.shape
    small = (width // BACKGROUND_SHRINK, height // BACKGROUND_SHRINK)
    known = cv2.resize((inside.known & ~inside.place_mask(hidden)).astype(np.float32), small) >= 1
    placed = np.asarray(cv2.resize(inside.place(image), small, interpolation=cv2.INTER_AREA), np.uint8)
    canvas = np.asarray(cv2.resize(inpainting.fill(placed, known), (width, height)), np.uint8)
    outside = cv2.distanceTransform((~inside.known).astype(np.uint8), cv2.DIST_L2, 3)
    depth = np.asarray(outside, np.float32)[..., None] / (DEFOCUS_REACH * max(image.shape[:2]))
    for level, share in enumerate(DEFOCUS):
        weight = np.clip(depth * len(DEFOCUS) - level, 0, 1)
        canvas = _mix(defocus(canvas, share * max(image.shape[:2])), canvas, weight)
    return canvas


def defocus(picture: Image, sigma: float) -> Image:
    """The picture blurred by a Gaussian of `sigma` pixels, computed on a small copy."""
    height, width = picture.shape[:2]
    step = max(1.0, sigma / 4)
    size = (max(2, round(width / step)), max(2, round(height / step)))
    small = cv2.GaussianBlur(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), (0, 0), sigma / step)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)


def _over(image: Image, alpha: Alpha, ground: Image) -> Image:
    weight = alpha.astype(np.float32)[..., None] / np.float32(255)
    return _mix(estimate_foreground(image, alpha), ground, weight)


def _mix(one: NDArray[np.uint8], other: NDArray[np.uint8], weight: Weight) -> NDArray[np.uint8]:
    return np.rint(one * weight + other * (1 - weight)).astype(np.uint8)
