"""Laying a repainted crop over the picture that it was cut from, at the resolution that is shown."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from rendering.engines.face.base import Image
from rendering.engines.talking_head.clips.placement import SHRUNK_BELOW
from rendering.engines.talking_head.dubbing.crops import Box
from rendering.engines.talking_head.dubbing.region import Mask, soft_mask
from rendering.engines.talking_head.panel_picture import Rectangle


@dataclass(frozen=True)
class Repainted:
    """A crop with a new mouth. image: uint8 [side, side, 3]; box: in pixels of the picture; region: float32
    [points, 2], outline of what is pasted, likewise; feather: pixels of the picture over which the template
    gives way; share: of the new mouth, 0..1."""

    image: Image
    box: Box
    region: NDArray[np.floating]
    feather: float
    share: float


class Pasting:
    """From pixels of the picture to those of a target: p lands at scale * p + offset.

    within: the part of the target that may be painted. Keeps the last mask, because stills need one only.
    """

    def __init__(self, scale: NDArray[np.floating], offset: NDArray[np.floating], within: Rectangle) -> None:
        """scale, offset: [2], across and down."""
        self._scale, self._offset, self._within = scale.astype(np.float64), offset.astype(np.float64), within
        self._last: tuple[object, object, Rectangle, Mask] | None = None

    def area(self, repainted: Repainted) -> Rectangle:
        """The pixels of the target that pasting may change; empty where the region is out of sight."""
        return self._mask(repainted)[0]

    def paste(self, repainted: Repainted, target: NDArray[np.uint8]) -> None:
        """target: uint8 [height, width, 3 or 4], RGB first; a fourth channel is left as it is."""
        area, mask = self._mask(repainted)
        if area.empty:
            return
        place = self._enlarged(repainted, area)
        under = np.ascontiguousarray(target[area.slices][..., :3])
        opacity = mask * np.float32(repainted.share)
        target[area.slices][..., :3] = cv2.blendLinear(place, under, opacity, 1 - opacity)

    def _mask(self, repainted: Repainted) -> tuple[Rectangle, Mask]:
        """The same box and region again, as a still has, are not measured again."""
        if self._last is None or self._last[0] is not repainted.box or self._last[1] is not repainted.region:
            feather = repainted.feather * float(self._scale.mean())
            outline = repainted.region * self._scale + self._offset
            area, mask = soft_mask(outline, feather, self._seen(repainted.box, math.ceil(feather) + 1))
            kept = area.within(self._within)
            top, left = kept.top - area.top, kept.left - area.left
            mask = mask[top : top + max(0, kept.height), left : left + max(0, kept.width)]
            self._last = (repainted.box, repainted.region, kept, mask)
        return self._last[2], self._last[3]

    def _seen(self, box: Box, beyond: int) -> Rectangle:
        """Whole pixels that the crop covers: nothing is pasted outside. Where it ends with the target,
        it reaches `beyond`, because an edge that nobody sees needs no softness."""
        left, top, right, bottom = self._corners(box)
        end = self._within
        return Rectangle(
            math.ceil(left) if left > end.left else end.left - beyond,
            math.ceil(top) if top > end.top else end.top - beyond,
            math.floor(right) if right < end.right else end.right + beyond,
            math.floor(bottom) if bottom < end.bottom else end.bottom + beyond,
        )

    def _corners(self, box: Box) -> list[float]:
        corners = box.reshape(2, 2) * self._scale + self._offset
        return [float(value) for value in corners.ravel()]

    def _enlarged(self, repainted: Repainted, area: Rectangle) -> Image:
        """The crop as the target's pixels in `area` show it."""
        left, top, right, bottom = self._corners(repainted.box)
        image = repainted.image
        side = image.shape[0]
        if min(right - left, bottom - top) < SHRUNK_BELOW * side:
            smaller = (max(1, round(right - left)), max(1, round(bottom - top)))
            image = np.asarray(cv2.resize(image, smaller, interpolation=cv2.INTER_AREA), np.uint8)
        across, down = image.shape[1] / (right - left), image.shape[0] / (bottom - top)
        # OpenCV counts from the middles of pixels.
        back = np.array(
            [
                [across, 0, (area.left + 0.5 - left) * across - 0.5],
                [0, down, (area.top + 0.5 - top) * down - 0.5],
            ]
        )
        return np.asarray(
            cv2.warpAffine(
                image,
                back,
                (area.width, area.height),
                flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
                borderMode=cv2.BORDER_REPLICATE,
            ),
            np.uint8,
        )
