"""Steps until every row has stopped: one after another on a processor, replayed as a graph on a GPU."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from rendering.engines.speech.lina.config import STOP
from rendering.engines.speech.lina.cross_attention import Reading
from rendering.engines.speech.lina.decoding import Decoding
from rendering.engines.speech.lina.fused import FusedModel
from rendering.engines.speech.lina.model import LinaState

CHOICES = 100
"""Codes of the first codebook that are chosen among, at temperature 1 (upstream's defaults)."""
LONGEST = 2000
"""Steps; 26 s. Upstream's users go as far."""
BETWEEN_LOOKS = 16
"""Steps of a GPU before it is asked which rows have stopped: asking makes it wait."""
_SMALLEST_TEXT = 64
"""Tokens. Texts are padded to this times a power of two, so that few graphs are captured."""
KEPT_GRAPHS = 4
"""The last ones used; the largest, of many long texts, hold nearly a gigabyte each."""
_WARM_UP = 3
"""Steps before a graph is captured, which let the libraries choose their kernels."""


class Decoded(NamedTuple):
    """codes: int64 [steps, codebooks], without the stop; attention: float32 [steps, tokens]; stopped: whether
    it did before its limit. All on the processor."""

    codes: Tensor
    attention: Tensor
    stopped: bool


class Steps:
    """Batches of utterances, decoded step by step; on a GPU as graphs, of which the last few are kept."""

    def __init__(self, model: FusedModel, *, choices: int = CHOICES) -> None:
        self.model = model
        self.choices = min(choices, model.config.rows)
        self._graphs: OrderedDict[tuple[int, int], tuple[Decoding, torch.cuda.CUDAGraph]] = OrderedDict()

    def decode(
        self, reading: Reading, state: LinaState, latest: Tensor, noise: Tensor, limits: Sequence[int]
    ) -> list[Decoded]:
        """One result for each row. noise: see `Decoding.begin`; limits: the most steps of each row, LONGEST
        at most."""
        if max(limits) > LONGEST:
            raise ValueError(f"{max(limits)} steps are more than {LONGEST}")
        if self.model.device.type == "cuda":
            return self._replayed(reading, state, latest, noise, limits)
        decoding = self._decoding(*reading.present.shape, steps=max(limits))
        decoding.begin(reading, state, latest, noise)
        left = list(range(len(limits)))
        results: dict[int, Decoded] = {}
        for number in range(max(limits)):
            decoding.step()
            stopped = _stopped(decoding.buffers.latest).tolist()
            over = [stops or number + 1 == limits[row] for row, stops in zip(left, stopped, strict=True)]
            if not any(over):
                continue
            for place, row in enumerate(left):
                if over[place]:
                    results[row] = _cut(decoding, place, limits[row])
            kept = [place for place, ends in enumerate(over) if not ends]
            if not kept:
                break
            decoding.keep(kept)
            left = [left[place] for place in kept]
        return [results[row] for row in range(len(limits))]

    def _replayed(
        self, reading: Reading, state: LinaState, latest: Tensor, noise: Tensor, limits: Sequence[int]
    ) -> list[Decoded]:
        """Rows that have stopped stay, for what they cost is little, and a smaller batch is another graph."""
        rows, tokens = reading.present.shape
        decoding, graph = self._captured(_bucket(rows, 1), _bucket(tokens, _SMALLEST_TEXT))
        decoding.begin(reading, state, latest, noise.to(self.model.device))
        for number in range(max(limits)):
            graph.replay()
            looks = (number + 1) % BETWEEN_LOOKS == 0
            if looks and bool(_stopped(decoding.buffers.codes[: number + 1, :rows]).any(dim=0).all()):
                break
        return [_cut(decoding, row, limit) for row, limit in enumerate(limits)]

    def _captured(self, rows: int, tokens: int) -> tuple[Decoding, torch.cuda.CUDAGraph]:
        if (rows, tokens) not in self._graphs:
            while len(self._graphs) >= KEPT_GRAPHS:
                self._graphs.popitem(last=False)
            decoding = self._decoding(rows, tokens, steps=LONGEST)
            stream = torch.cuda.Stream()
            stream.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(stream):
                for _ in range(_WARM_UP):
                    decoding.step()
            torch.cuda.current_stream().wait_stream(stream)
            graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(graph):
                decoding.step()
            self._graphs[rows, tokens] = decoding, graph
        self._graphs.move_to_end((rows, tokens))
        return self._graphs[rows, tokens]

    def _decoding(self, rows: int, tokens: int, *, steps: int) -> Decoding:
        return Decoding(self.model, rows=rows, tokens=tokens, steps=steps, choices=self.choices)


def _bucket(size: int, smallest: int) -> int:
    """The next power of two times `smallest`."""
    while smallest < size:
        smallest *= 2
    return smallest


def _stopped(codes: Tensor) -> Tensor:
    """[..., codebooks]: whether every codebook says that nothing follows."""
    return (codes == STOP).all(dim=-1)


def _cut(decoding: Decoding, row: int, limit: int) -> Decoded:
    """A row up to where it stopped, or to its limit."""
    buffers = decoding.buffers
    made = min(limit, int(buffers.now))
    codes = buffers.codes[:made, row].cpu()
    ends = _stopped(codes).nonzero()
    stopped = bool(len(ends))
    length = int(ends[0]) if stopped else made
    return Decoded(codes[:length], buffers.attention[:length, row].cpu(), stopped)
