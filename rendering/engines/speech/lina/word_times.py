"""When words are heard, from where the attention was in the text."""

import numpy as np
from numpy.typing import NDArray

from rendering.engines.speech.lina.text import Text

FRAMES_PER_SECOND = 75
"""Of the codec."""
_LEAST = 1e-6
"""An attention below this counts as this: its logarithm stays finite."""

Span = tuple[float, float]


def word_times(attention: NDArray[np.float32], text: Text) -> tuple[Span | None, ...]:
    """Start and end in seconds of each word of the text; None for a word without tokens, and for all words
    when there are fewer frames than tokens.

    attention: [frames, tokens]. The path through it that never goes back and leaves no token out (Viterbi)
    says which token each frame belongs to.
    """
    words = np.array(text.words)
    first = int(np.flatnonzero(words >= 0)[0])
    spoken, frames = words[first:], len(attention)
    if frames < len(spoken):
        return (None,) * text.count
    path = words[first + _monotonic(np.log(np.maximum(attention[:, first:], _LEAST)))]
    spans: list[Span | None] = []
    for word in range(text.count):
        heard = np.flatnonzero(path == word)
        spans.append(
            (float(heard[0]) / FRAMES_PER_SECOND, float(heard[-1] + 1) / FRAMES_PER_SECOND)
            if len(heard)
            else None
        )
    return tuple(spans)


def _monotonic(scores: NDArray[np.float32]) -> NDArray[np.intp]:
    """For each of the frames its column: from the first to the last one, never back, none left out."""
    frames, columns = scores.shape
    total = np.full(columns, -np.inf)
    total[0] = scores[0, 0]
    moved = np.zeros((frames, columns), dtype=bool)
    for frame in range(1, frames):
        before = np.concatenate(([-np.inf], total[:-1]))
        moved[frame] = before > total
        total = np.maximum(before, total) + scores[frame]
    path = np.empty(frames, dtype=np.intp)
    path[-1] = columns - 1
    for frame in range(frames - 1, 0, -1):
        path[frame - 1] = path[frame] - moved[frame, path[frame]]
    return path
