"""Still pictures of a video: posters and the previews shown while it is made."""

import io
from pathlib import Path

import av
import numpy as np
from PIL import Image as Pillow

from rendering.engines.errors import MediaError
from rendering.engines.face.base import Image

POSTER_QUALITY, PREVIEW_QUALITY = 88, 75
PREVIEW_SIDE = 480
"""Pixels of a preview's longer side."""
POSTER_AFTER_S = 0.4
"""Seconds into a segment at which its poster is taken: the mouth speaks by then, and no talking head blinks
in its first half second, so the eyes are open."""


def poster_index(frames: int, fps: int) -> int:
    """Which of a segment's pictures is its poster."""
    return min(frames - 1, int(POSTER_AFTER_S * fps))


def write_jpeg(picture: Image, path: Path) -> None:
    """The whole picture as JPEG."""
    Pillow.fromarray(picture).save(path, "JPEG", quality=POSTER_QUALITY)


def preview(picture: Image) -> bytes:
    """A small JPEG."""
    small = Pillow.fromarray(picture)
    small.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE))
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=PREVIEW_QUALITY)
    return buffer.getvalue()


def read_picture(path: Path, index: int) -> Image:
    """Picture `index` of a video, or its last one: uint8 [height, width, 3]. Raises MediaError."""
    picture: av.VideoFrame | None = None
    with av.open(str(path)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            picture = frame
            if number >= index:
                break
    if picture is None:
        raise MediaError("The finished video has no pictures in it. Press Retry to render it again.")
    return np.asarray(picture.to_ndarray(format="rgb24"), np.uint8)
