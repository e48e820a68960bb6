"""Portraits with something wrong, each made from a good one.

Made from the presets and a real photo rather than collected: what is wrong is then exactly one thing, and
nobody's face is kept for its faults. Landmarks are those of the good portrait, in its pixels.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import LinearNDInterpolator

import studio.presets
from rendering.engines.face.analysis import shared_analyser
from rendering.engines.face.base import Image
from rendering.engines.face.images import read_image
from rendering.engines.face.mesh import Landmarks
from rendering.engines.talking_head.landmarks import (
    CHIN,
    CORNER_LEFT,
    CORNER_RIGHT,
    FOREHEAD,
    LEFT_LID_LOWER,
    LEFT_LID_UPPER,
    OVAL,
    RIGHT_LID_LOWER,
    RIGHT_LID_UPPER,
)
from tests import pictures
from training.closed_eyes import close_eyes

PRESETS = Path(studio.presets.__path__[0]) / "avatars"
EYES = ((RIGHT_LID_UPPER, RIGHT_LID_LOWER), (LEFT_LID_UPPER, LEFT_LID_LOWER))
NOSE_BRIDGE, NOSE_TIP = 168, 1
JAW = (234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361, 323, 454)
"""From the person's right ear round the chin to the left ear."""
MOUTH = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146)
UNDER_NOSE = (98, 97, 2, 326, 327)


@dataclass(frozen=True)
class Portrait:
    """A picture and the landmarks of the face in it, float32 [468, 3]."""

    image: Image
    landmarks: Landmarks

    @property
    def height(self) -> float:
        """Forehead to chin, pixels."""
        return float(np.linalg.norm(self.landmarks[CHIN, :2] - self.landmarks[FOREHEAD, :2]))

    def points(self, *indices: int) -> NDArray[np.int32]:
        """Whole pixels, int32 [n, 2]."""
        return np.rint(self.landmarks[list(indices), :2]).astype(np.int32)


@cache
def preset(slug: str) -> Portrait:
    """A preset with room beside it, 960 x 540; the face is about 265 pixels wide."""
    return measured(pictures.resize(read_image(PRESETS / f"{slug}.webp"), 0.5))


@cache
def head(slug: str) -> Portrait:
    """The middle of a preset, 540 x 540: quick to work on."""
    return measured(np.ascontiguousarray(preset(slug).image[:, 210:750]))


@cache
def smiling() -> Portrait:
    """A real photo of a smile with teeth."""
    return measured(pictures.astronaut(1024))


def measured(image: Image) -> Portrait:
    return Portrait(image, shared_analyser().measure(image).landmarks)


# ---- pose ------------------------------------------------------------------------------------------------


def turned(portrait: Portrait, degrees: float) -> Image:
    """The head turned about its vertical axis before a plain wall, as a relief from the mesh's depth."""
    fine = 6  # samples per pixel across, so that what is turned into view has no gaps
    height, width = portrait.image.shape[:2]
    image = cv2.resize(portrait.image, (width * fine, height), interpolation=cv2.INTER_LINEAR)
    rows, columns = np.mgrid[:height, : width * fine].astype(np.float32)
    columns = columns / fine
    depth = np.asarray(
        cv2.resize(
            np.asarray(_relief(portrait)(columns[::4, ::24], rows[::4, ::24]), np.float32),
            (width * fine, height),
            interpolation=cv2.INTER_LINEAR,
        )
    )
    centre = portrait.landmarks[list(OVAL), 0].mean()
    angle = np.radians(degrees)
    moved = centre + (columns - centre) * np.cos(angle) + depth * np.sin(angle)
    near = depth * np.cos(angle) - (columns - centre) * np.sin(angle)
    near[depth < -0.25 * portrait.height] = -np.inf  # the room behind is not part of the head
    order = np.argsort(near, axis=None)
    order = order[np.isfinite(near.ravel()[order])]  # what is near is painted last
    target = np.clip(np.rint(moved.ravel()[order]), 0, width - 1).astype(int)
    result = np.full_like(portrait.image, 185)
    result[rows.ravel()[order].astype(int), target] = image.reshape(-1, 3)[order]
    return result


def _relief(portrait: Portrait) -> LinearNDInterpolator:
    """Depth towards the viewer in pixels at picture coordinates (x, y)."""
    landmarks, height = portrait.landmarks, portrait.height
    oval = landmarks[list(OVAL)]
    centre = oval[:, :2].mean(axis=0)
    back = float(np.percentile(oval[:, 2], 80))
    rings = [centre + (oval[:, :2] - centre) * size for size in (1.35, 2.5)]
    far = [np.full(len(oval), -level * height) for level in (0.15, 0.4)]
    points = np.concatenate([landmarks[:, :2], *rings])
    values = np.concatenate([back - landmarks[:, 2], *far])
    return LinearNDInterpolator(points, values, fill_value=-0.4 * height)


def tilted(portrait: Portrait, degrees: float) -> Image:
    """The picture turned clockwise about the face."""
    x, y = portrait.landmarks[NOSE_TIP, :2].tolist()
    turn = cv2.getRotationMatrix2D((x, y), -degrees, 1)
    size = (portrait.image.shape[1], portrait.image.shape[0])
    return np.asarray(cv2.warpAffine(portrait.image, turn, size, borderMode=cv2.BORDER_REPLICATE), np.uint8)


# ---- things in front of the face -------------------------------------------------------------------------


def glasses(portrait: Portrait, lens: tuple[int, int, int] | None = None) -> Image:
    """Dark frames with a glint; lens: colour of dark glass, None for clear."""
    image = portrait.image.copy()
    thick = max(2, round(0.018 * portrait.height))
    bridge = []
    for upper, lower in EYES:
        corners = portrait.points(upper[0], upper[-1])
        middle = portrait.points(*upper, *lower).mean(axis=0)
        wide = float(np.linalg.norm(corners[1] - corners[0]))
        centre = (round(float(middle[0])), round(float(middle[1]) + 0.06 * wide))
        axes = (round(0.92 * wide), round(0.66 * wide))
        if lens:
            cv2.ellipse(image, centre, axes, 0, 0, 360, lens, -1, cv2.LINE_AA)
        cv2.ellipse(image, centre, axes, 0, 0, 360, (28, 24, 24), thick, cv2.LINE_AA)
        glint = (centre[0] - axes[0] // 2, centre[1] - axes[1] // 2)
        cv2.line(image, glint, (glint[0] + axes[0] // 4, glint[1] - axes[1] // 5), (235, 240, 245), thick)
        bridge.append((centre, axes))
    (right, (reach, _)), (left, _) = bridge
    cv2.line(image, (right[0] + reach, right[1]), (left[0] - reach, left[1]), (28, 24, 24), thick)
    for (x, y), side, ear in ((right, -1, 234), (left, 1, 454)):
        cv2.line(image, (x + side * reach, y), portrait.points(ear)[0].tolist(), (28, 24, 24), thick)
    return image


def mask(portrait: Portrait) -> Image:
    """A surgical mask from the bridge of the nose to below the chin."""
    image = portrait.image.copy()
    outline = np.concatenate([portrait.points(*JAW[1:-1]), portrait.points(347, 195, 118)])
    below = outline[:, 1] > portrait.landmarks[NOSE_TIP, 1]
    outline[below, 1] += round(0.04 * portrait.height)
    area = np.zeros(image.shape[:2], np.uint8)
    cv2.fillPoly(area, [outline], 255, cv2.LINE_AA)
    rows = np.arange(image.shape[0], dtype=np.float32)[:, None]
    pleats = 1 + 0.05 * np.sin(rows / (0.035 * portrait.height) * np.pi)
    cloth = np.clip(np.array([150, 190, 205], np.float32) * pleats[..., None], 0, 255)
    return _laid_over(image, np.broadcast_to(cloth, image.shape), area)


def hand_at_chin(portrait: Portrait) -> Image:
    """Four fingers across chin and mouth, lit from above, with dark gaps between them."""
    image, height = portrait.image.copy(), portrait.height
    skin = _skin(portrait)
    chin, mouth = portrait.points(CHIN)[0], portrait.points(17)[0]
    thick = 0.085 * height
    for number in range(4):
        y = mouth[1] + (number + 0.3) * thick * 0.9
        start = (chin[0] - 0.28 * height + 0.04 * number * height, y + 0.05 * height)
        end = (chin[0] + 0.75 * height, y + 0.30 * height)
        for share in (1.0, 0.86, 0.66, 0.4):
            light = {1.0: 0.42, 0.86: 0.78, 0.66: 0.95, 0.4: 1.06}[share]
            colour = np.clip(skin * light, 0, 255).tolist()
            cv2.line(image, _pixel(start), _pixel(end), colour, max(1, round(thick * share)), cv2.LINE_AA)
    return image


def fringe(portrait: Portrait, *, over_eyes: bool) -> Image:
    """Strands of dark hair from above the forehead to the brows, or over both eyes."""
    image, height = portrait.image.copy(), portrait.height
    rng = np.random.default_rng(3)
    left, right = portrait.landmarks[127, 0], portrait.landmarks[356, 0]
    top = portrait.landmarks[FOREHEAD, 1] - 0.08 * height
    eyes = float(portrait.landmarks[[33, 263, 133, 362], 1].mean())
    bottom = eyes + 0.09 * height if over_eyes else eyes - 0.17 * height
    for x in rng.uniform(left, right, 900):
        colour = (np.array([52, 36, 28]) * rng.uniform(0.5, 1.5)).tolist()
        sway = rng.normal(0, 0.03 * height)
        end = (x + sway, bottom + rng.normal(0, 0.012 * height))
        cv2.line(image, _pixel((x, top)), _pixel(end), colour, max(1, round(0.007 * height)), cv2.LINE_AA)
    return image


def beard(portrait: Portrait) -> Image:
    """A full dark beard with a moustache; the lips stay free."""
    image, height = portrait.image.copy(), portrait.height
    rng = np.random.default_rng(5)
    area = np.zeros(image.shape[:2], np.uint8)
    inner = portrait.points(50, *UNDER_NOSE, 280)
    cv2.fillPoly(area, [np.concatenate([portrait.points(*JAW[2:-2]), inner[::-1]])], 255)
    lips = np.zeros_like(area)
    cv2.fillPoly(lips, [portrait.points(*MOUTH)], 255)
    lips = np.asarray(cv2.dilate(lips, np.ones((3, 3), np.uint8)), np.uint8)
    rows, columns = np.nonzero(area & ~lips)
    hair = image.copy()
    for pick in rng.integers(0, len(rows), 9000):
        colour = (np.array([60, 44, 34]) * rng.uniform(0.4, 1.6)).tolist()
        start = (float(columns[pick]), float(rows[pick]))
        end = (start[0] + rng.normal(0, 0.008 * height), start[1] + 0.025 * height)
        cv2.line(hair, _pixel(start), _pixel(end), colour, 1, cv2.LINE_AA)
    hair[lips > 0] = image[lips > 0]
    soft = cv2.GaussianBlur(area, (0, 0), 0.02 * height)
    return _laid_over(image, hair, np.asarray(soft, np.uint8))


# ---- the photo -------------------------------------------------------------------------------------------


def dark(portrait: Portrait) -> Image:
    """Three and a half stops underexposed, with the noise of a small sensor."""
    noise = np.random.default_rng(2).normal(0, 3, portrait.image.shape)
    light = (portrait.image / 255.0) ** 2.2 * 2**-3.5
    return np.clip(np.rint(light ** (1 / 2.2) * 255 + noise), 0, 255).astype(np.uint8)


def side_lit(portrait: Portrait, stops: float = 5.0) -> Image:
    """The person's right side in the shade, the left burnt out. stops: between both."""
    x = np.arange(portrait.image.shape[1], dtype=np.float32)
    middle, half = portrait.landmarks[NOSE_TIP, 0], 0.10 * portrait.height
    share = np.clip((x - middle) / (2 * half) + 0.5, 0, 1)
    gain = 2.0 ** (stops * (share - 0.75))
    light = (portrait.image / 255.0) ** 2.2 * gain[None, :, None]
    return np.clip(np.rint(np.clip(light, 0, 1) ** (1 / 2.2) * 255), 0, 255).astype(np.uint8)


def blurred(portrait: Portrait, share: float = 0.016) -> Image:
    """Out of focus. share: sigma in face heights."""
    return np.asarray(cv2.GaussianBlur(portrait.image, (0, 0), share * portrait.height), np.uint8)


def painting(portrait: Portrait) -> Image:
    """Flat strokes that follow the edges."""
    return np.asarray(cv2.stylization(portrait.image, sigma_s=60, sigma_r=0.35), np.uint8)


def cartoon(portrait: Portrait) -> Image:
    """The photo in flat colours with ink lines."""
    flat = portrait.image
    for _ in range(4):
        flat = np.asarray(cv2.bilateralFilter(flat, 9, 40, 7), np.uint8)
    flat = (flat // 24 * 24 + 12).astype(np.uint8)
    grey = cv2.medianBlur(cv2.cvtColor(portrait.image, cv2.COLOR_RGB2GRAY), 7)
    lines = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, 11, 6)
    return np.where(lines[..., None] > 0, flat, flat // 2)


def drawn_face() -> Image:
    """A cartoon face from a few ellipses."""
    image = np.full((720, 720, 3), (180, 215, 240), np.uint8)
    cv2.ellipse(image, (360, 330), (235, 270), 0, 180, 360, (70, 45, 30), -1, cv2.LINE_AA)
    cv2.ellipse(image, (360, 380), (190, 240), 0, 0, 360, (250, 210, 175), -1, cv2.LINE_AA)
    for x in (285, 435):
        cv2.ellipse(image, (x, 350), (45, 55), 0, 0, 360, (255, 255, 255), -1, cv2.LINE_AA)
        cv2.circle(image, (x, 360), 24, (40, 90, 160), -1, cv2.LINE_AA)
        cv2.circle(image, (x, 360), 11, (0, 0, 0), -1, cv2.LINE_AA)
        cv2.ellipse(image, (x, 275), (50, 14), 0, 180, 360, (60, 40, 30), 8, cv2.LINE_AA)
    cv2.ellipse(image, (360, 440), (18, 12), 0, 0, 180, (200, 140, 120), 5, cv2.LINE_AA)
    cv2.ellipse(image, (360, 500), (80, 45), 0, 0, 180, (190, 60, 70), -1, cv2.LINE_AA)
    return image


# ---- the face itself -------------------------------------------------------------------------------------


def eyes_closed(portrait: Portrait) -> Image:
    """The engine's own blink at its deepest."""
    return close_eyes(portrait.image, portrait.landmarks)


def mouth_open(portrait: Portrait, share: float = 0.17) -> Image:
    """The lower lip and what is below moved down, the mouth dark. share: of the face's height."""
    image, height = portrait.image, portrait.height
    drop = share * height
    columns, rows = np.meshgrid(*(np.arange(size, dtype=np.float32) for size in image.shape[1::-1]))
    left, right = portrait.landmarks[CORNER_LEFT], portrait.landmarks[CORNER_RIGHT]
    seam = portrait.landmarks[[13, 14], 1].mean()
    across = np.clip((columns - left[0]) / (right[0] - left[0]) * 2 - 1, -1.6, 1.6)
    gap = drop * np.clip(1 - across**2, 0, 1) ** 0.5
    soft = drop * np.exp(-(np.clip(np.abs(across) - 0.5, 0, None) ** 2) / 0.6)
    jaw = np.maximum(gap, soft) * (1 - np.clip((rows - portrait.landmarks[CHIN, 1]) / height, 0, 1))
    source = np.where(rows > seam + gap, rows - jaw, rows)
    opened = cv2.remap(image, columns, source.astype(np.float32), cv2.INTER_LINEAR)
    inside = ((rows > seam) & (rows < seam + gap) & (np.abs(across) < 1)).astype(np.uint8) * 255
    dark = np.broadcast_to(np.array([52, 22, 22]), image.shape)
    return _laid_over(
        np.asarray(opened, np.uint8), dark, np.asarray(cv2.GaussianBlur(inside, (0, 0), 1.5), np.uint8)
    )


# ---- framing ---------------------------------------------------------------------------------------------


def cut_at(portrait: Portrait, side: str) -> Image:
    """The picture cropped so that its border runs through the face: "left", "top", "right" or "bottom"."""
    image, height = portrait.image, portrait.height
    low, high = (
        portrait.landmarks[list(OVAL), :2].min(axis=0),
        portrait.landmarks[list(OVAL), :2].max(axis=0),
    )
    depth = round(0.22 * height)
    left, top = (low.astype(int) + depth).tolist()
    right, bottom = (high.astype(int) - depth).tolist()
    cropped = {
        "left": image[:, left:],
        "top": image[top:],
        "right": image[:, :right],
        "bottom": image[:bottom],
    }[side]
    return np.ascontiguousarray(cropped)


def _skin(portrait: Portrait) -> NDArray[np.float64]:
    """Colour of the cheeks."""
    x, y = portrait.points(50, 280, 205, 425).T
    return np.median(portrait.image[y, x], axis=0)


def _pixel(point: tuple[float, float]) -> tuple[int, int]:
    return round(float(point[0])), round(float(point[1]))


def _laid_over(image: Image, other: NDArray[np.generic], alpha: NDArray[np.uint8]) -> Image:
    weight = alpha.astype(np.float32)[..., None] / 255
    return np.rint(other * weight + image * (1 - weight)).astype(np.uint8)
