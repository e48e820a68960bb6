"""Preset faces and uploads that say the half minute of the measurements, rendered here with the pipeline."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rendering.bench.lipsync.film import Script
from rendering.bench.lipsync.kept import Kept, kept_background
from rendering.bench.scenes import Folder, Speaker, half_minute
from rendering.engines.errors import EngineError
from rendering.engines.speech.base import Phone, VoiceInfo
from rendering.engines.speech.registry import all_voices
from rendering.engines.talking_head.base import StillSource
from rendering.engines.talking_head.portrait.gap import solve
from rendering.engines.talking_head.portrait.performance import perform
from rendering.pipeline.actors import ActorCache
from rendering.pipeline.avatar import load, prepare_still, save
from rendering.pipeline.avatar_engines import AvatarEngines, shared_engines
from rendering.pipeline.join import Piece, join
from rendering.pipeline.narration import Narrator
from rendering.pipeline.plan import plan
from rendering.pipeline.segment import SegmentRenderer
from rendering.pipeline.spec import FormatSpec, RenderSpec
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
    """One face with one voice, as a file, what it was to say, and what its background was before encoding."""

    name: str
    path: Path
    script: Script
    kept: Kept


@dataclass(frozen=True)
class Studio:
    """What renders, kept warm from face to face; not thread-safe."""

    engines: AvatarEngines
    renderer: SegmentRenderer
    narrator: Narrator

    @classmethod
    def opened(cls, threads: int) -> "Studio":
        """threads: processor cores it may use. Raises ModelMissingError."""
        return cls(shared_engines(threads), SegmentRenderer(threads=threads), Narrator(threads=threads))


def faces(slugs: Sequence[str]) -> dict[str, Path]:
    """Pictures by name: of presets by slug, of the suite's uploads by theirs; `all` is every one. Raises
    EngineError for a strange one."""
    known = {entry["slug"]: FOLDER / entry["file"] for entry in read_list("avatars")} | UPLOADS
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
    face: str, picture: Path, speakers: Sequence[VoiceInfo], out: Path, studio: Studio
) -> Iterator[Take]:
    """Render a face with every voice into OUT/FACE-VOICE.mp4, before its own background.

    Equal arguments give equal files. Raises what the pipeline raises.
    """
    bundle = out / f"{face}.zip"
    save(prepare_still(picture, engines=studio.engines), bundle)
    atlas = "" if face in UPLOADS else face
    for voice in speakers:
        spec = half_minute(Speaker(picture, voice, atlas), bundle, FORMAT)
        yield _take(spec, f"{face}-{voice_slug(voice)}", out, studio)
    bundle.unlink()


def _take(spec: RenderSpec, name: str, out: Path, studio: Studio) -> Take:
    pieces: list[Piece] = []
    phones: list[Phone] = []
    intended = []
    media, work = Folder(out), out / f"{name}-work"
    for planned in plan(spec, media):
        before = sum(piece.frames for piece in pieces) / FORMAT.fps
        files = studio.renderer.render(
            spec, planned, media=media, out_dir=work / str(planned.position), report=lambda progress: None
        )
        # Equal arguments give equal speech: this is what the renderer heard, phones included.
        speech = studio.narrator.say(planned.utterance, spec.scenes[planned.scene].voice)
        played = perform(speech, files.frames, FORMAT.fps, seed=0)
        intended += [solve(played[index].mouth, 1.0, 0.0).opening for index in range(files.frames)]
        end = before + files.duration
        phones += [Phone(p.label, before + p.start, before + p.end) for p in speech.phones]
        phones.append(Phone("SIL", phones[-1].end, end))
        pieces.append(Piece(files.stream, files.alpha, files.audio, files.words, files.frames, planned.text))
    joined = join(spec, pieces, work / "joined", report=lambda done, total: None)
    path = joined.mp4.replace(out / f"{name}.mp4")
    shutil.rmtree(work)
    said = Script(_without_seams(phones), np.array(intended), aligned=True)
    return Take(name, path, said, _kept(spec, media, studio.narrator))


def _kept(spec: RenderSpec, media: Folder, narrator: Narrator) -> Kept:
    """The background behind the first sentence."""
    scene = spec.scenes[0]
    source = load(media.local_path(scene.avatar.bundle)).source
    if not isinstance(source, StillSource):
        raise EngineError("Only still pictures are measured. Name a preset or an upload of the suite.")
    staged = ActorCache().staged(scene, spec.format, media)
    speech = narrator.say(plan(spec, media)[0].utterance, scene.voice)
    frames = round(speech.duration * FORMAT.fps)
    chunks = staged.actor.animate(speech, frames=frames, fps=FORMAT.fps, seed=0)
    return kept_background(source, staged, spec.format.size, chunks)


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
