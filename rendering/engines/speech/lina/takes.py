"""Which of several takes of an utterance to keep: skipped and repeated words show in the attention."""

import math
from collections.abc import Sequence

import torch

from rendering.engines.speech.lina.generation import Take


def best(takes: Sequence[Take]) -> int:
    """The number of the best take: of those that came to an end the half that went back least in the text,
    and of these the longest, for a short one left something out (the rule of the authors' first release)."""
    ended = [number for number, take in enumerate(takes) if take.stopped] or list(range(len(takes)))
    steady = sorted(ended, key=lambda number: going_back(takes[number]))[: math.ceil(len(ended) / 2)]
    return max(steady, key=lambda number: takes[number].codes.shape[1])


def going_back(take: Take) -> float:
    """Tokens by which the place in the text moves backwards in a frame, on average; infinite for no
    frames."""
    if len(take.attention) < 2:
        return math.inf
    tokens = torch.arange(take.attention.shape[1], dtype=torch.float32)
    places = take.attention @ tokens
    return float((places[:-1] - places[1:]).clamp(min=0).mean())
