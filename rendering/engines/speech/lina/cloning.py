"""From recordings to a voice file that Lina speaks from."""

from collections.abc import Callable, Sequence
from pathlib import Path

import torch

from rendering.engines.errors import EngineUnavailableError
from rendering.engines.neural import runtime
from rendering.engines.speech.base import Samples
from rendering.engines.speech.lina import loading, voice
from rendering.engines.speech.lina.text import TextReader
from rendering.engines.speech.lina.tuning import Passage, Report, Settings, Tuning
from rendering.engines.speech.material import Extract
from rendering.engines.speech.wavtokenizer import codec
from rendering.engines.weights import locate


def cloned(samples: Samples, spoken: str, *, threads: int = 2) -> bytes:
    """The file of a voice that is told by a recording.

    samples: float32 [n] at SAMPLE_RATE, what `speech.reference` found fit; spoken: what is said in them,
    normalised. Raises ModelMissingError and CheckpointError.
    """
    codes = codec.load(runtime.choose(threads=threads)).encode(samples)
    return voice.to_bytes(voice.ClonedVoice(torch.from_numpy(codes)[None], spoken))


def learnt(
    extracts: Sequence[Extract],
    *,
    settings: Settings | None = None,
    progress: Path | None = None,
    report: Callable[[Report], None] = lambda report: None,
    threads: int = 2,
) -> bytes:
    """The file of a voice that is learnt from minutes of speech; see `tuning.Tuning`.

    Raises ModelMissingError, CheckpointError, and EngineUnavailableError for models that have no codec here.
    """
    where = runtime.choose(threads=threads)
    model = loading.load(where.device)
    if model.config.codebooks != 1:
        raise EngineUnavailableError(
            "Voices are learnt with the model of one codebook. Use the released model of 169 million weights."
        )
    encode, reader = codec.load(where).encode, TextReader(locate("lina-bpe"))
    passages = [
        Passage(reader.read(extract.text).tokens, torch.from_numpy(encode(extract.samples))[None])
        for extract in extracts
    ]
    return voice.to_bytes(Tuning(model, passages, settings, progress=progress).run(report))
