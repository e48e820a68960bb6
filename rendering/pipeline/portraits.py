"""Small pictures of an avatar for pages: a cut-out for the stage and a thumbnail for lists."""

import io

import numpy as np
from PIL import Image as Pillow

from rendering.engines.face.base import Image
from rendering.engines.matting.base import Alpha
from rendering.engines.matting.foreground import estimate_foreground
from rendering.engines.talking_head.base import StillSource
from rendering.pipeline.blending import lay_over
from rendering.pipeline.bundle import AvatarBundle, main_face
from rendering.pipeline.clips import first_frame

STAGE_HEIGHT = 720
THUMBNAIL_SIDE = 512
QUALITY = 88


def cutout(bundle: AvatarBundle) -> bytes:
    """The person on nothing: WebP with alpha, the whole picture's proportions, at most 720 pixels high."""
    image, alpha = _still(bundle)
    picture = Pillow.fromarray(np.dstack([estimate_foreground(image, alpha), alpha]))
    picture.thumbnail((picture.width, STAGE_HEIGHT), Pillow.Resampling.LANCZOS)
    return _webp(picture)


def picture(bundle: AvatarBundle) -> bytes:
    """The whole picture, person and background: opaque WebP, at most 720 pixels high."""
    image, _ = _still(bundle)
    whole = Pillow.fromarray(image)
    whole.thumbnail((whole.width, STAGE_HEIGHT), Pillow.Resampling.LANCZOS)
    return _webp(whole)


def thumbnail(bundle: AvatarBundle) -> bytes:
    """Head and shoulders before their own background: square WebP, 512 pixels."""
    image, _ = _still(bundle)
    face = main_face(bundle.source)
    height, width = image.shape[:2]
    low, high = face.landmarks[:, :2].min(axis=0), face.landmarks[:, :2].max(axis=0)
    centre_x, centre_y = (low + high) / 2
    side = min(2.2 * float((high - low).max()), height, width)
    left = float(np.clip(centre_x - side / 2, 0, width - side))
    top = float(np.clip(centre_y - side * 0.52, 0, height - side))
    square = Pillow.fromarray(image).resize(
        (THUMBNAIL_SIDE, THUMBNAIL_SIDE), Pillow.Resampling.LANCZOS, (left, top, left + side, top + side)
    )
    return _webp(square)


def _still(bundle: AvatarBundle) -> tuple[Image, Alpha]:
    source = bundle.source
    if isinstance(source, StillSource):
        return source.image, source.alpha
    image = first_frame(source.path)
    if source.mattes is None:
        return image, np.full(image.shape[:2], 255, np.uint8)
    alpha = first_frame(source.mattes)[..., 1]
    whole = source.plate.copy()
    lay_over(whole, image, np.ascontiguousarray(alpha))
    return whole, alpha


def _webp(picture: Pillow.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "WEBP", quality=QUALITY, method=2)
    return buffer.getvalue()
