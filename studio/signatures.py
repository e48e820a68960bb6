"""What an uploaded file is, told by its bytes: names and content types come from the sender, and prove
nothing.

Only headers are read here. Whether a file can be decoded and shows a face is the worker's business.
"""

import hashlib
from dataclasses import dataclass
from typing import Literal

from django.conf import settings
from django.core.files import File

from avatarlab.errors import UserError

MAX_PIXELS = 40_000_000
"""Pixels of one picture; beyond it decoding needs more memory than a worker should give one request."""

_READERS = ("JPEG", "PNG", "WEBP")
_IMAGE_SUFFIXES = {"JPEG": "jpg", "MPO": "jpg", "PNG": "png", "WEBP": "webp"}
"""Pillow's format names to suffixes. MPO is what the JPEG reader calls the files of many phones."""

_HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis")


@dataclass(frozen=True)
class Upload:
    """A recognised file. suffix: without the dot; sha256: hex digest of the bytes; size: bytes."""

    kind: Literal["image", "video", "audio"]
    suffix: str
    sha256: str
    size: int


def recognise_picture(file: File) -> Upload:
    """A JPEG, PNG or WebP picture, or an MP4, MOV or WebM video. Raises UserError that names the remedy."""
    head = _head(file)
    if _looks_like_svg(head):
        raise UserError("SVG drawings cannot be used. Export it as PNG or JPEG and upload that.")
    if head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS:
        raise UserError("HEIC and AVIF pictures cannot be used. Export it as JPEG or PNG and upload that.")
    suffix = _video_suffix(head)
    if suffix:
        return _upload(file, "video", suffix)
    return _upload(file, "image", _image_suffix(file))


def recognise_recording(file: File) -> Upload:
    """A WAV, MP3, Ogg, FLAC, M4A or WebM recording. Raises UserError."""
    head = _head(file)
    suffix = _audio_suffix(head)
    if not suffix:
        raise UserError("This is not a recording we can read. Use WAV, MP3, M4A, Ogg, FLAC or WebM.")
    return _upload(file, "audio", suffix)


def _head(file: File) -> bytes:
    size = file.size or 0
    if size == 0:
        raise UserError("The file is empty. Choose another.")
    limit = settings.MAX_UPLOAD_MB
    if size > limit * 1_000_000:
        raise UserError(
            f"The file is too large: it has {size / 1e6:,.0f} MB, we take up to {limit:,} MB. "
            "Make it smaller and try again."
        )
    file.seek(0)
    head = file.read(1024)
    file.seek(0)
    return head


def _looks_like_svg(head: bytes) -> bool:
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return text.startswith(b"<") and b"<svg" in text


def _video_suffix(head: bytes) -> str:
    """ISO base media (ISO/IEC 14496-12: size, "ftyp", brand) and EBML with the doctype of WebM."""
    if head[4:8] == b"ftyp":
        return "mov" if head[8:12] == b"qt  " else "mp4"
    if head[4:8] in (b"moov", b"mdat", b"wide"):  # QuickTime files older than ftyp
        return "mov"
    if head.startswith(b"\x1a\x45\xdf\xa3") and b"webm" in head[:64]:
        return "webm"
    return ""


def _audio_suffix(head: bytes) -> str:
    if head.startswith(b"RIFF") and head[8:12] == b"WAVE":
        return "wav"
    if head.startswith(b"fLaC"):
        return "flac"
    if head.startswith(b"OggS"):
        return "ogg"
    if head.startswith(b"ID3") or (len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0):
        return "mp3"
    return {"mp4": "m4a", "mov": "m4a", "webm": "webm"}.get(_video_suffix(head), "")


def _image_suffix(file: File) -> str:
    # Pillow is imported with the first upload, not with the web process.
    from PIL import Image, UnidentifiedImageError

    limit = MAX_PIXELS // 1_000_000
    try:
        with Image.open(file, formats=_READERS) as image:
            width, height = image.size
            suffix = _IMAGE_SUFFIXES[image.format or ""]
            if width * height <= MAX_PIXELS:
                image.verify()
    except UnidentifiedImageError:
        raise UserError(
            "This is not a picture or video we can read. Use JPEG, PNG or WebP, or an MP4, MOV or WebM video."
        ) from None
    except Image.DecompressionBombError:
        raise UserError(
            f"The picture is too large: it has more than {limit} megapixels. Make it smaller and try again."
        ) from None
    except (OSError, SyntaxError, ValueError):
        # What Pillow's readers raise on damaged chunks.
        raise UserError("The picture is damaged and cannot be read. Save it again or use another.") from None
    finally:
        file.seek(0)
    if width * height > MAX_PIXELS:
        raise UserError(
            f"The picture is too large: {width:,} x {height:,} pixels, we take up to {limit} megapixels. "
            "Make it smaller and try again."
        )
    return suffix


def _upload(file: File, kind: Literal["image", "video", "audio"], suffix: str) -> Upload:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return Upload(kind=kind, suffix=suffix, sha256=digest.hexdigest(), size=file.size)
