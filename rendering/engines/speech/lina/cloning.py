"""From a recording to a voice file that Lina speaks from."""

import torch

from rendering.engines.neural import runtime
from rendering.engines.speech.base import Samples
from rendering.engines.speech.lina import voice
from rendering.engines.speech.wavtokenizer import codec


def voice_file(samples: Samples, transcript: str, *, threads: int = 2) -> bytes:
    """The bytes of a cloned voice.

    samples: float32 [n] at SAMPLE_RATE, what `speech.reference` found fit; transcript: what is said in them.
    Raises ModelMissingError and CheckpointError.
    """
    codes = codec.load(runtime.choose(threads=threads)).encode(samples)
    return voice.to_bytes(voice.ClonedVoice(torch.from_numpy(codes)[None], transcript))
