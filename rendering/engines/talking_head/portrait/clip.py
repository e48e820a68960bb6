"""An avatar made from a clip: head, eyes and background move as filmed, the mouth speaks."""

from collections.abc import Iterator
from contextlib import ExitStack

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from rendering.engines.errors import MediaError
from rendering.engines.face.base import Image
from rendering.engines.matting.base import Alpha
from rendering.engines.matting.foreground import estimate_foreground
from rendering.engines.speech.base import Speech
from rendering.engines.talking_head.base import CALM, FrameChunk, Manner, Placement, VideoSource
from rendering.engines.talking_head.portrait.clip_reader import ClipReader
from rendering.engines.talking_head.portrait.face import FaceMotion, SpeakingFace
from rendering.engines.talking_head.portrait.face_frame import Array
from rendering.engines.talking_head.portrait.grid import Grid
from rendering.engines.talking_head.portrait.mouth import LipSources, Window
from rendering.engines.talking_head.portrait.panel_picture import (
    Rectangle,
    covered_pixels,
    place_landmarks,
    place_plane,
)
from rendering.engines.talking_head.portrait.performance import perform
from rendering.engines.talking_head.portrait.sampling import remap
from rendering.engines.talking_head.portrait.tracking import Similarity, closest_lips, follow

CHUNK_FRAMES = 8
DENSITY = 2
"""Canvas pixels per panel pixel around the face; see the still actor."""
TURN = 0.12
"""Seconds over which the clip slows down before it plays backwards, as a standard deviation."""


def swing(frames: int, fps: int, clip_frames: int, clip_fps: float) -> NDArray[np.intp]:
    """Which frame of the clip each frame shows: forth and back at the clip's own pace.

    The swing begins and ends at the same frame, so that segments join without a jump, and reaches as far into
    the clip as their length allows.
    """
    duration, reach = frames / fps, max(0.0, (clip_frames - 1) / clip_fps)
    if reach == 0:
        return np.zeros(frames, np.intp)
    halves = 2 * max(1, int(np.ceil(duration / (2 * reach))))
    time = (np.arange(frames) + 0.5) / fps
    phase = time * halves / duration
    position = np.abs((phase + 1) % 2 - 1) * duration / halves
    position = gaussian_filter1d(position, TURN * fps, mode="reflect")
    return np.clip(np.rint(position * clip_fps), 0, clip_frames - 1).astype(np.intp)


class ClipActor:
    """Implements `Actor` for a clip whose person is silent: the lips it speaks with are those of the frame in
    which the mouth is most closed, carried along with the head."""

    def __init__(self, source: VideoSource, placement: Placement) -> None:
        """Raises MediaError when the clip cannot be read."""
        self._source, self._placement = source, placement
        width, height = source.faces[0].image_size
        self._panel = Rectangle(0, 0, placement.width, placement.height)
        self._shown = covered_pixels((width, height), placement)
        self._plate = place_plane(source.plate, placement)
        landmarks = [place_landmarks(face.landmarks, placement) for face in source.faces]
        reference = closest_lips(landmarks)
        self._poses = follow(landmarks, reference)
        with ClipReader(source.path) as clip:
            self._length = min(len(clip), len(landmarks))
            picture = place_plane(clip.read(reference), placement)
        self._face = SpeakingFace(picture, landmarks[reference], self._shown, source.faces[reference])

    @property
    def extent(self) -> tuple[int, int, int, int]:
        """The whole picture: a clip's person may go anywhere in it."""
        return self._shown.left, self._shown.top, self._shown.right, self._shown.bottom

    @property
    def plate(self) -> Image:
        """uint8 [height, width, 3]: what is behind the person."""
        return self._plate

    def animate(
        self, speech: Speech, *, frames: int, fps: int, seed: int, manner: Manner = CALM
    ) -> Iterator[FrameChunk]:
        """Exactly `frames` frames in chunks; see `Actor`. Raises MediaError when the clip is damaged."""
        performance = perform(speech, frames, fps, seed, manner)
        shown = swing(frames, fps, self._length, self._source.fps)
        with ExitStack() as files:
            clip = files.enter_context(ClipReader(self._source.path))
            mattes = files.enter_context(ClipReader(self._source.mattes)) if self._source.mattes else None
            if mattes is not None and len(mattes) < self._length:
                raise MediaError("The avatar's matte is shorter than its clip. Upload the video again.")
            for start in range(0, frames, CHUNK_FRAMES):
                count = min(CHUNK_FRAMES, frames - start)
                rgb = np.zeros((count, self._panel.height, self._panel.width, 3), np.uint8)
                alpha = np.zeros(rgb.shape[:3], np.uint8)
                for index in range(count):
                    number = int(shown[start + index])
                    picture = place_plane(clip.read(number), self._placement)
                    matte = self._matte(mattes, number)
                    if matte is not None:
                        picture = estimate_foreground(picture, matte)
                    self._speak(
                        picture, self._face.motion(performance.filmed(start + index)), self._poses[number]
                    )
                    rgb[index] = picture
                    alpha[index][self._shown.slices] = 255 if matte is None else matte[self._shown.slices]
                yield FrameChunk(rgb, alpha)

    def _matte(self, mattes: ClipReader | None, number: int) -> Alpha | None:
        if mattes is None:
            return None
        return place_plane(np.ascontiguousarray(mattes.read(number)[..., 1]), self._placement)

    def _speak(self, picture: Image, motion: FaceMotion, pose: Similarity) -> None:
        """Draw an expression into a frame of the clip."""
        area = _moved(self._face.area, pose).within(self._shown)
        box = _moved(self._face.mouth_box, pose).within(area)
        if box.empty:
            return
        around = area.grown(DENSITY * self._face.step).within(self._panel)
        canvas = np.asarray(
            cv2.resize(picture[around.slices], None, fx=DENSITY, fy=DENSITY, interpolation=cv2.INTER_CUBIC),
            np.uint8,
        )
        grid = Grid.over(area.grown(self._face.step), self._face.step)
        step, back = np.float32(self._face.step), pose.inverse
        still = back(grid.points()) / step

        def on_canvas(positions: Array) -> Array:
            corner = np.array([around.left, around.top], np.float32)
            return (pose(positions * step) - corner) * np.float32(DENSITY) - np.float32(0.5)

        skin = on_canvas(self._face.before(motion.skin, still))
        picture[area.slices] = remap(canvas, grid.enlarge(skin, area))
        window = Window(box, grid, canvas)
        upper, lower = self._face.before(motion.upper, still), self._face.before(motion.lower, still)
        sources = LipSources(still, upper, lower, on_canvas(upper), on_canvas(lower))
        picture[box.slices] = self._face.mouth.draw(window, sources, motion.mouth)


def _moved(box: Rectangle, pose: Similarity) -> Rectangle:
    """The smallest upright rectangle around a moved one."""
    corners = np.array(
        [
            (box.left, box.top),
            (box.right, box.top),
            (box.left, box.bottom),
            (box.right, box.bottom),
        ],
        np.float32,
    )
    return Rectangle.around(pose(corners))
