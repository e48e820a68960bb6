"""From pictures of a face with different mouths to the textures of its atlas."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from rendering.engines.face.analysis import FaceAnalyser
from rendering.engines.face.base import FaceAnalysis, Image
from rendering.engines.talking_head.landmarks import SKIN
from rendering.engines.talking_head.portrait.aperture import OpenMouth, measure_closed, measure_open
from rendering.engines.talking_head.portrait.atlas import (
    ABOVE,
    BELOW,
    COLUMNS,
    INSIDE,
    LOWER,
    MARGIN,
    ROWS,
    UPPER,
    Entry,
    Light,
    columns,
)
from rendering.engines.talking_head.portrait.face_frame import FaceFrame
from rendering.engines.talking_head.portrait.sampling import remap
from training.viseme_atlas.visemes import ENTRIES, SHAPES

ABOVE_LIPS, BELOW_LIPS = slice(0, ABOVE), slice(ROWS - BELOW, ROWS)
UPPER_LIP, MOUTH = slice(ABOVE, ABOVE + UPPER), slice(ABOVE + UPPER, ABOVE + UPPER + INSIDE)
LOWER_LIP = slice(ABOVE + UPPER + INSIDE, ROWS - BELOW)
LIP_KEPT = 0.3
"""Share of an entry's own lip colour; the rest is that of the resting face, or lips would flicker."""
BLEND = 3.0
"""Rows over which one tone goes over into the next, standard deviation."""
DETAIL = 2.5
"""Texels, standard deviation: folds and grain of lips are finer."""
TEETH_LIGHT = 1.15
"""Upper bound of the teeth's luma over the skin's: the search drives teeth to white."""
TEETH_WARMTH, SKIN_WARMTH = 1.12, 1.69
"""Red over blue of enamel, and of skin, under neutral light."""
LUMA = np.array([0.299, 0.587, 0.114], np.float32)

Rows = NDArray[np.floating]


@dataclass(frozen=True)
class Unrolled:
    """A mouth in texture coordinates. texture: float32 [ROWS, COLUMNS, 3], RGB; mouth: its lines, pixels of
    the picture; height: of the face, pixels."""

    texture: Rows
    mouth: OpenMouth
    height: float

    @property
    def width(self) -> float:
        return float(self.mouth.x[-1] - self.mouth.x[0])


def entries(
    pictures: Mapping[str, Image], portrait: Image, analyser: FaceAnalyser
) -> tuple[tuple[Entry, ...], Light]:
    """pictures: of one face, by name: "rest", and those of ENTRIES; portrait: the picture that will speak,
    whose colours the mouths take. Raises FaceError."""
    rest, _ = _closed(pictures["rest"], analyser)
    shown, light = _closed(portrait, analyser)
    mouths: dict[str, Unrolled] = {}
    for name, (shape, share) in ENTRIES.items():
        _, frame, local = _look(pictures[name], analyser)
        mouth = measure_open(
            pictures[name], frame, local, *_lip_heights(rest.mouth, SHAPES[shape].thicker * share)
        )
        mouths[name] = _unroll(pictures[name], frame, mouth)
    teeth = _common_teeth([mouths[name].texture for name in mouths if _has_teeth(name)], light)
    made = []
    for name, found in mouths.items():
        shape, share = ENTRIES[name]
        toned = found.texture
        if _has_teeth(name):
            gain = np.clip(teeth / (_teeth_colour(toned) + 1), 0.6, 1.5)
            toned = toned * (1 + (gain - 1) * _ramp(MOUTH))
        texture = _toned(toned, shown.texture)
        gap = np.interp(np.linspace(-1, 1, 33), _across(found.mouth), found.mouth.gap / rest.width)
        made.append(
            Entry(
                name=name,
                texture=np.clip(np.rint(texture), 0, 255).astype(np.uint8),
                gap=np.maximum(gap, 0).astype(np.float32),
                teeth=_teeth(texture, found, rest.width),
                rounding=SHAPES[shape].rounding * share,
                jaw=SHAPES[shape].jaw * share,
            )
        )
    return tuple(made), light


def _has_teeth(name: str) -> bool:
    return SHAPES[ENTRIES[name][0]].inside != "dark"


def _closed(image: Image, analyser: FaceAnalyser) -> tuple[Unrolled, Light]:
    """The closed mouth in a picture, and the light on the face."""
    face, frame, local = _look(image, analyser)
    return _unroll(image, frame, measure_closed(image, frame, local)), _light(image, face)


def _lip_heights(rest: OpenMouth, thicker: float) -> tuple[Rows, Rows]:
    """Lips keep about the height they have at rest. thicker: of each, in mouth widths."""
    more = thicker * (rest.x[-1] - rest.x[0])
    return rest.inner_upper - rest.outer_upper + more, rest.outer_lower - rest.inner_lower + more


def _look(image: Image, analyser: FaceAnalyser) -> tuple[FaceAnalysis, FaceFrame, Rows]:
    """The face, its frame and its landmarks in face coordinates."""
    face = analyser.measure(image)
    frame = FaceFrame.of(face.landmarks)
    return face, frame, frame.local(face.landmarks)


def _light(image: Image, face: FaceAnalysis) -> Light:
    found = remap(image, face.landmarks[list(SKIN), :2].reshape(-1, 1, 2) - np.float32(0.5))
    red, green, blue = np.median(found.reshape(-1, 3), axis=0).tolist()
    return Light((red, green, blue), face.yaw, face.pitch)


def _unroll(image: Image, frame: FaceFrame, mouth: OpenMouth) -> Unrolled:
    across = columns()
    half = np.where(across < 0, -mouth.x[0], mouth.x[-1])
    x = across * half
    lines = [
        np.interp(x, mouth.x, line)
        for line in (mouth.outer_upper, mouth.inner_upper, mouth.inner_lower, mouth.outer_lower)
    ]
    margin = MARGIN * float(mouth.x[-1] - mouth.x[0])
    bounds = [lines[0] - margin, *lines, lines[3] + margin]
    y = np.concatenate(
        [
            start + (np.arange(count)[:, None] + 0.5) / count * (end - start)
            for (start, end), count in zip(
                pairwise(bounds), (ABOVE, UPPER, INSIDE, LOWER, BELOW), strict=True
            )
        ]
    )
    positions = frame.panel(np.broadcast_to(x, y.shape), y) - np.float32(0.5)
    read = remap(image, positions, interpolation=cv2.INTER_CUBIC)
    return Unrolled(read.astype(np.float32), mouth, frame.height)


def _across(mouth: OpenMouth) -> Rows:
    return np.where(mouth.x < 0, -mouth.x / mouth.x[0], mouth.x / mouth.x[-1])


def _toned(texture: Rows, rest: Rows) -> Rows:
    """Skin and lips as on the resting face, with its fine detail: generated lips are softer than the
    picture."""
    toned = texture.copy()
    for lip in (UPPER_LIP, LOWER_LIP):
        weight = _ramp(lip)
        toned += (_coarse(texture) + rest - _coarse(rest) - texture) * weight
    for skin, lip in ((ABOVE_LIPS, UPPER_LIP), (BELOW_LIPS, LOWER_LIP)):
        shift = _lip_shift(texture[lip], rest[lip])
        lab = cv2.cvtColor(np.ascontiguousarray(toned / 255, np.float32), cv2.COLOR_RGB2LAB)
        as_rest = np.asarray(cv2.cvtColor(lab + shift, cv2.COLOR_LAB2RGB) * 255, np.float32)
        weight = _ramp(lip)
        toned = toned + (as_rest - toned) * weight
        gain = (rest[skin].mean(axis=0) + 4) / (texture[skin].mean(axis=0) + 4)
        smooth = gaussian_filter1d(np.clip(gain, 0.6, 1.6), COLUMNS / 16, axis=0, mode="nearest")
        toned = toned + (texture * smooth - toned) * _ramp(skin)
    return toned


def _coarse(texture: Rows) -> Rows:
    """Without what is finer than DETAIL."""
    return np.asarray(cv2.GaussianBlur(texture, (0, 0), DETAIL), np.float32)


def _ramp(rows: slice) -> Rows:
    """1 inside some rows, 0 beyond, [ROWS, 1, 1]: no border where two tones meet."""
    inside = np.zeros(ROWS)
    inside[rows] = 1
    return gaussian_filter1d(inside, BLEND, mode="nearest")[:, None, None]


def _teeth_colour(texture: Rows) -> Rows:
    """RGB of the brightest part of a mouth's inside."""
    luma = texture[MOUTH] @ LUMA
    return np.median(texture[MOUTH][luma > 0.85 * np.percentile(luma, 95)], axis=0)


def _common_teeth(textures: Sequence[Rows], light: Light) -> Rows:
    """RGB that the teeth get in all entries of a face: what is typical of them, no brighter than TEETH_LIGHT
    and no bluer than the light allows."""
    typical = np.median([_teeth_colour(texture) for texture in textures], axis=0)
    skin = np.array(light.skin)
    warmth = TEETH_WARMTH * (skin[0] / skin[2] / SKIN_WARMTH) ** 0.25
    bluer = max(1.0, warmth * (typical[2] + 1) / (typical[0] + 1))
    warmed = typical * np.array([bluer**0.5, 1.0, bluer**-0.5])
    excess = float(warmed @ LUMA) / (TEETH_LIGHT * float(skin @ LUMA))
    return np.asarray(warmed / max(excess, 1.0))


def _lip_shift(lip: Rows, rest: Rows) -> Rows:
    """Lab: from a lip's typical colour towards that of the resting lip."""

    def typical(colours: Rows) -> Rows:
        central = np.ascontiguousarray(colours[:, COLUMNS // 5 : -COLUMNS // 5] / 255, np.float32)
        return np.median(cv2.cvtColor(central, cv2.COLOR_RGB2LAB), axis=(0, 1))

    return np.asarray((1 - LIP_KEPT) * (typical(rest) - typical(lip)), np.float32)


def _teeth(texture: Rows, found: Unrolled, width: float) -> float:
    """How far teeth reach below the upper lip in the middle of the mouth, widths of the resting mouth."""
    middle = slice(COLUMNS // 2 - COLUMNS // 8, COLUMNS // 2 + COLUMNS // 8)
    luma = texture[MOUTH, middle] @ LUMA
    bright = luma > 0.5 * np.percentile(luma, 95)
    rows = np.arange(INSIDE)[:, None]
    last = np.where(bright, rows, -1).max(axis=0)
    first_dark = np.where(~bright & (rows > INSIDE // 8), rows, INSIDE).min(axis=0)
    length = float(np.median(np.minimum(last + 1, first_dark))) / INSIDE
    return length * float(np.median(found.mouth.gap[45:-45])) / width
