"""Long clips in windows: attention over the whole of one costs the square of its length, and drifts."""

import math
from collections.abc import Callable
from itertools import pairwise

import torch
from torch import Tensor

LONGEST = 20 * 75
"""Codes in a window: 20 s."""
OVERLAP = 75
"""Codes that two windows share: 1 s, so that where they meet both know what follows."""
_FADE = 8
"""Codes in the middle of the overlap in which one window gives way to the next: 0.1 s."""


def spans(length: int, *, longest: int = LONGEST, overlap: int = OVERLAP) -> tuple[tuple[int, int], ...]:
    """Windows (start, end) over a clip, about equally long, each sharing `overlap` with the next."""
    if length <= longest:
        return ((0, length),)
    count = math.ceil((length - overlap) / (longest - overlap))
    starts = [round(index * (length - overlap) / count) for index in range(count + 1)]
    return tuple((start, end + overlap) for start, end in pairwise(starts))


def decode(codes: Tensor, decode_window: Callable[[Tensor], Tensor], hop: int) -> Tensor:
    """codes [B, T] to samples [B, hop T], no matter how long. decode_window: does it for one window."""
    first, *others = spans(codes.shape[1])
    joined = decode_window(codes[:, slice(*first)])
    for span in others:
        window = decode_window(codes[:, slice(*span)])
        joined = _joined(joined, window, OVERLAP * hop, _FADE * hop)
    return joined


def _joined(before: Tensor, after: Tensor, overlap: int, fade: int) -> Tensor:
    """Two stretches of sound that share `overlap` samples. Both were made from the same codes there, so their
    amplitudes add up linearly."""
    rise = torch.linspace(0, 1, fade, device=after.device)
    lead = (overlap - fade) // 2
    tail = overlap - fade - lead
    end = before.shape[1] - tail
    mixed = before[:, end - fade : end] * (1 - rise) + after[:, lead : lead + fade] * rise
    return torch.cat([before[:, : end - fade], mixed, after[:, lead + fade :]], dim=1)
