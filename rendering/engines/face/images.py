"""Reading an uploaded picture into upright RGB, refusing what would hurt or confuse."""

import io
import warnings
from pathlib import Path

import numpy as np
from PIL import Image as Pillow
from PIL import ImageCms, ImageOps, UnidentifiedImageError

from rendering.engines.errors import MediaError
from rendering.engines.face.base import Image

MAX_PIXELS = 40_000_000
"""Larger pictures are refused by their header, before a pixel is decoded (120 MB as RGB)."""
MIN_SIDE = 256
"""Pixels; below this no face can be wide enough."""
WORKING_SIDE = 1920
"""Pixels; the long side of the picture everything downstream works on."""
FORMATS = ("JPEG", "PNG", "WEBP")
BEHIND_ALPHA = (230, 230, 230)
"""RGB put behind transparent pictures: light and neutral, so that no colour bleeds into the matte."""

_SRGB = ImageCms.createProfile("sRGB")


def read_image(path: Path, *, max_side: int = WORKING_SIDE, min_side: int = MIN_SIDE) -> Image:
    """The picture at `path`: uint8 [height, width, 3], sRGB, upright as its EXIF says.

    Transparency is composed over light grey; CMYK, palette, 16-bit and wide-gamut pictures are converted.
    A long side above `max_side` pixels is scaled down to it. Raises MediaError.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Pillow.DecompressionBombWarning)  # our own limit is stricter
        try:
            with Pillow.open(path, formats=FORMATS) as picture:
                _check_size(picture, min_side)
                # JPEGs can be decoded at 1/2, 1/4 or 1/8: as small as possible, still above max_side.
                picture.draft(None, (max_side, max_side))
                picture.load()
                upright = ImageOps.exif_transpose(picture)
                rgb = _to_rgb(upright)
        except Pillow.DecompressionBombError as error:
            raise MediaError(_too_large("hundreds of millions of")) from error
        except UnidentifiedImageError as error:
            raise MediaError(_not_a_picture(path)) from error
        except (OSError, SyntaxError, ValueError) as error:
            raise MediaError(
                "The picture is damaged or incomplete. Open it in an image program, save it again as JPEG "
                "or PNG and upload that file."
            ) from error
    rgb.thumbnail((max_side, max_side), Pillow.Resampling.LANCZOS)
    return np.ascontiguousarray(rgb, dtype=np.uint8)


def _check_size(picture: Pillow.Image, min_side: int) -> None:
    width, height = picture.size
    if width * height > MAX_PIXELS:
        raise MediaError(_too_large(f"{width} x {height}"))
    if min(width, height) < min_side:
        raise MediaError(
            f"Picture too small: it is {width} x {height} pixels, each side needs at least {min_side}. "
            "Use a larger photo."
        )


def _too_large(size: str) -> str:
    return (
        f"Picture too large: it has {size} pixels, the limit is {MAX_PIXELS // 1_000_000} million. "
        "Scale it down and upload it again."
    )


def _not_a_picture(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(1024).lstrip().lower()
    if head.startswith((b"<svg", b"<?xml")) or b"<svg" in head:
        return "This is an SVG drawing, not a photo. Upload a JPEG, PNG or WebP picture."
    if head[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1"):
        return "This is a HEIC picture, which we cannot read. Save it as JPEG and upload that file."
    return "This file is not a picture we can read. Upload a JPEG, PNG or WebP picture."


def _to_rgb(picture: Pillow.Image) -> Pillow.Image:
    if picture.mode.startswith("I") or picture.mode == "F":
        # 16-bit grey: Pillow's own conversion would clip everything above 255 to white.
        grey = np.clip(np.asarray(picture, dtype=np.float32) / 257, 0, 255)
        return Pillow.fromarray(np.rint(grey).astype(np.uint8)).convert("RGB")
    if picture.has_transparency_data:
        layer = picture.convert("RGBA")
        ground = Pillow.new("RGBA", layer.size, (*BEHIND_ALPHA, 255))
        return Pillow.alpha_composite(ground, layer).convert("RGB")
    profile = picture.info.get("icc_profile")
    if profile and picture.mode in ("RGB", "CMYK", "L"):
        try:
            converted = ImageCms.profileToProfile(
                picture, ImageCms.ImageCmsProfile(io.BytesIO(profile)), _SRGB, outputMode="RGB"
            )
        except (ImageCms.PyCMSError, OSError):
            return picture.convert("RGB")  # a broken profile says nothing about the pixels
        if converted is not None:
            return converted
    return picture.convert("RGB")
