"""Learns to tell closed eyes from open ones: `python -m training.closed_eyes FOLDER...`.

A tool for maintainers, never imported by the site. Each FOLDER holds portraits with open eyes. Every one is
measured as it is and with its lids lowered by the portrait engine's own blink; a ridge regression on both
eyes' pictures then gives rendering/engines/face/closed_eyes.npy. What ships was learnt from the 25 presets
and 109 further portraits of people who do not exist (MobileStyleGAN, PyPI package random-face 2021.7.21.1).
Nothing is drawn by chance: the same portraits and the same engine give the same file.
"""

import argparse
import math
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from rendering.engines.errors import FaceError
from rendering.engines.face.analysis import FaceAnalyser
from rendering.engines.face.base import Image
from rendering.engines.face.closed_eyes import PICTURE, WEIGHTS_FILE
from rendering.engines.face.covering import eye_pictures
from rendering.engines.face.images import read_image
from rendering.engines.face.mesh import Landmarks
from rendering.engines.face.patch import FacePatch
from rendering.engines.face.pose import head_pose
from rendering.engines.talking_head.portrait.eyes import find_eyes
from rendering.engines.talking_head.portrait.face_frame import FaceFrame

RIDGE = 60.0
FACE_WIDTH = 320
"""Pixels at which the lids are lowered: more than is read of them."""
SUFFIXES = {".jpg", ".png", ".webp"}
FOLDS = 5
Pictures = NDArray[np.float32]


def close_eyes(image: Image, landmarks: Landmarks) -> Image:
    """The portrait with the engine's blink at its deepest."""
    density = 2
    opaque = np.dstack([image, np.full(image.shape[:2], 255, np.uint8)])
    canvas = np.asarray(
        cv2.resize(opaque, None, fx=density, fy=density, interpolation=cv2.INTER_CUBIC), np.uint8
    )
    frame = FaceFrame.of(landmarks)
    yaw = math.radians(head_pose(landmarks)[0])
    for eye in find_eyes(canvas, frame, frame.local(landmarks), yaw, density):
        eye.paint(canvas, 1.0, (0.0, 0.0))
    size = (image.shape[1], image.shape[0])
    shut = cv2.resize(np.ascontiguousarray(canvas[..., :3]), size, interpolation=cv2.INTER_AREA)
    return np.asarray(shut, np.uint8)


def examples(folders: list[Path], analyser: FaceAnalyser) -> Iterator[tuple[Pictures, Pictures]]:
    """The eyes of each portrait, open and closed: float32 [2, height, width] each."""
    files = sorted(file for folder in folders for file in folder.iterdir() if file.suffix in SUFFIXES)
    for file in files:
        image = read_image(file)
        try:
            face = analyser.measure(image)
            scale = min(1.0, FACE_WIDTH / face.width)
            image = np.asarray(
                cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8
            )
            opened = analyser.measure(image).landmarks
            shut = close_eyes(image, opened)
            closed = analyser.measure(shut).landmarks
        except FaceError:
            continue
        yield (
            eye_pictures(FacePatch.of(image, opened), PICTURE),
            eye_pictures(FacePatch.of(shut, closed), PICTURE),
        )


def learn(pictures: Pictures, closed: NDArray[np.float64]) -> NDArray[np.float32]:
    """Weights of a picture's pixels, the constant last. pictures: [n, pixels]; closed: 1 or -1 each."""
    rows = np.column_stack([pictures, np.ones(len(pictures))]).astype(np.float64)
    penalty = RIDGE * np.eye(rows.shape[1])
    penalty[-1, -1] = 0
    return np.linalg.solve(rows.T @ rows + penalty, rows.T @ closed).astype(np.float32)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", nargs="+", type=Path)
    pairs = list(examples(parser.parse_args().folders, FaceAnalyser()))
    pictures = np.stack([eyes.mean(axis=0).ravel() for pair in pairs for eyes in pair])
    closed = np.tile([-1.0, 1.0], len(pairs))
    person = np.repeat(np.arange(len(pairs)), 2)
    scores = np.empty(len(closed))
    for fold in range(FOLDS):
        out = person % FOLDS == fold
        weights = learn(pictures[~out], closed[~out])
        scores[out] = pictures[out] @ weights[:-1] + weights[-1]
    right = np.mean(scores[closed > 0][:, None] > scores[closed < 0][None])
    print(f"{len(pairs)} portraits; a closed pair scores above an open one in {right:.1%} of all pairs")
    for name, of_state in (("open", closed < 0), ("closed", closed > 0)):
        print(name, np.percentile(scores[of_state], [0, 2, 10, 50, 90, 98, 100]).round(2))
    np.save(WEIGHTS_FILE, learn(pictures, closed))


if __name__ == "__main__":
    main()
