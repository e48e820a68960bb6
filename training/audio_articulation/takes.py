"""A voice saying a sentence, in files."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from rendering.engines.speech.base import Phone, Samples

Part = Literal["learn", "choose", "measure"]

QUICK = frozenset({"hibari", "piper"})
"""Engines that speak so fast that they say everything, with several throats."""


@dataclass(frozen=True)
class Take:
    """A voice saying a sentence. samples: float32 [n] at SAMPLE_RATE; phones cover them."""

    voice: str
    language: str
    part: Part
    text: str
    samples: Samples
    phones: tuple[Phone, ...]


def read(folder: Path) -> list[Take]:
    """Every take in the folder, in a fixed order."""
    takes = []
    for path in sorted(folder.glob("*.npz")):
        with np.load(path) as stored:
            for index in range(len(stored["text"])):
                spans = stored[f"spans{index}"]
                samples = stored[f"samples{index}"].astype(np.float32) / 32767
                phones = [
                    Phone(str(label), float(start), float(end))
                    for label, (start, end) in zip(stored[f"labels{index}"], spans, strict=True)
                ]
                takes.append(
                    Take(
                        voice=path.stem,
                        language=str(stored["language"]),
                        part=str(stored["part"][index]),  # type: ignore[arg-type]
                        text=str(stored["text"][index]),
                        samples=samples,
                        phones=tuple(phones),
                    )
                )
    return takes


def write(path: Path, takes: Sequence[Take]) -> None:
    """Takes of one voice as a compressed .npz with 16-bit samples."""
    arrays: dict[str, object] = {
        "language": takes[0].language,
        "part": [take.part for take in takes],
        "text": [take.text for take in takes],
    }
    for index, take in enumerate(takes):
        arrays[f"samples{index}"] = np.round(take.samples * 32767).astype(np.int16)
        arrays[f"labels{index}"] = [phone.label for phone in take.phones]
        arrays[f"spans{index}"] = [(phone.start, phone.end) for phone in take.phones]
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type]
