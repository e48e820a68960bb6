"""The lists and pictures that come with the project."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rendering.engines.speech.base import VoiceInfo

FOLDER = Path(__file__).resolve().parent.parent / "presets"


@dataclass(frozen=True)
class ShippedFile:
    """sha256: hex digest of `content`; suffix: without the dot."""

    content: bytes
    sha256: str
    suffix: str


def read_list(name: str) -> list[dict[str, Any]]:
    """The entries of presets/NAME.json, in their order."""
    entries: list[dict[str, Any]] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return entries


def read_file(relative: str) -> ShippedFile:
    """A picture named by an entry. Raises FileNotFoundError."""
    path = FOLDER / relative
    content = path.read_bytes()
    return ShippedFile(content, hashlib.sha256(content).hexdigest(), path.suffix.removeprefix("."))


def voice_slug(voice: VoiceInfo) -> str:
    """kokoro's af_heart is kokoro-af-heart."""
    return f"{voice.engine}-{voice.key}".replace("_", "-")


def sample_path(voice: VoiceInfo) -> Path:
    """Where the project keeps the recording of a voice (made by presets/build_samples.py)."""
    return FOLDER / "voices" / f"{voice_slug(voice)}.m4a"
