"""Voice files: how a voice that was cloned or tuned is kept, and told to the language model.

A safetensors file whose metadata name format and version. A cloned voice is the codes of a recording and its
transcript; a tuned one is what every recurrent block remembers before it hears anything: a key and a value
for each head, whose outer product is its memory.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from rendering.engines.errors import MediaError
from rendering.engines.speech.lina.config import LinaConfig

FORMAT = "avatarlab-voice"
VERSION = "1"
LONGEST_REFERENCE = 20 * 75
"""Codes of a recording: 20 s. What is offered is 3 to 15 s; Lina reads little from more."""
LONGEST_TRANSCRIPT = 600
"""Characters; 20 s of hurried speech."""
_LARGEST = 16 << 20
"""Bytes of a voice file; a tuned voice of the released model takes 100 KB."""


@dataclass(frozen=True)
class ClonedVoice:
    """codes: int64 [codebooks, frames], as the codec gives them; transcript: what is said in them."""

    codes: Tensor
    transcript: str


@dataclass(frozen=True)
class TunedVoice:
    """keys: float32 [heads, keys of a head], values: float32 [heads, values of a head], of each block of the
    encoder, then of the decoder."""

    keys: tuple[Tensor, ...]
    values: tuple[Tensor, ...]


Voice = ClonedVoice | TunedVoice


def to_bytes(voice: Voice) -> bytes:
    """The file of a voice."""
    metadata = {"format": FORMAT, "version": VERSION}
    if isinstance(voice, ClonedVoice):
        tensors = {"codes": voice.codes.to(torch.int64)}
        metadata["transcript"] = voice.transcript
    else:
        tensors = {}
        for layer, (key, value) in enumerate(zip(voice.keys, voice.values, strict=True)):
            tensors |= {f"layer{layer}_k": key.float(), f"layer{layer}_v": value.float()}
    contiguous = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in tensors.items()}
    return bytes(save(contiguous, metadata))


def read(path: Path, config: LinaConfig) -> Voice:
    """The voice in a file, checked against the model it is meant for. Raises MediaError, saying what is
    wrong.

    Codes may also be int64 [frames] where there is one codebook.
    """
    tensors, metadata = _contents(path)
    if metadata.get("format") != FORMAT or metadata.get("version") != VERSION:
        raise _refusal(f"it is not a voice of format {FORMAT} {VERSION}")
    if set(tensors) == {"codes"}:
        return _cloned(tensors["codes"], metadata.get("transcript", ""), config)
    return _tuned(tensors, config)


def _contents(path: Path) -> tuple[dict[str, Tensor], Mapping[str, str]]:
    try:
        if path.stat().st_size > _LARGEST:
            raise _refusal(f"it is larger than {_LARGEST >> 20} MB")
        with safe_open(path, "pt") as file:
            return {name: file.get_tensor(name) for name in file.keys()}, file.metadata() or {}  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        raise _refusal("it is damaged, or no voice file") from error


def _cloned(codes: Tensor, transcript: str, config: LinaConfig) -> ClonedVoice:
    codes = codes[None] if codes.ndim == 1 else codes
    if codes.dtype != torch.int64 or codes.ndim != 2 or codes.shape[0] != config.codebooks:
        raise _refusal(
            f"its codes are {codes.dtype} {list(codes.shape)}, not those of {config.codebooks} codebooks"
        )
    if not 0 < codes.shape[1] <= LONGEST_REFERENCE:
        raise _refusal(f"it has {codes.shape[1]} codes; 1 to {LONGEST_REFERENCE} can be used")
    if int(codes.min()) < 0 or int(codes.max()) >= config.codes:
        raise _refusal(f"it has codes outside 0 to {config.codes - 1}")
    if not transcript.strip() or len(transcript) > LONGEST_TRANSCRIPT:
        raise _refusal(f"its transcript has {len(transcript.strip())} letters, not 1 to {LONGEST_TRANSCRIPT}")
    return ClonedVoice(codes, transcript)


def _tuned(tensors: Mapping[str, Tensor], config: LinaConfig) -> TunedVoice:
    layers = range(config.encoder + config.decoder)
    wanted = {
        f"layer{layer}_{part}": (config.heads, channels // config.heads)
        for layer in layers
        for part, channels in (("k", config.keys), ("v", config.values))
    }
    if set(tensors) != set(wanted):
        raise _refusal(f"it has other tensors than a voice of {len(layers)} layers")
    for name, shape in wanted.items():
        tensor = tensors[name]
        if tensor.dtype != torch.float32 or tuple(tensor.shape) != shape or not tensor.isfinite().all():
            raise _refusal(f"{name} is not {list(shape)} finite numbers")
    return TunedVoice(
        tuple(tensors[f"layer{layer}_k"] for layer in layers),
        tuple(tensors[f"layer{layer}_v"] for layer in layers),
    )


def _refusal(reason: str) -> MediaError:
    return MediaError(f"This voice file cannot be used: {reason}. Make the voice once more.")
