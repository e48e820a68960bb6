import io
import struct
import zlib

import pytest
from PIL import Image

from avatarlab.errors import UserError
from studio.signatures import recognise_picture, recognise_recording
from tests.factories import picture, upload


def png_that_claims(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header promises any size, as decompression bombs do."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b""))
        + chunk(b"IEND", b"")
    )


def iso_media(brand: bytes) -> bytes:
    return struct.pack(">I", 24) + b"ftyp" + brand + b"\x00\x00\x02\x00isomiso2" + bytes(64)


@pytest.mark.parametrize(
    ("file_format", "mode", "suffix"),
    [("PNG", "RGB", "png"), ("JPEG", "CMYK", "jpg"), ("WEBP", "RGBA", "webp"), ("PNG", "I;16", "png")],
)
def test_pictures_are_recognised(file_format: str, mode: str, suffix: str) -> None:
    found = recognise_picture(upload(picture((64, 64), file_format, mode), name="anything.exe"))
    assert (found.kind, found.suffix) == ("image", suffix)


@pytest.mark.parametrize(("brand", "suffix"), [(b"isom", "mp4"), (b"mp42", "mp4"), (b"qt  ", "mov")])
def test_videos_are_recognised_by_their_brand(brand: bytes, suffix: str) -> None:
    found = recognise_picture(upload(iso_media(brand), name="me.png"))
    assert (found.kind, found.suffix) == ("video", suffix)


def test_webm_is_recognised() -> None:
    found = recognise_picture(upload(b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm" + bytes(64)))
    assert (found.kind, found.suffix) == ("video", "webm")


def test_a_picture_of_30000_by_30000_pixels_is_refused() -> None:
    with pytest.raises(UserError, match=r"too large.* 40 megapixels.*Make it smaller"):
        recognise_picture(upload(png_that_claims(30_000, 30_000)))


def test_a_picture_just_over_the_limit_is_refused_with_its_size() -> None:
    with pytest.raises(UserError, match=r"7,000 x 6,000 pixels, we take up to 40 megapixels"):
        recognise_picture(upload(png_that_claims(7_000, 6_000)))


@pytest.mark.parametrize(
    "drawing",
    [
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- drawn by hand -->\n<SVG></SVG>',
    ],
)
def test_a_drawing_is_refused_with_the_remedy(drawing: bytes) -> None:
    with pytest.raises(UserError, match=r"SVG.*Export it as PNG or JPEG"):
        recognise_picture(upload(drawing, name="me.png"))


def test_a_heic_photo_is_refused_with_the_remedy() -> None:
    with pytest.raises(UserError, match=r"HEIC.*Export it as JPEG"):
        recognise_picture(upload(iso_media(b"heic"), name="IMG_1.HEIC"))


@pytest.mark.parametrize("content", [b"hello", b"%PDF-1.7\n", b"MZ\x90\x00" * 300, b"\x00" * 2000, b"GIF89a"])
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(UserError, match=r"not a picture or video we can read"):
        recognise_picture(upload(content))


def test_a_cut_picture_is_refused_as_damaged() -> None:
    noise = Image.effect_noise((64, 64), 50)
    outlet = io.BytesIO()
    noise.save(outlet, "PNG")
    with pytest.raises(UserError, match=r"damaged"):
        recognise_picture(upload(outlet.getvalue()[:1000]))


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(UserError, match=r"empty"):
        recognise_picture(upload(b""))


def test_a_file_over_the_limit_is_refused_before_it_is_read(settings) -> None:
    settings.MAX_UPLOAD_MB = 1
    with pytest.raises(UserError, match=r"it has 2 MB, we take up to 1 MB"):
        recognise_picture(upload(b"\x89PNG" + bytes(2_000_000)))


@pytest.mark.parametrize(
    ("head", "suffix"),
    [
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", "wav"),
        (b"fLaC\x00", "flac"),
        (b"OggS\x00", "ogg"),
        (b"ID3\x04", "mp3"),
        (b"\xff\xfb\x90\x00", "mp3"),
        (iso_media(b"M4A "), "m4a"),
    ],
)
def test_recordings_are_recognised(head: bytes, suffix: str) -> None:
    assert recognise_recording(upload(head)).suffix == suffix


def test_what_is_no_recording_is_refused() -> None:
    with pytest.raises(UserError, match=r"not a recording"):
        recognise_recording(upload(picture()))
