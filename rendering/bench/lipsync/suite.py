"""Preset faces that say the half minute of the measurements, rendered here with the pipeline."""

import hashlib
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rendering.bench import script
from rendering.bench.lipsync.film import Script
from rendering.engines.errors import EngineError
from rendering.engines.speech.base import Phone, VoiceInfo
from rendering.engines.speech.registry import all_voices
from rendering.engines.talking_head.portrait.gap import solve
from rendering.engines.talking_head.portrait.performance import perform
from rendering.pipeline.avatar import prepare_still, save
from rendering.pipeline.avatar_engines import AvatarEngines
from rendering.pipeline.join import Piece, join
from rendering.pipeline.narration import Narrator
from rendering.pipeline.plan import plan
from rendering.pipeline.segment import SegmentRenderer
from rendering.pipeline.spec import (
    AvatarSpec,
    BackgroundSpec,
    FormatSpec,
    MediaRef,
    RenderSpec,
    SceneSpec,
    VoiceSpec,
)
from studio.seeding.shipped import FOLDER, read_list, voice_slug

AVATARS = (
    *("claire", "mei", "amara", "maya", "gabriela", "ruth"),
    *("kwame", "arjun", "lukas", "mateo", "robert", "walter"),
)
"""Women and men from their twenties to their sixties, skin and hair dark and light, a beard short and full;
`all` measures every preset."""
UPLOADS = {name: Path(__file__).parent / "faces" / f"{name}.webp" for name in ("closed", "smile", "glasses")}
"""Pictures that are no presets: closed lips, a smile with teeth, glasses and a beard. See faces/README.md."""
VOICES = ("hibari-heart", "kokoro-am-michael")
FORMAT = FormatSpec(aspect="1:1", height=512, fps=25)


@dataclass(frozen=True)
class Take:
    """One face with one voice, as a file, and what it was to say."""

    name: str
    path: Path
    script: Script


@dataclass(frozen=True)
class _Folder:
    """A MediaSource whose names are files of a folder."""

    folder: Path

    def local_path(self, ref: MediaRef) -> Path:
        return self.folder / ref.name


def presets(slugs: Sequence[str]) -> dict[str, Path]:
    """Pictures of preset faces by slug; `all` is every one. Raises EngineError for a strange one."""
    known = {entry["slug"]: FOLDER / entry["file"] for entry in read_list("avatars")}
    wanted = list(known) if "all" in slugs else slugs
    if strange := [slug for slug in wanted if slug not in known]:
        raise EngineError(f"There is no preset {', '.join(strange)}. There are {', '.join(known)}.")
    return {slug: known[slug] for slug in wanted}


def voices(slugs: Sequence[str]) -> list[VoiceInfo]:
    """Voices by the slugs of their presets. Raises EngineError for one that does not exist."""
    known = {voice_slug(voice): voice for voice in all_voices()}
    if strange := [slug for slug in slugs if slug not in known]:
        raise EngineError(f"There is no voice {', '.join(strange)}. Try {' or '.join(VOICES)}.")
    return [known[slug] for slug in slugs]


def takes(
    faces: dict[str, Path], speakers: Sequence[VoiceInfo], out: Path, engines: AvatarEngines, *, threads: int
) -> Iterator[Take]:
    """Render every face with every voice into OUT/FACE-VOICE.mp4, before its own background.

    Equal arguments give equal files. Raises what the pipeline raises.
    """
    renderer, narrator = SegmentRenderer(threads=threads), Narrator(threads=threads)
    for face, picture in faces.items():
        bundle = out / f"{face}.zip"
        save(prepare_still(picture, engines=engines), bundle)
        avatar = AvatarSpec("still", _ref(picture), _ref(bundle), face, atlas=face)
        for voice in speakers:
            spec = _spec(avatar, voice)
            name = f"{face}-{voice_slug(voice)}"
            yield _take(spec, name, out, renderer, narrator)
        bundle.unlink()


def _ref(path: Path) -> MediaRef:
    return MediaRef(hashlib.sha256(path.read_bytes()).hexdigest(), path.name)


def _spec(avatar: AvatarSpec, voice: VoiceInfo) -> RenderSpec:
    scene = SceneSpec(
        script.half_minute(),
        VoiceSpec(voice.engine, voice.key, voice.language),
        avatar,
        BackgroundSpec("keep"),
    )
    return RenderSpec((scene,), FORMAT)


def _take(spec: RenderSpec, name: str, out: Path, renderer: SegmentRenderer, narrator: Narrator) -> Take:
    pieces: list[Piece] = []
    phones: list[Phone] = []
    intended = []
    media, work = _Folder(out), out / f"{name}-work"
    for planned in plan(spec, media):
        before = sum(piece.frames for piece in pieces) / FORMAT.fps
        files = renderer.render(
            spec, planned, media=media, out_dir=work / str(planned.position), report=lambda progress: None
        )
        # Equal arguments give equal speech: this is what the renderer heard, phones included.
        speech = narrator.say(planned.utterance, spec.scenes[planned.scene].voice)
        played = perform(speech, files.frames, FORMAT.fps, seed=0)
        intended += [solve(played[index].mouth, 1.0, 0.0).opening for index in range(files.frames)]
        end = before + files.duration
        phones += [Phone(p.label, before + p.start, before + p.end) for p in speech.phones]
        phones.append(Phone("SIL", phones[-1].end, end))
        pieces.append(Piece(files.stream, files.alpha, files.audio, files.words, files.frames, planned.text))
    joined = join(spec, pieces, work / "joined", report=lambda done, total: None)
    path = joined.mp4.replace(out / f"{name}.mp4")
    shutil.rmtree(work)
    return Take(name, path, Script(_without_seams(phones), np.array(intended), aligned=True))


def _without_seams(phones: Sequence[Phone]) -> tuple[Phone, ...]:
    """The silence at the end of a sentence and at the beginning of the next are one."""
    joined: list[Phone] = []
    for phone in phones:
        if phone.end <= phone.start:
            continue
        if joined and joined[-1].label == phone.label == "SIL":
            joined[-1] = Phone("SIL", joined[-1].start, phone.end)
        else:
            joined.append(phone)
    return tuple(joined)
