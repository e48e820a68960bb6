"""What a kept background is before any codec touches it: the compositor's own frames."""

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from rendering.engines.face.base import Image
from rendering.engines.matting.base import Alpha
from rendering.engines.talking_head.base import Actor, FrameChunk, StillSource
from rendering.engines.talking_head.panel_picture import place_plane
from rendering.pipeline import background
from rendering.pipeline.actors import StagedActor
from rendering.pipeline.bundle import hidden_by_person
from rendering.pipeline.compose import Compositor
from rendering.pipeline.layout import Arrangement
from rendering.pipeline.spec import BackgroundSpec

Mask = NDArray[np.bool_]

RINGING = 4
"""Pixels: what resampling mixes with the part of the plate that was invented."""


@dataclass(frozen=True)
class Kept:
    """Largest differences, levels of 255; both are 0 if the background is copied.

    over_time: of any pixel outside the person, between any two frames. The person is wherever the actor's
    matte is not 0 in some frame; photo: to the portrait on its panel, outside what the plate had to invent
    behind the person as well; invented: share of the pixels outside the person that the plate invented.
    """

    over_time: int
    photo: int
    invented: float


def compare(frames: Iterable[tuple[Image, Alpha]], photo: Image, invented: Mask) -> Kept:
    """frames: composed pictures and the mattes of the person in them, at least one; photo: what the
    background should look like; invented: pixels that are not the photo's. All of one size."""
    lowest = highest = photo
    person = np.zeros(photo.shape[:2], bool)
    for index, (frame, alpha) in enumerate(frames):
        lowest = np.minimum(lowest, frame) if index else frame
        highest = np.maximum(highest, frame) if index else frame
        person |= alpha > 0
    far = np.maximum(cv2.absdiff(lowest, photo), cv2.absdiff(highest, photo))
    return Kept(
        over_time=_largest((highest - lowest)[~person]),
        photo=_largest(far[~person & ~invented]),
        invented=float(invented[~person].mean()) if not person.all() else 0.0,
    )


def kept_background(
    source: StillSource, staged: StagedActor, size: tuple[int, int], chunks: Iterable[FrameChunk]
) -> Kept:
    """Compose an actor's frames before its own background, as a segment does, and compare that with the
    portrait. size: of the frame, width and height; the panel must be the whole frame."""
    actor, arrangement = staged.actor, staged.arrangement
    photo = place_plane(source.image, arrangement.placement)
    behind = hidden_by_person(source.alpha).astype(np.uint8) * 255
    brush = np.ones((2 * RINGING + 1,) * 2, np.uint8)
    invented = cv2.dilate(place_plane(behind, arrangement.placement), brush) > 0
    return compare(_composed(actor, arrangement, size, chunks), photo, invented)


def _composed(
    actor: Actor, arrangement: Arrangement, size: tuple[int, int], chunks: Iterable[FrameChunk]
) -> Iterable[tuple[Image, Alpha]]:
    backdrop = background.prepare(BackgroundSpec("keep"), size, plate=actor.plate, media=None)
    compositor = Compositor(arrangement, size, actor, backdrop)
    behind = backdrop.frames(1, 1)
    picture = next(iter(behind))
    for chunk in chunks:
        for rgb, alpha in zip(chunk.rgb, chunk.alpha, strict=True):
            yield compositor.frame(rgb, alpha, picture).rgb, alpha


def _largest(values: NDArray[np.uint8]) -> int:
    return int(values.max()) if values.size else 0
