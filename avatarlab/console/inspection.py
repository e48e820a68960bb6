"""Whether a finished file is what was asked for: decoded and looked at."""

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np

from rendering.engines.errors import FaceError
from rendering.engines.face.analysis import shared_analyser
from rendering.engines.face.base import Image
from rendering.pipeline.probe import MediaInfo, probe

SAMPLES = 5
"""Frames in which the face is looked for."""


def inspect(
    path: Path, *, size: tuple[int, int], duration: tuple[float, float]
) -> tuple[MediaInfo, list[str]]:
    """What is in a video, and what is wrong with it (nothing, if it is right).

    size: width and height in pixels; duration: least and most seconds. Raises MediaError, ModelMissingError.
    """
    found = probe(path)
    wrong = []
    if (found.width, found.height) != size:
        wrong.append(f"it is {found.width}x{found.height}, not {size[0]}x{size[1]}")
    if not duration[0] <= found.duration <= duration[1]:
        wrong.append(f"it lasts {found.duration:.1f} s, not {duration[0]:g} to {duration[1]:g}")
    if (found.video_codec, found.audio_codec) != ("h264", "aac"):
        wrong.append(f"its codecs are {found.video_codec} and {found.audio_codec}, not h264 and aac")
    if found.silent:
        wrong.append("nothing can be heard")
    faces = sum(shows_face(image) for image in sample(path, found.frames))
    if faces < SAMPLES:
        wrong.append(f"a face was found in {faces} of {SAMPLES} frames")
    return found, wrong


def shows_face(image: Image) -> bool:
    try:
        shared_analyser().measure(image)
    except FaceError:
        return False
    return True


def sample(path: Path, frames: int) -> Iterator[Image]:
    """`SAMPLES` frames, evenly spread."""
    wanted = {round((number + 0.5) * frames / SAMPLES) for number in range(SAMPLES)}
    with av.open(str(path)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            if number in wanted:
                yield np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)
