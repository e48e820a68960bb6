"""Pictures drawn by formula: what stands behind a presenter. float32 [1080, 1920, 3], sRGB 0..1.

All are made of the same few things: gradients, soft light, polygons, noise, and a lens out of focus.
"""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 1920, 1080
Canvas = NDArray[Any]
Random = np.random.Generator

X, Y = np.meshgrid(
    (np.arange(WIDTH, dtype=np.float32) + 0.5) / WIDTH,
    (np.arange(HEIGHT, dtype=np.float32) + 0.5) / HEIGHT,
)
"""Position in the picture, 0..1 from left and from top."""
ASPECT = WIDTH / HEIGHT


def rgb(text: str) -> Canvas:
    """The colour "#rrggbb"."""
    return np.frombuffer(bytes.fromhex(text[1:]), np.uint8).astype(np.float32) / 255


def ramp(position: Canvas, *stops: tuple[float, str]) -> Canvas:
    """Colours between stops, by position."""
    places = [place for place, _ in stops]
    colours = np.array([rgb(colour) for _, colour in stops])
    channels = [np.interp(position, places, colours[:, channel]) for channel in range(3)]
    return np.stack(channels, axis=-1).astype(np.float32)


def glow(x: float, y: float, radius: float) -> Canvas:
    """Light that falls off from a point: 1 there, about 0.14 at `radius` (share of the height)."""
    squared = ((X - x) * ASPECT) ** 2 + (Y - y) ** 2
    return np.exp(-2 * squared / radius**2)


def lit(canvas: Canvas, light: Canvas, colour: str, strength: float) -> Canvas:
    """The canvas with light of a colour added, never over white (screen)."""
    return 1 - (1 - canvas) * (1 - light[..., None] * rgb(colour) * strength)


def painted(canvas: Canvas, mask: Canvas, colour: Canvas) -> Canvas:
    """Colour laid over the canvas where the mask is."""
    return canvas + (colour - canvas) * mask[..., None]


def shaded(canvas: Canvas, strength: float = 0.25) -> Canvas:
    """Darker towards the corners, as a lens draws."""
    distance = ((X - 0.5) ** 2 + (Y - 0.5) ** 2) / 0.5
    return canvas * (1 - strength * distance[..., None])


def blur(canvas: Canvas, sigma: float) -> Canvas:
    """Gaussian, in pixels."""
    soft = cv2.GaussianBlur(canvas, (0, 0), sigma, borderType=cv2.BORDER_REFLECT)
    return np.asarray(soft, np.float32)


def defocused(canvas: Canvas, radius: int) -> Canvas:
    """Seen through a lens focused elsewhere: lights become discs (in linear light), edges soft."""
    span = np.arange(-radius, radius + 1)
    disc = (span[:, None] ** 2 + span[None, :] ** 2 <= radius**2).astype(np.float32)
    linear = np.maximum(canvas, 0) ** 2.2
    spread = cv2.filter2D(linear, -1, disc / disc.sum(), borderType=cv2.BORDER_REFLECT)
    return np.clip(spread, 0, 1) ** (1 / 2.2)


def noise(random: Random, rows: int, columns: int) -> Canvas:
    """Smooth noise, 0..1, with about that many features down and across."""
    coarse = random.random((rows, columns), np.float32)
    return np.clip(cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC), 0, 1)


def polygon(*points: tuple[float, float]) -> Canvas:
    """A mask, 1 inside; points as shares of width and height."""
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    corners = np.array([(x * WIDTH * 16, y * HEIGHT * 16) for x, y in points]).round().astype(np.int32)
    cv2.fillPoly(mask, [corners], 255, cv2.LINE_AA, shift=4)
    return mask.astype(np.float32) / 255


def rectangle(left: float, top: float, right: float, bottom: float) -> Canvas:
    """A mask; sides as shares of width and height."""
    return polygon((left, top), (right, top), (right, bottom), (left, bottom))


def _sweep(wall: tuple[str, str], floor: tuple[str, str], horizon: float, light: str) -> Canvas:
    """A studio's rounded backdrop: wall, soft bend, floor, and one large lamp."""
    bend = 1 / (1 + np.exp(-(Y - horizon) * 26))
    wall_colour = ramp(Y / horizon, (0, wall[0]), (1, wall[1]))
    floor_colour = ramp((Y - horizon) / (1 - horizon), (0, floor[0]), (1, floor[1]))
    canvas = painted(wall_colour, bend, floor_colour)
    return shaded(lit(canvas, glow(0.5, 0.36, 0.75), light, 0.5), 0.3)


def light_studio(random: Random) -> Canvas:
    return _sweep(("#b9c2cd", "#d9dfe6"), ("#c3cbd5", "#a3adb9"), 0.78, "#ffffff")


def dark_studio(random: Random) -> Canvas:
    canvas = _sweep(("#0b111d", "#182233"), ("#0f1725", "#05080e"), 0.8, "#2b4266")
    return lit(canvas, glow(0.5, 0.42, 0.5), "#5b7fb8", 0.35)


def warm_studio(random: Random) -> Canvas:
    return _sweep(("#c9ab8c", "#e2cbb0"), ("#d0b394", "#a98767"), 0.8, "#fff1dc")


def _triangles(canvas: Canvas, colours: tuple[tuple[str, float], ...]) -> Canvas:
    """Overlapping triangles in the corners; the middle stays free for the person."""
    shapes = (
        ((0, 0), (0.30, 0), (0, 0.62)),
        ((0, 0), (0.19, 0), (0.0, 0.92)),
        ((0, 0.28), (0.15, 0), (0.06, 0.0)),
        ((1, 1), (0.66, 1), (1, 0.36)),
        ((1, 1), (0.81, 1), (1, 0.06)),
        ((1, 0.70), (0.86, 1), (0.93, 1)),
        ((0, 1), (0.16, 1), (0, 0.74)),
        ((1, 0), (0.85, 0), (1, 0.25)),
    )
    for points, (colour, strength) in zip(shapes, colours, strict=True):
        fade = 0.55 + 0.45 * np.abs(X - 0.5) * 2
        canvas = painted(canvas, polygon(*points) * strength * fade, rgb(colour))
    return canvas


def navy_triangles(random: Random) -> Canvas:
    canvas = ramp((X + Y) / 2, (0, "#0a1733"), (0.5, "#10264f"), (1, "#0b1b3a"))
    canvas = lit(canvas, glow(0.5, 0.45, 0.7), "#2f6bff", 0.22)
    blue, sky, yellow = "#2f6bff", "#7cc4ff", "#ffc83d"
    return _triangles(
        canvas,
        (
            (blue, 0.50),
            (sky, 0.28),
            (yellow, 0.90),
            (blue, 0.45),
            (sky, 0.25),
            (sky, 0.80),
            (sky, 0.16),
            (blue, 0.30),
        ),
    )


def sky_triangles(random: Random) -> Canvas:
    canvas = ramp((X + Y) / 2, (0, "#f7fbff"), (1, "#dcecfb"))
    blue, sky, navy = "#2f6bff", "#7cc4ff", "#0b1b3a"
    return _triangles(
        canvas,
        (
            (sky, 0.50),
            (blue, 0.30),
            ("#ffc83d", 0.95),
            (sky, 0.45),
            (blue, 0.28),
            (navy, 0.75),
            (blue, 0.14),
            (sky, 0.35),
        ),
    )


def office(random: Random) -> Canvas:
    canvas = ramp(Y, (0, "#dfe4ea"), (0.62, "#c3ccd6"), (1, "#8c96a3"))
    for index in range(4):
        left = 0.05 + index * 0.165
        pane = ramp(Y, (0, "#f4faff"), (0.35, "#d6eafc"), (0.55, "#b9d3e6"))
        canvas = painted(canvas, rectangle(left, 0.06, left + 0.145, 0.60), pane)
        for tower in range(3):
            tall = 0.10 + 0.16 * random.random()
            side = left + 0.012 + tower * 0.044
            house = rectangle(side, 0.60 - tall, side + 0.036, 0.60)
            canvas = painted(canvas, house * 0.22, rgb("#8fb0cc"))
    canvas = painted(canvas, rectangle(0.72, 0, 1, 0.78), rgb("#e9e4dc"))
    canvas = painted(canvas, rectangle(0.76, 0.14, 0.97, 0.155), rgb("#8a6f55"))
    canvas = painted(canvas, rectangle(0.76, 0.36, 0.97, 0.375), rgb("#8a6f55"))
    for index in range(11):
        left = 0.775 + index * 0.0165
        tone = ("#2f5f9e", "#d8a24a", "#7d8fa3", "#b4533c", "#3f6f68")[int(random.integers(5))]
        for shelf in (0.14, 0.36):
            if random.random() > 0.25:
                tall = 0.10 + 0.05 * random.random()
                canvas = painted(canvas, rectangle(left, shelf - tall, left + 0.012, shelf), rgb(tone))
    canvas = painted(canvas, rectangle(0, 0.70, 0.62, 0.73), rgb("#a98a68"))
    canvas = painted(canvas, rectangle(0, 0.73, 0.62, 1), rgb("#6f7a88"))
    for x, y, size in ((0.09, 0.56, 0.10), (0.055, 0.62, 0.08), (0.12, 0.64, 0.07), (0.90, 0.70, 0.09)):
        canvas = painted(canvas, np.clip(glow(x, y, size) * 1.6, 0, 1), rgb("#4f8a5b"))
    canvas = lit(canvas, glow(0.32, 0.25, 0.7), "#ffffff", 0.35)
    return shaded(blur(defocused(canvas, 22), 6), 0.18)


def library(random: Random) -> Canvas:
    canvas = np.tile(rgb("#2a1a12"), (HEIGHT, WIDTH, 1))
    spines = ("#6d2b24", "#2d4a5e", "#8a6a3b", "#3f5140", "#8d8271", "#4b2f4a", "#a4552f", "#23395b")
    top = -0.06
    while top < 1:
        shelf = top + 0.235
        x = -0.01
        while x < 1:
            wide, tall = 0.012 + 0.016 * random.random(), 0.15 + 0.06 * random.random()
            tone = rgb(spines[int(random.integers(len(spines)))]) * np.float32(0.75 + 0.5 * random.random())
            if random.random() > 0.06:
                canvas = painted(canvas, rectangle(x, shelf - tall, x + wide * 0.93, shelf), tone)
                band = shelf - tall * 0.8
                canvas = painted(
                    canvas, rectangle(x, band, x + wide * 0.93, band + 0.012), np.clip(tone * 1.6, 0, 1)
                )
            x += wide
        canvas = painted(canvas, rectangle(0, shelf, 1, shelf + 0.022), rgb("#5a3a22"))
        top = shelf + 0.022
    canvas = lit(canvas, glow(0.25, 0.2, 0.9), "#ffcf8f", 0.42)
    canvas = lit(canvas, glow(0.85, 0.6, 0.6), "#ffb765", 0.2)
    return shaded(blur(defocused(canvas, 12), 3), 0.45)


def window_light(random: Random) -> Canvas:
    canvas = ramp(X * 0.7 + Y * 0.3, (0, "#d9c3a8"), (1, "#b2947a"))
    panes = np.zeros((HEIGHT, WIDTH), np.float32)
    slant = 0.16
    for column in range(3):
        for row in range(3):
            left, top = 0.30 + column * 0.135 + row * 0.055, 0.04 + row * 0.255
            right, bottom = left + 0.122, top + 0.232
            panes += polygon(
                (left, top),
                (right, top + slant * 0.2),
                (right + 0.05, bottom + slant * 0.2),
                (left + 0.05, bottom),
            )
    leaves = np.zeros_like(panes)
    for _ in range(26):
        x, y, turn = 0.66 + 0.26 * random.random(), 0.45 + 0.6 * random.random(), random.random() * 6.3
        long, wide = 0.13, 0.022
        along = np.array([np.cos(turn), np.sin(turn) * ASPECT]) * long
        across = np.array([-np.sin(turn), np.cos(turn) * ASPECT]) * wide
        tips = (
            (x, y),
            (x + along[0] * 0.5 + across[0], y + along[1] * 0.5 + across[1]),
            (x + along[0], y + along[1]),
            (x + along[0] * 0.5 - across[0], y + along[1] * 0.5 - across[1]),
        )
        leaves = np.maximum(leaves, polygon(*tips))
    light = blur(panes, 9) * (1 - 0.8 * blur(leaves, 12))
    canvas = canvas * (0.78 + 0.12 * noise(random, 3, 4)[..., None])
    return shaded(lit(canvas, light, "#ffe9c4", 0.55), 0.25)


def _bokeh(
    canvas: Canvas, random: Random, tones: tuple[str, ...], count: int, band: tuple[float, float]
) -> Canvas:
    """Lights out of focus: translucent discs with a slightly brighter rim, the far ones smaller."""
    for _ in range(count):
        near = random.random()
        radius = int(24 + 78 * near**1.6)
        x = int(random.random() * WIDTH)
        y = int((band[0] + (band[1] - band[0]) * random.random()) * HEIGHT)
        disc = np.zeros((HEIGHT, WIDTH), np.float32)
        cv2.circle(disc, (x, y), radius, 1.0, cv2.FILLED, cv2.LINE_AA)
        rim = disc.copy()
        cv2.circle(rim, (x, y), int(radius * 0.9), 0.55, cv2.FILLED, cv2.LINE_AA)
        soft = blur(rim, 1.5 + 3 * near)
        strength = (0.16 + 0.40 * random.random()) * (1.1 - 0.6 * near)
        canvas = lit(canvas, soft, tones[int(random.integers(len(tones)))], float(strength))
    return canvas


def city_night(random: Random) -> Canvas:
    canvas = ramp(Y, (0, "#0a1024"), (0.45, "#15224a"), (0.62, "#2b2f55"), (1, "#0a0d1c"))
    for _ in range(16):
        left, wide, tall = random.random(), 0.05 + 0.08 * random.random(), 0.2 + 0.35 * random.random()
        house = blur(rectangle(left, 0.66 - tall, left + wide, 0.9), 14)
        canvas = painted(canvas, house * 0.4, rgb("#0b1228"))
    canvas = lit(canvas, glow(0.5, 0.66, 0.6), "#ff9d5c", 0.14)
    tones = ("#ffb45c", "#ffd9a0", "#7cc4ff", "#ff7a5c", "#a7c7ff", "#ffc83d")
    return shaded(_bokeh(canvas, random, tones, 90, (0.36, 0.92)), 0.35)


def golden_bokeh(random: Random) -> Canvas:
    canvas = ramp(Y + 0.15 * (X - 0.5), (0, "#3a2413"), (0.5, "#7a4d22"), (1, "#2a180c"))
    canvas = lit(canvas, glow(0.3, 0.35, 0.8), "#ffb95e", 0.35)
    return shaded(_bokeh(canvas, random, ("#ffd58a", "#ffb347", "#fff0cf", "#ff9a3d"), 80, (0.0, 1.0)), 0.4)


def forest(random: Random) -> Canvas:
    canvas = ramp(Y, (0, "#5c8a3f"), (0.5, "#3c6b35"), (1, "#1c3a22"))
    for rows, columns, colour, strength in (
        (5, 9, "#a9cf63", 0.55),
        (7, 12, "#1d3d25", 0.45),
        (11, 20, "#c6de86", 0.22),
    ):
        patches = np.clip((noise(random, rows, columns) - 0.5) * 3, 0, 1)
        canvas = painted(canvas, patches * strength, rgb(colour))
    canvas = lit(canvas, glow(0.72, 0.08, 0.8), "#fff7c8", 0.6)
    canvas = _bokeh(blur(canvas, 34), random, ("#f2ffc9", "#d6f08e", "#ffffff"), 60, (0.0, 0.7))
    return shaded(blur(canvas, 5), 0.35)


def aurora(random: Random) -> Canvas:
    canvas = ramp(Y, (0, "#0b1b3a"), (1, "#132a5c"))
    for x, y, radius, colour, strength in (
        (0.10, 0.15, 0.75, "#2f6bff", 0.75),
        (0.85, 0.20, 0.70, "#7a5cff", 0.70),
        (0.75, 0.95, 0.80, "#23c4c8", 0.65),
        (0.15, 0.95, 0.65, "#7cc4ff", 0.60),
        (0.50, 0.50, 0.45, "#1b3f94", 0.40),
    ):
        canvas = lit(canvas, glow(x, y, radius), colour, strength)
    return canvas


def chalkboard(random: Random) -> Canvas:
    canvas = np.tile(rgb("#2c4238"), (HEIGHT, WIDTH, 1))
    wiped = blur(noise(random, 5, 7) * noise(random, 14, 11), 16)
    canvas = painted(canvas, wiped * 0.30, rgb("#c9d6cd"))
    for _ in range(34):
        x, y, turn = random.random(), random.random() * 0.9, (random.random() - 0.5) * 0.5
        long, wide = 0.10 + 0.25 * random.random(), 0.02 + 0.03 * random.random()
        dx, dy = np.cos(turn) * long, np.sin(turn) * long
        stroke = polygon((x, y), (x + dx, y + dy), (x + dx, y + dy + wide), (x, y + wide))
        canvas = painted(canvas, blur(stroke, 26) * 0.045, rgb("#e8efe9"))
    canvas = lit(canvas, glow(0.4, 0.3, 0.9), "#dfeee4", 0.10)
    canvas = shaded(canvas, 0.35)
    rail = ramp((Y - 0.93) / 0.07, (0, "#b98a55"), (0.25, "#94683a"), (1, "#5f4022"))
    return painted(
        painted(canvas, blur(rectangle(0, 0.91, 1, 1), 12) * 0.6, rgb("#101a15")),
        rectangle(0, 0.93, 1, 1),
        rail,
    )


def paper(random: Random) -> Canvas:
    canvas = np.tile(rgb("#f3eee4"), (HEIGHT, WIDTH, 1))
    clouds = 0.5 * noise(random, 4, 7) + 0.3 * noise(random, 30, 54) + 0.2 * noise(random, 180, 320)
    canvas = canvas * (1 + 0.05 * (clouds - 0.5))[..., None]
    return shaded(lit(canvas, glow(0.35, 0.25, 0.9), "#ffffff", 0.3), 0.10)


def curtain(random: Random) -> Canvas:
    folds = np.zeros(WIDTH, np.float32)
    for waves, height in ((17, 0.5), (29, 0.3), (47, 0.2)):
        wander = np.interp(np.linspace(0, 1, WIDTH), np.linspace(0, 1, 9), random.random(9) * 1.2)
        folds += height * np.sin(2 * np.pi * (waves * np.linspace(0, 1, WIDTH) + wander)).astype(np.float32)
    relief = np.tile(folds, (HEIGHT, 1)) * (0.75 + 0.25 * Y)
    canvas = ramp(0.5 + 0.5 * np.tanh(relief * 1.3), (0, "#071126"), (0.5, "#12295a"), (1, "#2c55a8"))
    canvas = canvas * (0.55 + 0.65 * glow(0.5, 0.25, 1.1))[..., None]
    return shaded(blur(canvas, 4), 0.45)
