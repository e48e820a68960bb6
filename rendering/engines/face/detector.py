"""Finding faces: BlazeFace, short range (Bazarevsky et al. 2019, arXiv:1907.05047)."""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from rendering.engines.face.base import FaceBox, Image
from rendering.engines.face.tflite import TfliteNetwork
from rendering.engines.weights import locate

INPUT_SIDE = 128
ANCHOR_STRIDES = (8, 16, 16, 16)
"""Of the four output layers; each gives two anchors to a cell, and layers of one stride share cells."""
ANCHORS_PER_LAYER = 2
MIN_SCORE = 0.5
MERGE_IOU = 0.3
TILE_SHARES = (0.55, 0.3)
"""Sides of the square tiles searched when the whole shows no large face, as shares of the long side."""
LARGE_FACE = 0.25
"""Share of the long side from which on a face, and any other of its size, is surely seen on the whole."""


def anchor_centres() -> NDArray[np.float32]:
    """Centres of the 896 anchors, float32 [896, 2], x and y in 0..1, in the order of the network's output."""
    layers = []
    for stride, group in groupby(ANCHOR_STRIDES):
        cells = INPUT_SIDE // stride
        line = (np.arange(cells, dtype=np.float32) + 0.5) / cells
        grid = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
        layers.append(np.repeat(grid, ANCHORS_PER_LAYER * len(list(group)), axis=0))
    return np.concatenate(layers)


class FaceDetector:
    """Keeps the network warm; not thread-safe. Raises ModelMissingError when it is not on this machine."""

    def __init__(self, model: Path | None = None, *, threads: int = 1) -> None:
        self._network = TfliteNetwork(model or locate("blazeface-short"), threads)
        self._anchors = anchor_centres()

    def detect(self, image: Image) -> list[FaceBox]:
        """Faces in the image, largest first.

        The network sees 128 x 128 pixels, so a small face in a large picture is lost on it: unless the whole
        shows one large face, overlapping tiles are searched too.
        """
        height, width = image.shape[:2]
        long_side = max(height, width)
        found = self._detect_window(image, 0, 0, long_side)
        if any(box.right - box.left > LARGE_FACE * long_side for box in found):
            return _by_size(_merge(found))
        for share in TILE_SHARES:
            side = round(share * long_side)
            for left, top in _tile_corners(width, height, side):
                found += self._detect_window(image, left, top, side)
        return _by_size(_merge(found))

    def _detect_window(self, image: Image, left: int, top: int, side: int) -> list[FaceBox]:
        """Faces in the square window, letterboxed where it leaves the image; pixels of the image."""
        window = image[top : top + side, left : left + side]
        height, width = window.shape[:2]
        scale = INPUT_SIDE / side
        shown = cv2.resize(
            window,
            (max(1, round(width * scale)), max(1, round(height * scale))),
            interpolation=cv2.INTER_AREA,
        )
        # The free border is split evenly: faces are found better in the middle of the network's view.
        pad_x, pad_y = (INPUT_SIDE - shown.shape[1]) // 2, (INPUT_SIDE - shown.shape[0]) // 2
        values = np.full((1, INPUT_SIDE, INPUT_SIDE, 3), -1, np.float32)
        values[0, pad_y : pad_y + shown.shape[0], pad_x : pad_x + shown.shape[1]] = shown / 127.5 - 1
        outputs = self._network.run(values)
        logits = np.clip(outputs["classificators"][0, :, 0], -50, 50)
        scores = 1 / (1 + np.exp(-logits))
        keep = np.flatnonzero(scores >= MIN_SCORE)
        # Raw values are x centre, y centre, width, height, then six keypoints, in pixels from the anchor.
        raw = outputs["regressors"][0, keep].reshape(-1, 8, 2)
        centred = self._anchors[keep, None] * INPUT_SIDE
        origin = np.array([pad_x, pad_y], np.float32)
        corner = np.array([left, top], np.float32)
        centres = (raw[:, 0] + centred[:, 0] - origin) / scale + corner
        sizes = raw[:, 1] / scale
        keypoints = (raw[:, 2:] + centred - origin) / scale + corner
        return [
            FaceBox(
                left=float(centre[0] - size[0] / 2),
                top=float(centre[1] - size[1] / 2),
                right=float(centre[0] + size[0] / 2),
                bottom=float(centre[1] + size[1] / 2),
                score=float(score),
                keypoints=points.astype(np.float32),
            )
            for centre, size, points, score in zip(centres, sizes, keypoints, scores[keep], strict=True)
        ]


def _tile_corners(width: int, height: int, side: int) -> Iterator[tuple[int, int]]:
    """Corners of tiles of this side that cover the image and overlap by about half."""
    for top in _steps(height, side):
        for left in _steps(width, side):
            yield left, top


def _steps(length: int, side: int) -> list[int]:
    room = length - side
    if room <= 0:
        return [0]
    count = int(np.ceil(2 * room / side)) + 1
    return [round(room * step / (count - 1)) for step in range(count)]


def _by_size(boxes: list[FaceBox]) -> list[FaceBox]:
    return sorted(boxes, key=lambda box: box.left - box.right)


def _merge(boxes: list[FaceBox]) -> list[FaceBox]:
    """Weighted non-maximum suppression: boxes of one face become their mean, weighted by score."""
    waiting = sorted(boxes, key=lambda box: -box.score)
    merged = []
    while waiting:
        best = waiting[0]
        same = [box for box in waiting if overlap(best, box) > MERGE_IOU]
        waiting = [box for box in waiting if overlap(best, box) <= MERGE_IOU]
        weights = [box.score for box in same]
        left, top, right, bottom = np.average(
            [(box.left, box.top, box.right, box.bottom) for box in same], axis=0, weights=weights
        ).tolist()
        keypoints = np.average([box.keypoints for box in same], axis=0, weights=weights)
        merged.append(FaceBox(left, top, right, bottom, best.score, keypoints.astype(np.float32)))
    return merged


def overlap(one: FaceBox, other: FaceBox) -> float:
    """Intersection over union of two boxes, 0..1."""
    across = min(one.right, other.right) - max(one.left, other.left)
    down = min(one.bottom, other.bottom) - max(one.top, other.top)
    if across <= 0 or down <= 0:
        return 0.0
    areas = sum((box.right - box.left) * (box.bottom - box.top) for box in (one, other))
    return across * down / (areas - across * down)
