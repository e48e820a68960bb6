"""Small real files and specs for the pipeline's tests."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rendering.engines.speech.base import Word
from rendering.pipeline import audio
from rendering.pipeline.join import Piece
from rendering.pipeline.spec import AvatarSpec, MediaRef, RenderSpec, SceneSpec, VoiceSpec
from rendering.pipeline.video import AlphaWriter, StreamWriter

FPS = 25
SIZE = (320, 180)
SKY, CORAL = (124, 196, 255), (255, 127, 80)


@dataclass(frozen=True)
class Files:
    """A MediaSource whose names are paths."""

    folder: Path

    def local_path(self, ref: MediaRef) -> Path:
        return self.folder / ref.name


def scene(script: str = "Hello there.", **changes: object) -> SceneSpec:
    defaults: dict[str, object] = {
        "voice": VoiceSpec("hibari", "heart"),
        "avatar": AvatarSpec("still", MediaRef("a" * 64, "photo"), MediaRef("b" * 64, "bundle")),
    }
    return SceneSpec(script, **(defaults | changes))


def spec(*scenes: SceneSpec, **changes: object) -> RenderSpec:
    return RenderSpec(scenes or (scene(),), **changes)


def tone(seconds: float, start: float = 0.0) -> np.ndarray:
    """A sine at 24 kHz that begins at `start`; silence before."""
    time = np.arange(round(seconds * 24_000)) / 24_000
    return np.where(time >= start, 0.4 * np.sin(2 * np.pi * 440 * time), 0).astype(np.float32)


def piece(folder: Path, *, frames: int, alpha: bool = False, flash: int | None = None) -> Piece:
    """A segment of one colour. flash: the frame that is white, at whose beginning a tone starts."""
    folder.mkdir(parents=True, exist_ok=True)
    start = frames / FPS if flash is None else flash / FPS
    pcm = audio.conform(tone(frames / FPS, start), 24_000, frames=frames, fps=FPS)
    audio.write_flac(pcm, folder / "audio.flac")
    picture = np.full((SIZE[1], SIZE[0], 3), SKY, np.uint8)
    with StreamWriter(folder / "stream.ts", SIZE, FPS, pcm, threads=1) as stream:
        for index in range(frames):
            stream.write(np.full_like(picture, 255) if index == flash else picture)
    if alpha:
        matte = np.zeros((SIZE[1], SIZE[0]), np.uint8)
        matte[40:140, 100:220] = 255
        with AlphaWriter(folder / "alpha.webm", SIZE, FPS, threads=1) as writer:
            for _ in range(frames):
                writer.write(np.full_like(picture, CORAL), matte)
    words = (Word("Hello,", 0.1, 0.3), Word("world.", 0.3, 0.6))
    return Piece(
        folder / "stream.ts",
        folder / "alpha.webm" if alpha else None,
        folder / "audio.flac",
        words,
        frames,
        "Hello, world.",
    )
