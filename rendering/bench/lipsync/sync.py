"""How well mouth and sound belong together, as Wav2Lip's judge of sync hears and sees them.

Distance, confidence and offset as J. Chung and A. Zisserman ("Out of time", 2016) define them, of which LSE-D
and LSE-C are made; but the judge is another network, whose embeddings have length 1. Its distances lie in
0..2 and can be compared with each other only, not with published figures.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rendering.engines.catalogue import lacking
from rendering.engines.catalogue.pictures import WAV2LIP
from rendering.engines.face.mesh import Landmarks
from rendering.engines.speech.recording import read_recording
from rendering.engines.talking_head.dubbing.crops import cut, face_boxes
from rendering.pipeline.clips import read_frames

FPS: Final = 25
FARTHEST: Final = 15
"""Frames to either side that sound is shifted by."""
JUDGE = replace(WAV2LIP, artifacts=("lipsync-expert",))
"""What judging needs of the engine: its packages, but other weights."""
SIDE, BELOW_CHIN, SMOOTHING = 96, 0.05, 5
"""Crops as the `wav2lip` engine cuts them."""


@dataclass(frozen=True)
class SyncScore:
    """distance: of mouth and sound at the best offset, the mean over the film, 0..2, less is better;
    confidence: how much closer that is than the median of all offsets; offset: frames at 25 a second by which
    the sound comes after the picture."""

    distance: float
    confidence: float
    offset: int


def judged(path: Path, landmarks: Sequence[Landmarks | None], fps: float) -> SyncScore | None:
    """The score of a film; None when the judge is not on this machine, or where there are too few frames with
    a face. landmarks: of its frames at `fps`. Raises MediaError."""
    if lacking(JUDGE):
        return None
    from rendering.engines.talking_head.wav2lip.expert import FRAMES
    from rendering.engines.talking_head.wav2lip.judging import SyncJudge

    mouths, known = _mouths(path, landmarks, fps)
    count = len(mouths) - FRAMES + 1
    if count < 2 * FARTHEST + 1:
        return None
    judge = SyncJudge()
    seen, heard = judge.see(mouths), judge.hear(read_recording(path), count)
    whole = np.asarray(np.lib.stride_tricks.sliding_window_view(known, FRAMES).all(axis=1), bool)
    return compare(seen, heard, whole) if whole.any() else None


def compare(seen: NDArray[np.float32], heard: NDArray[np.float32], known: NDArray[np.bool_]) -> SyncScore:
    """seen, heard: [frames, 512]; known: frames whose mouth was seen, bool [frames], one at least."""
    shifts = range(-FARTHEST, FARTHEST + 1)
    distances = np.array([_distance(seen, heard, known, shift) for shift in shifts])
    best = int(np.nanargmin(distances))
    least = float(distances[best])
    return SyncScore(least, float(np.nanmedian(distances)) - least, shifts[best])


def _distance(
    seen: NDArray[np.float32], heard: NDArray[np.float32], known: NDArray[np.bool_], shift: int
) -> float:
    """The mean, the sound being that of `shift` frames later; NaN where no frame has one."""
    at = np.flatnonzero(known)
    at = at[(at + shift >= 0) & (at + shift < len(heard))]
    if not len(at):
        return float("nan")
    return float(np.linalg.norm(seen[at] - heard[at + shift], axis=1).mean())


def _mouths(
    path: Path, landmarks: Sequence[Landmarks | None], fps: float
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Lower halves of the film's faces at FPS, uint8 [frames, 48, 96, 3], black where none is seen, and where
    one is, bool [frames]."""
    mouths, known = [], []
    for index, frame in enumerate(read_frames(path, fps=FPS)):
        nearest = min(len(landmarks) - 1, int((index + 0.5) / FPS * fps))
        around = landmarks[max(0, nearest - SMOOTHING // 2) : nearest + SMOOTHING // 2 + 1]
        near = [points for points in around if points is not None]
        known.append(landmarks[nearest] is not None)
        crop = np.zeros((SIDE, SIDE, 3), np.uint8)
        if known[-1]:
            size = (frame.shape[1], frame.shape[0])
            [box] = face_boxes(np.mean(near, axis=0)[None], size, below=BELOW_CHIN)
            crop = cut(frame, box, SIDE)
        mouths.append(crop[SIDE // 2 :])
    return np.stack(mouths), np.array(known, bool)
