"""A pipeline for tests of everything around it: the same calls, the same files, no pictures and no sound."""

import hashlib
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from rendering.models import Render
from rendering.pipeline.join import JoinedFiles, Piece
from rendering.pipeline.plan import PlannedSegment
from rendering.pipeline.segment import SegmentFiles, SegmentProgress

FRAMES = 10
FPS = 25


class ScratchPipeline:
    """rendered: the sentences it rendered, in order. at: what to do when a stage reports, by stage's name."""

    def __init__(self) -> None:
        self.rendered: list[str] = []
        self.at: dict[str, Callable[[], Any]] = {}
        self.size = 1000
        """Bytes of each stream."""

    def plan(self, render: Render) -> tuple[PlannedSegment, ...]:
        self._happen("plan")
        return tuple(
            PlannedSegment(
                position=position,
                scene=0,
                key=hashlib.sha256(sentence.encode()).hexdigest(),
                utterance=SimpleNamespace(text=sentence),
                text=sentence,
                estimated_frames=FRAMES + 2,
            )
            for position, sentence in enumerate(render.spec["sentences"])
        )

    def render(
        self, spec: Any, planned: PlannedSegment, *, media: Any, out_dir: Path, report: Callable
    ) -> SegmentFiles:
        self.rendered.append(planned.text)
        self._tell(report, "speech", 0)
        for frame in range(FRAMES):
            self._tell(report, "face", frame + 1)
        self._tell(report, "write", FRAMES)
        files = {}
        for name in ("stream.ts", "audio.flac", "poster.jpg"):
            files[name] = out_dir / name
            files[name].write_bytes(planned.text.encode().ljust(self.size))
        return SegmentFiles(
            stream=files["stream.ts"],
            alpha=None,
            audio=files["audio.flac"],
            poster=files["poster.jpg"],
            words=(SimpleNamespace(text="word", start=0.0, end=0.2),),
            frames=FRAMES,
            duration=FRAMES / FPS,
            timing="aligned",
            seconds={"speech": 0.1, "face": 0.2},
        )

    def join(self, spec: Any, pieces: Iterable[Piece], out_dir: Path, *, report: Callable) -> JoinedFiles:
        pieces = tuple(pieces)
        out_dir.mkdir()
        for done in range(len(pieces)):
            self._happen("join")
            report(done + 1, len(pieces))
        files = {name: out_dir / name for name in ("video.mp4", "captions.vtt", "captions.srt", "poster.jpg")}
        whole = [piece.stream.read_text().strip() for piece in pieces]
        for file in files.values():
            file.write_text(json.dumps(whole))
        frames = sum(piece.frames for piece in pieces)
        return JoinedFiles(
            mp4=files["video.mp4"],
            webm=None,
            vtt=files["captions.vtt"],
            srt=files["captions.srt"],
            poster=files["poster.jpg"],
            frames=frames,
            duration=frames / FPS,
        )

    def speak(self, text: str, voice: Any, lexicon: dict[str, str], media: Any) -> bytes:
        self.rendered.append(f"heard {text} by {voice.key}")
        self._happen("speak")
        return b"RIFF" + text.encode()

    def _tell(self, report: Callable, stage: str, frames: int) -> None:
        self._happen(stage)
        # The watch looks at most four times a second; here every report is the first one after a while.
        report._looked = 0.0
        report(SegmentProgress(stage, frames, FRAMES, preview=b"jpeg" if frames == FRAMES else None))

    def _happen(self, stage: str) -> None:
        if (action := self.at.get(stage)) is not None:
            action()
