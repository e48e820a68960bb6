"""Faster and slower speech at its own pitch, for engines that have one pace only."""

from itertools import repeat

import av
import numpy as np

from rendering.engines.speech.base import SAMPLE_RATE, Samples

_RANGE = (0.5, 2.0)
"""Of one pass of FFmpeg's `atempo`, which shifts overlapping windows to where they fit best (WSOLA, Verhelst
and Roelands 1993)."""


def change_tempo(samples: Samples, speed: float) -> Samples:
    """float32 [n] at SAMPLE_RATE to about n / speed of them. Equal arguments give equal samples."""
    if speed == 1.0 or not len(samples):
        return samples
    graph = av.filter.Graph()
    layout = {"sample_rate": str(SAMPLE_RATE), "sample_fmt": "flt", "channel_layout": "mono"}
    source = graph.add("abuffer", time_base=f"1/{SAMPLE_RATE}", **layout)
    links = [
        source,
        *(graph.add("atempo", f"{factor:.6f}") for factor in _factors(speed)),
        graph.add("abuffersink"),
    ]
    graph.link_nodes(*links).configure()
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples, np.float32)[None], "flt", "mono")
    frame.sample_rate, frame.pts = SAMPLE_RATE, 0
    graph.push(frame)
    graph.push(None)
    blocks = []
    while True:
        try:
            blocks.append(graph.pull().to_ndarray().reshape(-1))
        except (av.EOFError, av.BlockingIOError):
            return np.concatenate(blocks).astype(np.float32, copy=False)


def _factors(speed: float) -> list[float]:
    """Speeds within _RANGE whose product is `speed`."""
    passes = 1
    while not _RANGE[0] <= speed ** (1 / passes) <= _RANGE[1]:
        passes += 1
    return list(repeat(speed ** (1 / passes), passes))
