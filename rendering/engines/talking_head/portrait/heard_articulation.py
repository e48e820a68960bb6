"""Articulator curves from the sound alone, for speech whose phones nobody knows.

A small convolutional network (docs/articulation.md) hears log-mel bands and says, fifty times a second,
where each articulator is, and whether somebody speaks, closes the lips or holds the lip to the teeth.
Closures and silences are then made as hard as those of known phones.
"""

import json
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_closing, binary_dilation, binary_opening, gaussian_filter1d
from scipy.special import expit

from rendering.engines.speech.base import Phone, Samples
from rendering.engines.speech.levels import loud_parts, mean_level
from rendering.engines.talking_head.portrait.articulation import Articulation, close
from rendering.engines.talking_head.portrait.log_mel import (
    RATE,
    band_levels,
    features,
    total_level,
)
from rendering.engines.talking_head.portrait.visemes import SILENCE, Viseme

Block = NDArray[np.float32]

EVENTS = ("speech", "bilabial", "labiodental")
"""Outputs that follow the channels of `Viseme`, as logits."""
MODEL = Path(__file__).with_name("heard_articulation.npz")

_QUIETEST = -55.0
"""dB; nothing below is speech, however quiet the rest."""
_DYNAMICS = 6.0
"""dB between loud and soft parts; a sound steadier than this is noise or a tone, not speech."""
_SHORTEST_SPEECH = 8
"""Frames; less is a click or a note."""
_SHORTEST_SILENCE = 7
"""Frames; less is the closure of a t or k."""
_EASE = 1.5
"""Frames, standard deviation: the mouth takes this to come from and to go to rest."""
_FRAMES_AT_ONCE = 2048


@dataclass(frozen=True)
class _Layer:
    """weight: float32 [taps * inputs, outputs]; bias: float32 [outputs]; dilation: frames between taps."""

    weight: Block
    bias: Block
    taps: int
    dilation: int


@dataclass(frozen=True)
class Network:
    """first and head around blocks of a dilated and a pointwise convolution, each block added to its input,
    after S. Bai, J. Kolter, V. Koltun, "An empirical evaluation of generic convolutional and recurrent
    networks for sequence modeling" (2018), with as much look-ahead as memory."""

    first: _Layer
    blocks: tuple[tuple[_Layer, _Layer], ...]
    head: tuple[_Layer, _Layer]
    thresholds: dict[str, float]
    """Probability from which an event is taken to happen."""

    @property
    def reach(self) -> int:
        """Frames to either side that an output depends on."""
        layers = (self.first, *(wide for wide, _ in self.blocks))
        return sum((layer.taps // 2) * layer.dilation for layer in layers)

    def __call__(self, heard: Block) -> Block:
        """float32 [frames, 9 channels and 3 events] from features [frames, FEATURES]. Flat memory."""
        reach = self.reach
        # Zeros around every layer, as in training: past the ends nothing is known.
        pieces = []
        for start in range(0, len(heard), _FRAMES_AT_ONCE):
            end = min(start + _FRAMES_AT_ONCE, len(heard))
            first, last = max(0, start - reach), min(len(heard), end + reach)
            pieces.append(self._piece(heard[first:last])[start - first : end - first])
        return np.concatenate(pieces)

    def _piece(self, heard: Block) -> Block:
        state = np.maximum(_convolve(heard, self.first), 0)
        for wide, point in self.blocks:
            state = state + _convolve(np.maximum(_convolve(state, wide), 0), point)
        hidden, out = self.head
        return _convolve(np.maximum(_convolve(state, hidden), 0), out)


def _convolve(state: Block, layer: _Layer) -> Block:
    """[frames, inputs] to [frames, outputs], zeros past the ends."""
    if layer.taps == 1:
        return state @ layer.weight + layer.bias
    half = (layer.taps // 2) * layer.dilation
    padded = np.pad(state, ((half, half), (0, 0)))
    frames = len(state)
    taps = [padded[tap * layer.dilation :][:frames] for tap in range(layer.taps)]
    return np.concatenate(taps, axis=1) @ layer.weight + layer.bias


@lru_cache(maxsize=1)
def load(path: Path = MODEL) -> Network:
    """The network as shipped: weights in float16, layout and thresholds beside them in the same file."""
    with np.load(path) as stored:
        layout = json.loads(str(stored["layout"]))
        layers = []
        for index, (taps, dilation) in enumerate(layout["layers"]):
            weight = stored[f"weight{index}"].astype(np.float32)
            layers.append(_Layer(weight, stored[f"bias{index}"].astype(np.float32), taps, dilation))
    first, *middle, hidden, out = layers
    blocks = tuple(zip(middle[::2], middle[1::2], strict=True))
    return Network(first, blocks, (hidden, out), layout["thresholds"])


def hear(samples: Samples, time: NDArray[np.float64]) -> Articulation:
    """Curves at `time` (seconds, evenly spaced) for float32 [n] at SAMPLE_RATE. What is not speech, noise, a
    tone or music, leaves the face calm and the lips closed."""
    names = Viseme._fields
    levels = band_levels(samples)
    if not _may_be_speech(levels):
        return Articulation(**{name: np.zeros(len(time)) for name in names})
    network = load()
    said = network(features(levels)).astype(np.float64).T
    chances = zip(EVENTS, expit(said[len(names) :]), strict=True)
    events = {name: chance > network.thresholds[name] for name, chance in chances}
    speaking = _speaking(events["speech"])
    # The mouth begins to open before it is heard. The filter ends after four deviations: silence is exact.
    presence = gaussian_filter1d(binary_dilation(speaking).astype(np.float64), _EASE, mode="nearest")
    at = (np.arange(len(presence)) + 0.5) / RATE
    curves = {}
    for name, curve in zip(names, said[: len(names)], strict=True):
        limited = curve if name == "spread" else np.maximum(curve, 0.0)
        curves[name] = np.interp(time, at, limited * presence, right=0.0)
    return close(curves, _phones(speaking, events), time)


def _may_be_speech(levels: Block) -> bool:
    if not len(levels):
        return False
    level = total_level(levels)
    loud = mean_level(level[loud_parts(level)])
    return loud > _QUIETEST and loud - float(np.percentile(level, 5)) > _DYNAMICS


def _speaking(heard: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Without gaps shorter than a silence, and without clicks."""
    padded = np.pad(heard, _SHORTEST_SILENCE)
    closed = binary_closing(padded, np.ones(_SHORTEST_SILENCE))[_SHORTEST_SILENCE:-_SHORTEST_SILENCE]
    return np.asarray(binary_opening(closed, np.ones(_SHORTEST_SPEECH)), dtype=np.bool_)


def _phones(speaking: NDArray[np.bool_], events: dict[str, NDArray[np.bool_]]) -> list[Phone]:
    """Closures and silences as phones that ask for them; nothing in between."""
    phones = [Phone(SILENCE, start, end) for start, end in _runs(~speaking)]
    for name, label in (("bilabial", "M"), ("labiodental", "F")):
        phones += [Phone(label, start, end) for start, end in _runs(events[name] & speaking)]
    return phones


def _runs(flags: NDArray[np.bool_]) -> list[tuple[float, float]]:
    """Start and end in seconds of each stretch that is true."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return [(first / RATE, last / RATE) for first, last in list(pairwise(edges))[::2]]
