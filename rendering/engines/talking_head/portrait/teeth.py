"""The inside of a mouth, drawn for one face: teeth, tongue, and the dark behind them.

A picture of closed lips has no teeth to show, so they are drawn from dental proportions and the skin's light;
teeth that the picture does show are kept.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from rendering.engines.face.base import Image
from rendering.engines.talking_head.portrait.face_frame import Array, FaceFrame, smoothstep
from rendering.engines.talking_head.portrait.landmarks import SKIN
from rendering.engines.talking_head.portrait.lips import RELAXED_WIDTH, Lips
from rendering.engines.talking_head.portrait.panel_picture import Rectangle
from rendering.engines.talking_head.portrait.sampling import remap

Colour = NDArray[np.floating]
"""float32 [3], RGB 0..255."""

LUMA: Final = np.array([0.299, 0.587, 0.114], np.float32)
TYPICAL_SKIN: Final = np.array([1.22, 0.93, 0.72], np.float32)
"""Skin under neutral light over its luma: what departs from it is the colour of the light."""
ENAMEL: Final = np.array([0.98, 0.89, 0.76], np.float32)
"""Colour over the skin's luma."""
CAVITY: Final = np.array([0.32, 0.135, 0.135], np.float32)
SHADE: Final = np.array([0.55, 0.30, 0.27], np.float32)
"""What full shade leaves of a colour. Reddish: a neutral shade turns teeth blue."""
WARM_SHADE: Final = np.array([0.85, 1.0, 1.08], np.float32)
"""Exponents that turn a grey shade into a reddish one."""


@dataclass(frozen=True)
class Layer:
    """colour: uint8 [height, width, 3], meaningful beyond the mask's edge; mask: float32 [height, width]."""

    colour: Image
    mask: Array


@dataclass(frozen=True)
class MouthInside:
    """Layers over one box of the panel, back to front; `cavity` fills it."""

    box: Rectangle
    cavity: Image
    tongue: Layer
    lower_teeth: Layer
    upper_teeth: Layer


@dataclass(frozen=True)
class _Arch:
    """A row of teeth from the middle out. Lengths in face heights; facing: 1 hangs from above, -1 stands.

    curve: how far the edge recedes at the last tooth; corner: rounding of each tooth's edge.
    """

    widths: tuple[float, ...]
    steps: tuple[float, ...]
    edge: float
    curve: float
    length: float
    corner: float
    facing: int


UPPER: Final = _Arch(
    widths=(0.0455, 0.036, 0.031, 0.023, 0.017),
    steps=(0.0, 0.0022, -0.0005, 0.001, 0.0),
    edge=0.016,
    curve=0.014,
    length=0.058,
    corner=0.0035,
    facing=1,
)
LOWER: Final = _Arch(
    widths=(0.029, 0.029, 0.028, 0.024, 0.018),
    steps=(0.0, 0.0022, -0.0005, 0.001, 0.0),
    edge=0.010,
    curve=0.010,
    length=0.045,
    corner=0.003,
    facing=-1,
)


@dataclass(frozen=True)
class _Tones:
    """Colours of one mouth under its picture's light."""

    skin_luma: float
    enamel: Colour
    gum: Colour
    lip: Colour


def _tones(image: Image, frame: FaceFrame, landmarks: Array, lips: Lips) -> _Tones:
    def at(points: Array) -> Colour:
        found = remap(image, points.reshape(-1, 1, 2) - np.float32(0.5))
        return np.median(found.reshape(-1, 3), axis=0).astype(np.float32)

    skin = at(landmarks[list(SKIN), :2])
    luma = float(skin @ LUMA)
    light = 1 + 0.25 * (skin / max(luma, 1.0) / TYPICAL_SKIN - 1)
    middle = (lips.inner_lower(0.0) + lips.outer_lower(0.0)) / 2
    lip = at(frame.panel(np.zeros(1), np.atleast_1d(middle)))
    return _Tones(
        skin_luma=luma,
        enamel=np.clip(ENAMEL * np.clip(1.18 * luma, 100, 240) * light, 0, 240).astype(np.float32),
        gum=(0.8 * np.clip(0.62 * lip + 0.18 * np.array([200, 110, 120], np.float32), 0, 220)).astype(
            np.float32
        ),
        lip=lip,
    )


def _draw_arch(
    arch: _Arch, x: Array, y: Array, middle: float, scale: float, height: float, tones: _Tones
) -> tuple[Array, Array]:
    """Colour [.., 3] and mask of a row of teeth. middle: y of the seam; scale: of widths; height: face."""
    bounds = np.concatenate([[0.0], np.cumsum(arch.widths)]) * height * scale
    last = bounds[-1]
    distance = np.abs(x)
    tooth = np.clip(np.searchsorted(bounds, distance.ravel()) - 1, 0, len(arch.widths) - 1).reshape(x.shape)
    half = (bounds[tooth + 1] - bounds[tooth]) / 2
    across = (distance - (bounds[tooth] + bounds[tooth + 1]) / 2) / half
    out = distance / last
    recede = arch.curve * out**2 + np.array(arch.steps)[tooth] + arch.corner * np.abs(across) ** 5
    edge = middle + (arch.edge - arch.facing * recede) * height
    inside = (edge - y) * arch.facing
    soft = 0.0022 * height + 0.35
    mask = smoothstep(-soft, soft, inside) * (
        1 - smoothstep(last - 0.012 * height, last + 0.004 * height, distance)
    )
    depth = np.clip(inside / (arch.length * height), 0, 1.6)
    gap = (1 - np.abs(across)) * half / (0.0016 * height + 0.35)
    separated = 1 - 0.22 * np.exp(-(gap**2)) * (0.6 + 0.4 * np.clip(depth, 0, 1))
    # The arch curves back into the dark of the cheeks.
    shaded = np.clip(1 - 0.12 * np.abs(across) ** 3, 0, 1) * np.clip(1 - 0.62 * out**1.7, 0, 1)
    shaded = shaded * (1 - 0.10 * np.exp(-((depth / 0.12) ** 2))) * (1 - 0.18 * smoothstep(0.5, 1.2, depth))
    gum = smoothstep(0.95, 1.15, depth + 0.10 * across**2)[..., None]
    # Light inside a mouth has been reflected by its red walls: shade is warm.
    enamel = tones.enamel * (separated * shaded)[..., None] ** WARM_SHADE
    colour = enamel * (1 - gum) + tones.gum * (1 - 0.5 * out**2)[..., None] * gum
    return colour.astype(np.float32), mask.astype(np.float32)


def _real_teeth(image: Image, frame: FaceFrame, x: Array, y: Array, lips: Lips) -> Layer | None:
    """The teeth that the picture shows between parted lips, continued a little behind both lips."""
    if not lips.shows_teeth:
        return None
    upper, lower = lips.inner_upper(x), lips.inner_lower(x)
    # The last pixels before a lip are mixed with it; what it hides continues the column of teeth below it.
    clear = np.minimum(2.5, 0.3 * np.maximum(lower - upper, 0))
    seen = np.clip(y, upper + clear, lower - clear)
    colour = remap(image, frame.panel(x, seen) - np.float32(0.5))
    light = cv2.cvtColor(colour, cv2.COLOR_RGB2LAB)[..., 0].astype(np.float32)
    interior = (y > upper) & (y < lower) & (np.abs(lips.across(x)) < 0.95)
    if interior.sum() < 40:
        return None
    bright = float(np.percentile(light[interior], 85))
    if bright < 110:
        return None
    mask = smoothstep(0.30 * bright, 0.52 * bright, cv2.GaussianBlur(light, (0, 0), 0.8))
    hidden = np.maximum((upper - y) / (0.030 * frame.height), (y - lower) / (0.006 * frame.height))
    mask = mask * (1 - smoothstep(0.5, 1.0, hidden)) * (np.abs(lips.across(x)) < 0.95)
    return Layer(colour, mask.astype(np.float32))


def draw_mouth_inside(
    image: Image, frame: FaceFrame, landmarks: Array, lips: Lips, box: Rectangle
) -> MouthInside:
    """image: on the panel; landmarks: panel coordinates [468, 3]; box: where the mouth is drawn."""
    height = frame.height
    x, y = frame.pixels(box)
    tones = _tones(image, frame, landmarks, lips)
    middle = float(lips.seam(0.0))
    # The teeth of a face seen askew are foreshortened on the same side as its lips.
    along = lips.across(x) * (lips.width / 2)
    scale = float(np.clip(lips.width * (1 - lips.excess_width(height)) / (RELAXED_WIDTH * height), 0.85, 1.1))
    upper, upper_mask = _draw_arch(UPPER, along, y, middle, scale, height, tones)
    lower, lower_mask = _draw_arch(LOWER, along, y, middle, scale, height, tones)
    lower *= 0.80
    upper_teeth = Layer(_bytes(upper), np.ascontiguousarray(upper_mask, np.float32))
    real = _real_teeth(image, frame, x, y, lips)
    if real is not None:
        enamel = np.median(real.colour[real.mask > 0.9], axis=0)
        lower *= np.clip(enamel / np.maximum(tones.enamel, 1), 0.6, 1.3)
        upper_teeth = real
    depth = np.clip((y - middle) / (0.09 * height), 0, 1)
    aside = np.clip(np.abs(x) / (0.13 * height), 0, 1)
    darkness = (0.60 + 0.75 * depth) * (1 - 0.45 * aside**2)
    cavity = np.clip(CAVITY * tones.skin_luma, 8, 80) * darkness[..., None]
    corner = smoothstep(0.62, 1.0, np.abs(lips.across(x)))[..., None]
    cavity = (
        cavity * (1 - corner) + np.clip(tones.lip * np.array([0.58, 0.42, 0.42], np.float32), 0, 140) * corner
    )
    return MouthInside(
        box=box,
        cavity=_bytes(cavity),
        tongue=_tongue(x, y, middle, height, tones),
        lower_teeth=Layer(_bytes(lower), lower_mask),
        upper_teeth=upper_teeth,
    )


def _tongue(x: Array, y: Array, middle: float, height: float, tones: _Tones) -> Layer:
    top = np.clip((middle + 0.030 * height - y) / (0.016 * height), 0, 9)
    mask = np.exp(-((x / (0.085 * height)) ** 4) - top**2)
    mask = mask * (1 - 0.125 * np.exp(-((x / (0.008 * height)) ** 2)))
    colour = 0.90 * np.clip(0.60 * tones.lip + np.array([40, 12, 16], np.float32), 0, 210)
    light = 0.75 + 0.25 * smoothstep(0.02 * height, 0.06 * height, y - middle)
    return Layer(_bytes(colour * light[..., None]), mask.astype(np.float32))


def _bytes(colour: Array) -> Image:
    return np.ascontiguousarray(np.clip(colour, 0, 255).astype(np.uint8))
