"""What is behind the person: one still picture, or a clip that plays on."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from rendering.engines.errors import MediaError
from rendering.engines.face.base import Image
from rendering.engines.face.images import read_image
from rendering.pipeline import looping
from rendering.pipeline.spec import BackgroundSpec

BLUR = 0.03
"""Standard deviation of the blur, as a share of the frame's shorter side."""
NEUTRAL = (241, 244, 249)
"""sRGB shown behind a transparent scene wherever there is no alpha (playback, mp4, poster)."""
DITHER_SEED = 7


class Backdrop(Protocol):
    """What is behind everything else, in every frame of a segment."""

    @property
    def still(self) -> Image | None:
        """The picture, if it is the same in every frame."""
        ...

    def frames(self, count: int, fps: int) -> Iterator[Image]:
        """`count` pictures of the frame's size, not to be drawn on. Raises MediaError."""
        ...


@dataclass(frozen=True)
class StillBackdrop:
    """One picture, uint8 [height, width, 3]."""

    still: Image

    def frames(self, count: int, fps: int) -> Iterator[Image]:
        return itertools.repeat(self.still, count)


@dataclass(frozen=True)
class ClipBackdrop:
    """A clip that fills frames of `size`, over and over."""

    path: Path
    size: tuple[int, int]
    still: None = None

    def frames(self, count: int, fps: int) -> Iterator[Image]:
        return looping.loop(self.path, self.size, frames=count, fps=fps)


def prepare(spec: BackgroundSpec, size: tuple[int, int], *, plate: Image, media: Path | None) -> Backdrop:
    """The backdrop of a segment.

    plate: the avatar's own background on its panel, for "keep" and "blur"; media: local file of an image or
    video background. Raises MediaError.
    """
    match spec.kind:
        case "keep":
            whole = plate.shape[:2] == (size[1], size[0])
            return StillBackdrop(plate if whole else blurred(plate, size))
        case "blur":
            return StillBackdrop(blurred(plate, size))
        case "colour":
            return StillBackdrop(plain(parse_colour(spec.colours[0]), size))
        case "gradient":
            return StillBackdrop(gradient(spec.colours, spec.angle, size))
        case "image":
            return StillBackdrop(cover(read_image(_file(media), max_side=2 * max(size)), size))
        case "video":
            return ClipBackdrop(_file(media), size)
        case "transparent":
            return StillBackdrop(plain(NEUTRAL, size))


def _file(media: Path | None) -> Path:
    if media is None:
        raise MediaError("The background's file is missing. Choose the background once more.")
    return media


def parse_colour(text: str) -> tuple[int, int, int]:
    """sRGB of "#rrggbb". Raises MediaError."""
    digits = text.removeprefix("#")
    try:
        red, green, blue = bytes.fromhex(digits)
    except ValueError as error:
        raise MediaError(f'"{text}" is not a colour. Write it like #0b1b3a.') from error
    return red, green, blue


def plain(colour: tuple[int, int, int], size: tuple[int, int]) -> Image:
    """One colour."""
    return np.full((size[1], size[0], 3), colour, np.uint8)


def gradient(colours: tuple[str, ...], angle: float, size: tuple[int, int]) -> Image:
    """A linear gradient as CSS draws it (CSS Images 3, section 3.1): 0 degrees points up, 90 to the right.

    Dithered with triangular noise of one step, so that wide gradients do not show bands.
    """
    width, height = size
    direction = np.radians(angle)
    step_x, step_y = np.sin(direction), -np.cos(direction)
    length = abs(width * step_x) + abs(height * step_y)
    x = (np.arange(width, dtype=np.float32) + 0.5 - width / 2) * np.float32(step_x / length)
    y = (np.arange(height, dtype=np.float32) + 0.5 - height / 2) * np.float32(step_y / length)
    position = x[None, :] + y[:, None] + np.float32(0.5)
    stops = np.array([parse_colour(colour) for colour in colours], np.float32)
    places = np.linspace(0, 1, len(stops))
    channels = [np.interp(position, places, stops[:, channel]) for channel in range(3)]
    return dithered(np.stack(channels, axis=-1))


def dithered(values: NDArray) -> Image:
    """Rounded to uint8 after adding triangular noise, the same every time."""
    noise = np.random.default_rng(DITHER_SEED).random((2, *values.shape), np.float32).sum(axis=0) - 1
    return np.clip(np.rint(values + noise * np.float32(0.5)), 0, 255).astype(np.uint8)


def cover(image: Image, size: tuple[int, int]) -> Image:
    """The image scaled to fill the size, centred, what is left over cut off."""
    width, height = size
    scale = max(width / image.shape[1], height / image.shape[0])
    # The part of the image that is seen, cut first so that only it is scaled.
    seen_x, seen_y = min(image.shape[1], width / scale), min(image.shape[0], height / scale)
    left, top = round((image.shape[1] - seen_x) / 2), round((image.shape[0] - seen_y) / 2)
    seen = image[top : top + max(1, round(seen_y)), left : left + max(1, round(seen_x))]
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(seen, size, interpolation=how), np.uint8)


def blurred(plate: Image, size: tuple[int, int]) -> Image:
    """The plate filling the frame, far out of focus."""
    sigma = BLUR * min(size)
    # A wide blur leaves nothing that a quarter of the size could not hold.
    small = cover(plate, (size[0] // 4, size[1] // 4))
    soft = cv2.GaussianBlur(small.astype(np.float32), (0, 0), sigma / 4)
    return dithered(cv2.resize(soft, size, interpolation=cv2.INTER_CUBIC))
