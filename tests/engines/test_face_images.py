import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import ImageCms

from rendering.engines.errors import MediaError
from rendering.engines.face.images import BEHIND_ALPHA, read_image

WIDTH, HEIGHT = 400, 300


def quarters() -> Pillow.Image:
    """Red, green above; blue, white below."""
    picture = Pillow.new("RGB", (WIDTH, HEIGHT), "white")
    picture.paste("red", (0, 0, 200, 150))
    picture.paste("lime", (200, 0, 400, 150))
    picture.paste("blue", (0, 150, 200, 300))
    return picture


def png_header_only(path: Path, width: int, height: int) -> Path:
    """A PNG that claims a size and holds one row."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(1 + 3 * width))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels))
    return path


def assert_quarters(image: np.ndarray, tolerance: int = 12) -> None:
    for (row, column), colour in {
        (75, 100): (255, 0, 0),
        (75, 300): (0, 255, 0),
        (225, 100): (0, 0, 255),
        (225, 300): (255, 255, 255),
    }.items():
        assert np.abs(image[row, column].astype(int) - colour).max() <= tolerance


def test_a_png_is_read_as_it_is(tmp_path: Path) -> None:
    quarters().save(tmp_path / "a.png")
    image = read_image(tmp_path / "a.png")
    assert image.dtype == np.uint8
    assert image.shape == (HEIGHT, WIDTH, 3)
    assert_quarters(image, tolerance=0)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(tmp_path: Path, orientation: int) -> None:
    undo = {
        2: Pillow.Transpose.FLIP_LEFT_RIGHT,
        3: Pillow.Transpose.ROTATE_180,
        4: Pillow.Transpose.FLIP_TOP_BOTTOM,
        5: Pillow.Transpose.TRANSPOSE,
        6: Pillow.Transpose.ROTATE_90,
        7: Pillow.Transpose.TRANSVERSE,
        8: Pillow.Transpose.ROTATE_270,
    }
    stored = quarters().transpose(undo[orientation]) if orientation > 1 else quarters()
    exif = Pillow.Exif()
    exif[0x0112] = orientation
    stored.save(tmp_path / "a.jpg", exif=exif, quality=95)
    assert_quarters(read_image(tmp_path / "a.jpg"))


def test_a_cmyk_jpeg_keeps_its_colours(tmp_path: Path) -> None:
    quarters().convert("CMYK").save(tmp_path / "a.jpg", quality=95)
    assert_quarters(read_image(tmp_path / "a.jpg"))


def test_a_16_bit_png_with_alpha_is_composed_over_grey(tmp_path: Path) -> None:
    deep = np.zeros((HEIGHT, WIDTH, 4), np.uint16)
    deep[..., 2] = 65535  # red, in BGRA
    deep[:, : WIDTH // 2, 3] = 65535
    cv2.imwrite(str(tmp_path / "a.png"), deep)
    image = read_image(tmp_path / "a.png")
    assert tuple(image[10, 10]) == (255, 0, 0)
    assert tuple(image[10, -10]) == BEHIND_ALPHA


def test_16_bit_grey_is_not_clipped_to_white(tmp_path: Path) -> None:
    Pillow.fromarray(np.full((HEIGHT, WIDTH), 32768, np.uint16)).save(tmp_path / "a.png")
    assert abs(int(read_image(tmp_path / "a.png")[0, 0, 0]) - 128) <= 1


def test_a_palette_with_a_transparent_entry_is_composed_over_grey(tmp_path: Path) -> None:
    picture = Pillow.new("P", (WIDTH, HEIGHT), 0)
    picture.putpalette([0, 0, 0, 255, 0, 0])
    picture.paste(1, (0, 0, 200, 300))
    picture.save(tmp_path / "a.png", transparency=0)
    image = read_image(tmp_path / "a.png")
    assert tuple(image[10, 10]) == (255, 0, 0)
    assert tuple(image[10, -10]) == BEHIND_ALPHA


def test_an_embedded_profile_is_obeyed(tmp_path: Path) -> None:
    """In a profile whose red and green primaries have changed places, red is our green."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = profile.replace(b"rXYZ", b"tXYZ").replace(b"gXYZ", b"rXYZ").replace(b"tXYZ", b"gXYZ")
    quarters().save(tmp_path / "a.png", icc_profile=swapped)
    image = read_image(tmp_path / "a.png")
    assert np.abs(image[75, 100].astype(int) - (0, 255, 0)).max() <= 3
    assert np.abs(image[75, 300].astype(int) - (255, 0, 0)).max() <= 3


def test_a_large_picture_is_scaled_to_the_working_size(tmp_path: Path) -> None:
    Pillow.new("RGB", (4000, 3000), "teal").save(tmp_path / "a.jpg")
    assert read_image(tmp_path / "a.jpg").shape == (1440, 1920, 3)


@pytest.mark.parametrize("side", [8000, 30000])
def test_a_bomb_is_refused_by_its_header(tmp_path: Path, side: int) -> None:
    path = png_header_only(tmp_path / "a.png", side, side)
    with pytest.raises(MediaError, match=r"Picture too large: .* the limit is 40 million"):
        read_image(path)


def test_a_tiny_picture_is_refused_with_its_size(tmp_path: Path) -> None:
    Pillow.new("RGB", (120, 90)).save(tmp_path / "a.png")
    with pytest.raises(MediaError, match="it is 120 x 90 pixels, each side needs at least 256"):
        read_image(tmp_path / "a.png")


def test_an_svg_is_named_as_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_text('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
    with pytest.raises(MediaError, match="This is an SVG drawing"):
        read_image(path)


@pytest.mark.parametrize("content", [b"", b"MZ\x90 not a picture", b"GIF89a" + bytes(20)])
def test_other_files_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(content)
    with pytest.raises(MediaError, match="not a picture we can read"):
        read_image(path)


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp"])
def test_a_cut_off_file_is_called_damaged(tmp_path: Path, suffix: str) -> None:
    whole = tmp_path / f"whole.{suffix}"
    noise = np.random.default_rng(0).integers(0, 255, (HEIGHT, WIDTH, 3), dtype=np.uint8)
    Pillow.fromarray(noise).save(whole)
    cut = tmp_path / f"cut.{suffix}"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    with pytest.raises(MediaError, match=r"damaged or incomplete|not a picture we can read"):
        read_image(cut)
