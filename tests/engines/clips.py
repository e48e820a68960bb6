"""Clips made from a photo, written as real video files."""

from pathlib import Path

import av
import cv2
import numpy as np

from rendering.engines.face.analysis import analyse
from rendering.engines.talking_head.base import VideoSource
from tests.engines.test_portrait import FPS, SIDE, still

LENGTH = 20
"""Frames."""


def encode(path: Path, frames: list[np.ndarray], crf: int = 12) -> str:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=FPS, options={"crf": str(crf), "g": "250"})
        stream.width, stream.height, stream.pix_fmt = frames[0].shape[1], frames[0].shape[0], "yuv420p"
        for frame in frames:
            for packet in stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), "rgb24")):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
    return str(path)


def turn(frame: int) -> np.ndarray:
    """Where a nod and a drift aside take the photo's points in a frame of `nodding`, [2, 3]."""
    way = cv2.getRotationMatrix2D((SIDE / 2, SIDE), 2.0 * np.sin(frame / 6), 1 + 0.002 * frame)
    way[:, 2] += (0.8 * frame, 0.3 * frame)
    return way


def nodding(folder: Path) -> VideoSource:
    """The photo nodding and drifting aside, as someone who listens does."""
    photo = still()
    pictures, mattes, faces = [], [], []
    for frame in range(LENGTH):
        move = {"dsize": (SIDE, SIDE), "flags": cv2.INTER_CUBIC, "borderMode": cv2.BORDER_REPLICATE}
        pictures.append(cv2.warpAffine(photo.image, turn(frame), **move))
        mattes.append(cv2.cvtColor(cv2.warpAffine(photo.alpha, turn(frame), **move), cv2.COLOR_GRAY2RGB))
        faces.append(analyse(pictures[-1]))
    return VideoSource(
        path=encode(folder / "clip.mp4", pictures),
        mattes=encode(folder / "mattes.mp4", mattes),
        faces=tuple(faces),
        plate=photo.plate,
        fps=float(FPS),
    )
