"""Codebooks one step behind each other, so that a step need not decode all codes of one moment.

Codebook i is i steps late (Copet and others 2023, "Simple and Controllable Music Generation", arXiv
2306.05284): what it says first has the codes of the same moment of all codebooks before it to go by.
"""

import torch
from torch import Tensor

from rendering.engines.speech.lina.config import START, STOP


def delay(codes: Tensor) -> Tensor:
    """[codebooks, frames] to [codebooks, frames + codebooks + 1]: a column of START and one more for each
    step of delay before the codes, STOP after them."""
    books, frames = codes.shape
    delayed = codes.new_full((books, frames + books + 1), STOP)
    for book in range(books):
        delayed[book, : book + 1] = START
        delayed[book, book + 1 : book + 1 + frames] = codes[book]
    return delayed


def undelay(delayed: Tensor) -> Tensor:
    """[codebooks, columns] without the first column, to the [codebooks, columns - codebooks + 1] moments of
    which all codes are there; none where there are too few columns."""
    books, columns = delayed.shape
    frames = max(0, columns - books + 1)
    return torch.stack([delayed[book, book : book + frames] for book in range(books)])
