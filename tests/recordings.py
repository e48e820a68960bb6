"""Sound that passes for a voice."""

import numpy as np

from rendering.engines.speech.base import SAMPLE_RATE, Samples
from rendering.pipeline.audio import wav_bytes


def murmur(seconds: float, *, level: float = 0.3, pitch: float = 180) -> Samples:
    """Something that comes and goes as syllables do. pitch: Hz."""
    t = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    syllables = np.clip(np.sin(2 * np.pi * 2 * t), 0, 1)
    return (level * syllables * np.sin(2 * np.pi * pitch * t)).astype(np.float32)


def wav(samples: Samples) -> bytes:
    """The file of it."""
    return wav_bytes(samples, SAMPLE_RATE)
