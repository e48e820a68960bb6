"""Segments are named by what they are made of, and by nothing else."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from rendering.engines.errors import EngineError, MediaError, ScriptError
from rendering.pipeline import audio, video
from rendering.pipeline import plan as planning
from rendering.pipeline.plan import plan
from rendering.pipeline.spec import (
    AvatarSpec,
    BackgroundSpec,
    FormatSpec,
    MediaRef,
    RenderSpec,
    SceneSpec,
    VoiceSpec,
)
from tests.pipeline.factories import Files, scene, spec, tone

BASE = scene("Call nginx now.", background=BackgroundSpec("image", media=MediaRef("c" * 64, "wall")))


def keys(whole: RenderSpec) -> list[str]:
    return [segment.key for segment in plan(whole, None)]


def changed(**changes: object) -> RenderSpec:
    return spec(replace(BASE, **changes))


@pytest.mark.parametrize(
    "other",
    [
        changed(script="Call nginx later."),
        changed(script="Call nginx now!"),
        changed(voice=VoiceSpec("kokoro", "af_heart")),
        changed(voice=VoiceSpec("hibari", "heart", speed=1.1)),
        changed(voice=VoiceSpec("hibari", "heart", pitch=1.0)),
        changed(avatar=replace(BASE.avatar, media=MediaRef("e" * 64, "photo"))),
        changed(avatar=replace(BASE.avatar, bundle=MediaRef("e" * 64, "bundle"))),
        changed(background=BackgroundSpec("keep")),
        changed(background=BackgroundSpec("image", media=MediaRef("f" * 64, "wall"))),
        changed(background=BackgroundSpec("colour", ("#123456",))),
        changed(layout="circle"),
        changed(title="Title"),
        changed(expression="serious"),
        changed(intensity=1.5),
        spec(BASE, format=FormatSpec(fps=30)),
        spec(BASE, format=FormatSpec(height=480)),
        spec(BASE, format=FormatSpec("9:16")),
        spec(BASE, burn_captions=True),
        spec(BASE, seed=1),
        spec(BASE, lexicon=(("nginx", "engine x"),)),
    ],
)
def test_whatever_changes_the_result_changes_the_key(other: RenderSpec) -> None:
    assert keys(other) != keys(spec(BASE))


@pytest.mark.parametrize(
    "other",
    [
        changed(avatar=replace(BASE.avatar, media=MediaRef("a" * 64, "elsewhere"), name="Anna")),
        changed(background=BackgroundSpec("image", media=MediaRef("c" * 64, "another name"))),
        spec(BASE, lexicon=(("apache", "a patchy"),)),
        changed(script="  Call nginx now.  "),
    ],
)
def test_names_places_and_foreign_words_do_not(other: RenderSpec) -> None:
    assert keys(other) == keys(spec(BASE))


def test_a_cloned_voice_counts_by_the_content_of_its_file() -> None:
    def spoken_with(sha256: str, name: str) -> list[str]:
        return keys(changed(voice=VoiceSpec("lina", "cloned", reference=MediaRef(sha256, name))))

    first = spoken_with("d" * 64, "1/voice/one.safetensors")
    assert first == spoken_with("d" * 64, "1/voice/other.safetensors")
    assert first != spoken_with("e" * 64, "1/voice/one.safetensors")
    assert first != keys(changed(voice=VoiceSpec("lina", "cloned")))


def test_a_sentence_has_the_same_key_wherever_it_stands() -> None:
    first = plan(spec(scene("One thing. Another thing.")), None)
    second = plan(spec(scene("Something else."), scene("Another thing. One thing.")), None)
    assert {segment.key for segment in first} <= {segment.key for segment in second}
    assert [segment.position for segment in second] == [0, 1, 2]
    assert [segment.scene for segment in second] == [0, 1, 1]


def test_versions_of_engines_pipeline_and_encoder_count(monkeypatch: pytest.MonkeyPatch) -> None:
    before = keys(spec(BASE))
    monkeypatch.setattr(planning, "PIPELINE_VERSION", planning.PIPELINE_VERSION + 1)
    assert keys(spec(BASE)) != before
    monkeypatch.undo()
    monkeypatch.setitem(video.H264, "crf", "30")
    assert keys(spec(BASE)) != before
    monkeypatch.undo()
    assert keys(spec(BASE)) == before


def test_a_plan_estimates_how_long_it_takes() -> None:
    short, long = plan(spec(scene("Hi. This sentence says quite a bit more than the first one did.")), None)
    assert 0 < short.estimated_frames < long.estimated_frames < 25 * 15


def test_what_cannot_be_planned_says_why() -> None:
    with pytest.raises(ScriptError, match="nothing to say"):
        plan(spec(scene("🎉")), None)
    with pytest.raises(EngineError, match="no speech engine called parrot"):
        plan(spec(scene(voice=VoiceSpec("parrot", "polly"))), None)
    with pytest.raises(EngineError, match="no talking head engine called statue"):
        plan(spec(scene(avatar=AvatarSpec("still", *[MediaRef("a" * 64, "x")] * 2, head="statue"))), None)
    with pytest.raises(MediaError, match="Upload it once more"):
        plan(spec(scene(recording=MediaRef("d" * 64, "talk.flac"))), None)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[SceneSpec, Files]:
    """Half a minute: a tone, with a pause every five seconds."""
    folder = tmp_path_factory.mktemp("recording")
    parts = [audio.conform(tone(4.3), 24_000, frames=125, fps=25) for _ in range(6)]
    audio.write_flac(np.concatenate(parts), folder / "talk.flac")
    return scene("", recording=MediaRef("d" * 64, "talk.flac")), Files(folder)


def test_a_recording_is_planned_in_spans_without_gaps_of_whole_frames(
    recorded: tuple[SceneSpec, Files],
) -> None:
    whole, media = recorded
    segments = plan(spec(whole), media)
    spans = [segment.recording_span for segment in segments]
    assert len(segments) >= 3
    assert spans[0][0] == 0
    assert spans[-1][1] == pytest.approx(30, abs=0.01)
    assert all(first[1] == second[0] for first, second in pairwise(spans))
    assert all((start * 25) == pytest.approx(round(start * 25)) for start, _ in spans)
    assert len({segment.key for segment in segments}) == len(segments)


def test_another_recording_makes_other_segments(recorded: tuple[SceneSpec, Files]) -> None:
    whole, media = recorded
    other = replace(whole, recording=MediaRef("e" * 64, "talk.flac"))
    assert plan(spec(whole), media)[0].key != plan(spec(other), media)[0].key


def test_text_that_cannot_be_drawn_is_refused_before_anything_is_rendered() -> None:
    japanese = replace(BASE, script="こんにちは。", voice=VoiceSpec("kokoro", "jf_alpha", "ja"))
    with pytest.raises(ScriptError, match="Captions in the picture cannot show “こ”"):
        plan(spec(japanese, burn_captions=True), None)
    assert plan(spec(japanese), None)
    with pytest.raises(ScriptError, match="The title cannot show “今”"):
        plan(changed(layout="card-left", title="今日"), None)
    assert plan(changed(layout="full", title="今日"), None)
