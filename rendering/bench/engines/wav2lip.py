"""How many frames a second Wav2Lip paints: the authors' way, and ours of a picture and of a clip.

Full-size network with weights from a formula: speed does not depend on them. Cutting crops and pasting them
back are left out of all ways alike.
"""

import copy
import itertools
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from rendering.bench.engines import formula
from rendering.engines.neural.runtime import Runtime
from rendering.engines.speech.base import SAMPLE_RATE, Phone, Speech
from rendering.engines.talking_head.dubbing.actor import CropBatch
from rendering.engines.talking_head.wav2lip.folded import PAINTED
from rendering.engines.talking_head.wav2lip.network import SIDE, Wav2Lip
from rendering.engines.talking_head.wav2lip.painter import MouthPainter, faces, folded
from rendering.engines.talking_head.wav2lip.sound import at_rate, mel_spectrogram, windows

FPS = 25
ROUNDS = 7
"""All ways in turn; the median counts, after one round that warms up."""


@dataclass(frozen=True)
class Speed:
    """way: "plain", the whole network for every frame in full precision; "still", ours of one picture;
    "clip", ours of pictures none of which comes twice. batch: frames at once, the same for all; difference:
    the largest from the plain way in the painted half, of colours 0..1 in steps of 1/255."""

    way: str
    batch: int
    frames_per_second: float
    difference: float


def measure(runtime: Runtime, *, rounds: int = ROUNDS) -> tuple[Speed, ...]:
    """The plain way first."""
    network = Wav2Lip()
    formula.fill(network)
    # A copy: half precision would halve the layers that both share.
    painter = MouthPainter(folded(copy.deepcopy(network), runtime), runtime)
    network.to(runtime.device)
    count = painter.batch
    shown = _crops(count)
    fresh = itertools.count(1)

    def clip() -> NDArray[np.uint8]:
        # Numbers that were never seen, so that nothing is known of the pictures.
        numbers = np.array([next(fresh) for _ in range(count)])
        return _ours(painter, shown, numbers)

    one = np.repeat(shown[:1], count, axis=0)
    ways: dict[str, Callable[[], NDArray[np.uint8]]] = {
        "plain": lambda: _plain(network, one, runtime),
        "still": lambda: _ours(painter, one, np.zeros(count, np.intp)),
        "clip": clip,
    }
    expected = {"plain": ways["plain"](), "still": ways["plain"](), "clip": _plain(network, shown, runtime)}
    painted = {name: way() for name, way in ways.items()}
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            begun = time.perf_counter()
            way()
            seconds[name].append(time.perf_counter() - begun)
    return tuple(
        Speed(
            name,
            count,
            count / statistics.median(seconds[name]),
            float(np.abs(painted[name].astype(int) - expected[name]).max()) / 255,
        )
        for name in ways
    )


def _ours(painter: MouthPainter, crops: NDArray[np.uint8], pictures: NDArray[np.intp]) -> NDArray[np.uint8]:
    count = len(crops)
    batch = CropBatch(np.arange(count), pictures, crops)
    [painted] = painter.dub([batch], _speech(count), frames=count, fps=FPS, seed=0)
    return painted[:, PAINTED:]


def _plain(network: Wav2Lip, crops: NDArray[np.uint8], runtime: Runtime) -> NDArray[np.uint8]:
    count = len(crops)
    mel = mel_spectrogram(at_rate(_speech(count).samples))
    with torch.no_grad():
        mels = torch.from_numpy(windows(mel, np.arange(count), FPS)).to(runtime.device)
        drawn = network(mels, faces(crops).to(runtime.device)).cpu().numpy()
    coloured = np.rint(drawn[:, ::-1].transpose(0, 2, 3, 1) * 255).astype(np.uint8)
    return coloured[:, PAINTED:]


def _crops(count: int) -> NDArray[np.uint8]:
    values = formula.array("bench.wav2lip.crops", (count, SIDE, SIDE, 3), 0, 255).numpy()
    return values.astype(np.uint8)


def _speech(frames: int) -> Speech:
    """Noise as long as the frames."""
    samples = formula.array("bench.wav2lip.speech", (frames * SAMPLE_RATE // FPS,), -0.3, 0.3).numpy()
    return Speech(samples, (), (Phone("AA", 0, frames / FPS),), "estimated")
