"""One sentence through the whole machine, with the real engines."""

from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image as Pillow

from rendering.engines.errors import Cancelled, MediaError
from rendering.pipeline import audio
from rendering.pipeline import segment as segments
from rendering.pipeline.avatar import prepare_still, save
from rendering.pipeline.join import Piece, join
from rendering.pipeline.plan import PlannedSegment, plan
from rendering.pipeline.probe import probe
from rendering.pipeline.scratch import DiskFullError
from rendering.pipeline.segment import SegmentFiles, SegmentProgress, SegmentRenderer
from rendering.pipeline.spec import (
    AvatarSpec,
    BackgroundSpec,
    FormatSpec,
    MediaRef,
    RenderSpec,
    VoiceSpec,
)
from tests.pipeline.factories import Files, scene, spec

PRESET = Path(__file__).parents[2] / "studio" / "presets" / "avatars" / "claire.webp"
SMALL = FormatSpec(height=480)

pytestmark = pytest.mark.models


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Files:
    folder = tmp_path_factory.mktemp("media")
    with Pillow.open(PRESET) as portrait:
        portrait.convert("RGB").resize((960, 540)).save(folder / "photo", "PNG")
    save(prepare_still(folder / "photo", widen=False), folder / "bundle")
    return Files(folder)


@pytest.fixture(scope="module")
def renderer() -> SegmentRenderer:
    warm = SegmentRenderer(threads=2)
    warm.warm_up()
    return warm


def whole(script: str = "Good morning, Anna.", **changes: object) -> RenderSpec:
    return spec(scene(script, **changes), format=SMALL)


def silent(progress: SegmentProgress) -> None:
    """A report that nobody reads."""


def render(
    renderer: SegmentRenderer, wanted: RenderSpec, media: Files, out_dir: Path, index: int = 0
) -> tuple[PlannedSegment, SegmentFiles]:
    planned = plan(wanted, media)[index]
    return planned, renderer.render(wanted, planned, media=media, out_dir=out_dir, report=silent)


def test_a_sentence_becomes_a_segment_of_whole_frames(
    renderer: SegmentRenderer, media: Files, tmp_path: Path
) -> None:
    _, files = render(renderer, whole(), media, tmp_path)
    info = probe(files.stream)
    sound = np.concatenate(list(audio.read_blocks(files.audio)))
    assert (info.width, info.height, info.fps, info.frames) == (*SMALL.size, 25, files.frames)
    assert len(sound) == files.frames * audio.samples_per_frame(25)
    assert files.duration == files.frames / 25
    assert [word.text for word in files.words] == ["Good", "morning,", "Anna."]
    assert files.timing == "aligned"
    assert not info.silent
    assert set(files.seconds) == {"speech", "prepare", "face", "write"}
    with Pillow.open(files.poster) as poster:
        assert poster.size == SMALL.size


def test_the_same_inputs_give_the_same_pictures_and_sound(
    renderer: SegmentRenderer, media: Files, tmp_path: Path
) -> None:
    first = render(renderer, whole(), media, tmp_path / "a")[1]
    second = render(SegmentRenderer(), whole(), media, tmp_path / "b")[1]
    assert first.stream.read_bytes() == second.stream.read_bytes()
    assert first.audio.read_bytes() == second.audio.read_bytes()


def test_the_face_moves_while_it_speaks_and_rests_at_both_ends(
    renderer: SegmentRenderer, media: Files, tmp_path: Path
) -> None:
    _, files = render(renderer, whole(background=BackgroundSpec("keep")), media, tmp_path)
    with av.open(str(files.stream)) as container:
        frames = [frame.to_ndarray(format="rgb24").astype(int) for frame in container.decode(video=0)]
    moved = [np.abs(frame - frames[0]).mean() for frame in frames]
    assert max(moved) > 1.0
    assert moved[-1] < 0.5 * max(moved)


def test_progress_counts_frames_and_shows_a_picture(
    renderer: SegmentRenderer, media: Files, tmp_path: Path
) -> None:
    wanted, reports = whole(), []
    planned = plan(wanted, media)[0]
    files = renderer.render(wanted, planned, media=media, out_dir=tmp_path, report=reports.append)
    done = [report.frames_done for report in reports]
    assert [reports[0].stage, reports[1].stage, reports[-1].stage] == ["speech", "face", "write"]
    assert done == sorted(done)
    assert (reports[-1].frames_done, reports[-1].frames_total) == (files.frames, files.frames)
    assert any(report.preview and report.preview.startswith(b"\xff\xd8") for report in reports)


@pytest.mark.parametrize("stage", ["speech", "face", "write"])
def test_cancelling_in_any_stage_leaves_nothing(
    renderer: SegmentRenderer, media: Files, tmp_path: Path, stage: str
) -> None:
    def cancel(progress: SegmentProgress) -> None:
        if progress.stage == stage and (stage != "face" or progress.frames_done):
            raise Cancelled

    wanted = whole()
    with pytest.raises(Cancelled):
        renderer.render(wanted, plan(wanted, media)[0], media=media, out_dir=tmp_path, report=cancel)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_in_mid_segment_is_a_plain_sentence_and_leaves_nothing(
    renderer: SegmentRenderer, media: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The kernel's own full device in place of the stream's file.
    monkeypatch.setattr(segments, "STREAM", "/dev/full")
    wanted = whole()
    with pytest.raises(DiskFullError, match="disk is full"):
        renderer.render(wanted, plan(wanted, media)[0], media=media, out_dir=tmp_path, report=silent)
    assert list(tmp_path.iterdir()) == []


def test_a_transparent_scene_has_an_alpha_video_of_the_same_length(
    renderer: SegmentRenderer, media: Files, tmp_path: Path
) -> None:
    wanted = whole("Hi.", background=BackgroundSpec("transparent"))
    planned, files = render(renderer, wanted, media, tmp_path)
    info = probe(files.alpha)
    assert info.alpha
    assert info.frames == files.frames
    piece = Piece(files.stream, files.alpha, files.audio, files.words, files.frames, planned.text)
    joined = join(wanted, [piece], tmp_path / "out", report=lambda done, total: None)
    assert probe(joined.webm).frames == files.frames


def test_a_recording_replaces_the_voice(renderer: SegmentRenderer, media: Files, tmp_path: Path) -> None:
    voice = VoiceSpec("hibari", "heart")
    wav = renderer.speak("This sentence was recorded. It has a transcript.", voice, {})
    (media.folder / "talk.wav").write_bytes(wav)
    wanted = whole(
        "This sentence was recorded. It has a transcript.", recording=MediaRef("7" * 64, "talk.wav")
    )
    _, files = render(renderer, wanted, media, tmp_path)
    heard = np.concatenate(list(audio.read_blocks(files.audio)))
    assert files.timing == "aligned"
    assert [word.text for word in files.words][-1] == "transcript."
    assert np.abs(heard).max() > 3000


def test_a_lexicon_changes_what_is_heard_and_not_what_is_shown(
    renderer: SegmentRenderer, media: Files, tmp_path: Path
) -> None:
    plain = whole("Ask Siobhan.")
    respelled = replace(plain, lexicon=(("siobhan", "shivawn"),))
    shown, said = (
        render(renderer, plain, media, tmp_path / "a"),
        render(renderer, respelled, media, tmp_path / "b"),
    )
    assert shown[0].key != said[0].key
    assert [word.text for word in shown[1].words] == [word.text for word in said[1].words]
    assert shown[1].audio.read_bytes() != said[1].audio.read_bytes()


def test_a_missing_bundle_is_said_plainly(renderer: SegmentRenderer, media: Files, tmp_path: Path) -> None:
    (media.folder / "torn").write_bytes(b"half a file")
    torn = AvatarSpec("still", MediaRef("a" * 64, "photo"), MediaRef("9" * 64, "torn"))
    with pytest.raises(MediaError, match="damaged"):
        render(renderer, whole(avatar=torn), media, tmp_path)


def test_a_preview_is_a_wav_file(renderer: SegmentRenderer) -> None:
    assert renderer.speak("Hello.", VoiceSpec("hibari", "heart"), {}).startswith(b"RIFF")


def test_an_expression_is_seen_and_two_faces_do_not_move_alike(
    renderer: SegmentRenderer, media: Files, tmp_path: Path
) -> None:
    other = AvatarSpec("still", MediaRef("e" * 64, "photo"), MediaRef("b" * 64, "bundle"))
    posters = set()
    for name, changes in {
        "calm": {},
        "friendly": {"expression": "friendly"},
        "other": {"avatar": other},
    }.items():
        _, files = render(renderer, whole("Hi.", **changes), media, tmp_path / name)
        posters.add(files.poster.read_bytes())
    assert len(posters) == 3
