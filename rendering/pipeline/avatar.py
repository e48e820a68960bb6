"""From an uploaded photo to an avatar: checked, framed, widened, matted, its background filled.

The front door of everything about avatars; bundles are kept by `save` and `load`.
"""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from rendering.engines.errors import FaceError
from rendering.engines.face.analysis import describe
from rendering.engines.face.base import FaceAnalysis, Image
from rendering.engines.face.doctor import examine
from rendering.engines.face.findings import Finding
from rendering.engines.face.images import WORKING_SIDE, read_image
from rendering.engines.face.mesh import Landmarks
from rendering.engines.inpainting.base import Inpainting
from rendering.engines.matting.base import Alpha, Matting
from rendering.engines.talking_head.base import StillSource
from rendering.pipeline.avatar_engines import AvatarEngines, shared_engines
from rendering.pipeline.avatar_video import prepare_video
from rendering.pipeline.bundle import AvatarBundle, Side, hidden_by_person, load, save
from rendering.pipeline.framing import (
    Region,
    cut_borders,
    face_share,
    missing_room,
    portrait_region,
    speaker_alpha,
)
from rendering.pipeline.portraits import cutout, thumbnail
from rendering.pipeline.widening import widen as widen_picture

__all__ = [
    "AvatarBundle",
    "AvatarEngines",
    "cutout",
    "load",
    "prepare_still",
    "prepare_video",
    "save",
    "shared_engines",
    "thumbnail",
]

CROP_TOLD = 0.7
"""Share of the photo up to which its owner is told of the crop; a strip of background is no news."""
MIN_FACE_SHARE = 0.9
"""Of the face that the matte must hold: photos 0.99 and more, a flat drawing 0."""
READING_SIDE = 4096
"""Pixels; a face in a large photo is cropped from this size, so that it keeps its detail."""


def prepare_still(path: Path, *, widen: bool = True, engines: AvatarEngines | None = None) -> AvatarBundle:
    """The avatar that speaks with the largest face of a photo.

    widen: invent room where the person is cut at left, right or top. Raises MediaError and FaceError with the
    remedy, ModelMissingError.
    """
    engines = engines or shared_engines()
    photo = read_image(path, max_side=READING_SIDE)
    measured = engines.analyser.measure(photo)
    findings = _accepted(examine(photo, measured))
    image, face, cropped = _frame(photo, measured)
    alpha = speaker_alpha(engines.matting.matte_still(image), face.landmarks)
    findings = _accepted((*_cut_out(alpha, face.landmarks), *findings))
    widening = "none"
    borders = cut_borders(alpha)
    widened: tuple[Finding, ...] = ()
    if widen and borders - {"bottom"}:
        widened = (_room_invented(borders, face),)
        image, alpha, face = _widened(image, alpha, face, borders, engines)
        widening = _title(engines.widening)
    plate = remove_person(image, alpha, engines.plates)
    made_with = {
        "matting": _title(engines.matting),
        "widening": widening,
        "plate": _title(engines.plates),
    }
    source = StillSource(image, alpha, plate, face)
    return AvatarBundle(source, cut_borders(alpha), made_with, (*findings, *cropped, *widened))


def _accepted(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The findings when none of them refuses the photo. Raises FaceError with all of them."""
    for found in findings:
        if found.severity == "refuse":
            raise FaceError(found.sentence, findings)
    return findings


def _cut_out(alpha: Alpha, landmarks: Landmarks) -> Iterator[Finding]:
    """A face that the matte does not hold: it would be drawn with holes, or not at all."""
    share = face_share(alpha, landmarks)
    if share < MIN_FACE_SHARE:
        yield Finding(
            "not-cut-out",
            "refuse",
            share,
            f"The person cannot be told from the background: only {share:.0%} of the face was cut out, as "
            "happens with drawings. Use a photo, before a background that differs from the person.",
        )


def _room_invented(borders: frozenset[Side], face: FaceAnalysis) -> Finding:
    """What widening adds, as a share of the widened picture."""
    canvas = missing_room(borders, face)
    width, height = face.image_size
    share = 1 - width * height / (canvas.width * canvas.height)
    sides = " and ".join(sorted(borders - {"bottom"}))
    return Finding(
        "widened",
        "fixed",
        share,
        f"The photo ends at the person ({sides}): it was continued there, so that every format has room. "
        "What is beside your photo is invented.",
    )


def _title(engine: Matting | Inpainting) -> str:
    return f"{engine.name} {engine.version}"


def remove_person(image: Image, alpha: Alpha, inpainting: Inpainting) -> Image:
    """The picture without the person; identical to it elsewhere."""
    return inpainting.fill(image, ~hidden_by_person(alpha))


def _frame(photo: Image, face: FaceAnalysis) -> tuple[Image, FaceAnalysis, tuple[Finding, ...]]:
    """Head to waist of the photo at working size, the face in its pixels, and what to say of the crop."""
    region = portrait_region(face.landmarks, photo.shape[1], photo.shape[0])
    share = region.width * region.height / (photo.shape[0] * photo.shape[1])
    cropped: tuple[Finding, ...] = ()
    if share < CROP_TOLD:
        sentence = f"Cropped to head and shoulders: {share:.0%} of the photo is used."
        cropped = (Finding("cropped", "fixed", share, sentence),)
    image = photo[region.top : region.bottom, region.left : region.right]
    scale = min(1.0, WORKING_SIDE / max(region.width, region.height))
    return *_place(image, face, region, scale), cropped


def _widened(
    image: Image, alpha: Alpha, face: FaceAnalysis, borders: frozenset[Side], engines: AvatarEngines
) -> tuple[Image, Alpha, FaceAnalysis]:
    """Picture, matte and face on the canvas, never larger than the working size."""
    canvas = missing_room(borders, face)
    # Shrunk before, not after: every step of the widening costs by the pixel.
    scale = min(1.0, WORKING_SIDE / max(canvas.width, canvas.height))
    image, shrunk = _place(image, face, Region(0, 0, *face.image_size), scale)
    alpha = np.asarray(cv2.resize(alpha, shrunk.image_size, interpolation=cv2.INTER_AREA), np.uint8)
    canvas = missing_room(borders, shrunk)
    image, alpha = widen_picture(image, alpha, canvas, matting=engines.matting, inpainting=engines.widening)
    _, moved = _place(image, shrunk, canvas, 1.0)
    return image, speaker_alpha(alpha, moved.landmarks), moved


def _place(image: Image, face: FaceAnalysis, region: Region, scale: float) -> tuple[Image, FaceAnalysis]:
    """The picture scaled, and the face moved from the coordinates in which `region` is given into it."""
    if scale < 1:
        size = (round(region.width * scale), round(region.height * scale))
        image = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
    landmarks: Landmarks = face.landmarks.copy()
    landmarks[:, :2] -= (region.left, region.top)
    landmarks *= scale
    return np.ascontiguousarray(image), describe(landmarks, image, face.warnings)
