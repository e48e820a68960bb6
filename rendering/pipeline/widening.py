"""Giving a tight portrait the room it lacks: whole shoulders, hair up to its end, more background."""

import cv2
import numpy as np
from numpy.typing import NDArray

from rendering.engines.face.base import Image
from rendering.engines.inpainting.base import Inpainting, Known
from rendering.engines.inpainting.smooth import SmoothInpainting
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

INVENTING_SIDE = 960
"""Long side in pixels on which everything is invented: the network itself sees 512, a finer canvas costs time
and holds no more."""
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
    height, width = inside.known.shape
    scale = min(1.0, INVENTING_SIDE / max(height, width))
    size = (round(width * scale), round(height * scale))

    def small(placed: NDArray[np.uint8]) -> NDArray[np.uint8]:
        return np.asarray(cv2.resize(placed, size, interpolation=cv2.INTER_AREA), np.uint8)

    # Only where every pixel is known does the small canvas show the photo alone.
    known = cv2.resize(inside.known.astype(np.float32), size, interpolation=cv2.INTER_AREA) >= 0.999
    shown, matte = small(inside.place(image)), small(inside.place(alpha))
    drawn = inpainting.fill(_over(shown, matte, np.full_like(shown, plain)), known)
    drawn_alpha = matting.matte_still(drawn)
    # The network would invent flowers and animals in the background; its mirror image has what it has.
    room = SmoothInpainting().fill(image, ~hidden_by_person(alpha))
    behind = _out_of_focus(small(inside.mirror(room)), known, max(image.shape[:2]) * scale)
    invented = _over(drawn, drawn_alpha, behind)
    photo = inside.seam()
    widened, widened_alpha = (
        np.asarray(cv2.resize(made, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)
        for made in (invented, drawn_alpha)
    )
    return (
        _mix(inside.place(image), widened, photo[..., None]),
        _mix(inside.place(alpha), widened_alpha, photo),
    )


class Extension:
    """Where a picture of this size lies on its canvas, and how far it can be trusted there."""

    def __init__(self, width: int, height: int, canvas: Region) -> None:
        self._margins = (-canvas.top, canvas.bottom - height, -canvas.left, canvas.right - width)
        self._long_side = max(width, height)
        self._trim = [self._worn if margin else 0 for margin in self._margins]
        top, bottom, left, right = self._trim
        known = np.zeros((height, width), np.bool_)
        known[top : height - bottom, left : width - right] = True
        above, below, before, after = self._margins
        self.known: Known = np.pad(known, ((above, below), (before, after)))

    @property
    def _worn(self) -> int:
        return max(2, round(WORN * self._long_side))

    def place(self, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The picture on the canvas, the last trusted pixels of its extended sides continued outwards."""
        return self._on_canvas(picture, cv2.BORDER_REPLICATE)

    def mirror(self, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The picture on the canvas, mirrored at its extended sides."""
        return self._on_canvas(picture, cv2.BORDER_REFLECT)

    def _on_canvas(self, picture: NDArray[np.uint8], border: int) -> NDArray[np.uint8]:
        top, bottom, left, right = self._trim
        height, width = picture.shape[:2]
        kept = picture[top : height - bottom, left : width - right]
        above, below, before, after = (
            margin + trim for margin, trim in zip(self._margins, self._trim, strict=True)
        )
        return np.asarray(cv2.copyMakeBorder(kept, above, below, before, after, border), np.uint8)

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


def _out_of_focus(canvas: Image, known: Known, long_side: float) -> Image:
    """Around the photo ever more out of focus, which hides the invention. long_side: of the photo, pixels."""
    outside = cv2.distanceTransform((~known).astype(np.uint8), cv2.DIST_L2, 3)
    depth = np.asarray(outside, np.float32)[..., None] / np.float32(DEFOCUS_REACH * long_side)
    for level, share in enumerate(DEFOCUS):
        weight = np.clip(depth * len(DEFOCUS) - level, 0, 1)
        canvas = _mix(defocus(canvas, share * long_side), canvas, weight)
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
