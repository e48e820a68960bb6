import json

import pytest

from rendering.pipeline.spec import (
    BackgroundSpec,
    FormatSpec,
    MediaRef,
    RenderSpec,
    VoiceSpec,
    from_json,
    to_json,
)
from tests.pipeline.factories import scene, spec

FULL = spec(
    scene(
        "One. Two.",
        voice=VoiceSpec("kokoro", "am_adam", "en-us", 1.2, -2.0),
        background=BackgroundSpec("image", media=MediaRef("c" * 64, "wall.webp")),
        layout="card-left",
        title="Title",
        expression="friendly",
        intensity=1.4,
        recording=MediaRef("d" * 64, "talk.m4a"),
    ),
    scene("Three.", background=BackgroundSpec("gradient", ("#000000", "#ffffff"), 45.0)),
    format=FormatSpec("9:16", 1080, 30),
    burn_captions=True,
    lexicon=(("nginx", "engine x"),),
    seed=9,
)


@pytest.mark.parametrize("whole", [spec(), FULL])
def test_a_spec_survives_json(whole: RenderSpec) -> None:
    assert from_json(json.loads(json.dumps(to_json(whole)))) == whole


def test_a_spec_from_before_expressions_is_calm() -> None:
    old = to_json(FULL)
    for each in old["scenes"]:
        del each["expression"], each["intensity"]
    assert [(each.expression, each.intensity) for each in from_json(old).scenes] == [("calm", 1.0)] * 2


def test_a_spec_with_a_cloned_voice_survives_json() -> None:
    voice = VoiceSpec("lina", "cloned", reference=MediaRef("d" * 64, "1/voice/me.safetensors"))
    whole = spec(scene(voice=voice))
    assert from_json(json.loads(json.dumps(to_json(whole)))) == whole


def test_a_spec_from_before_cloned_voices_has_none() -> None:
    stored = to_json(spec(scene()))
    del stored["scenes"][0]["voice"]["reference"]
    assert from_json(stored).scenes[0].voice.reference is None


def test_a_spec_of_another_version_is_refused() -> None:
    with pytest.raises(ValueError, match="version 99"):
        from_json(to_json(FULL) | {"version": 99})


@pytest.mark.parametrize(
    ("aspect", "height", "size"),
    [
        ("16:9", 720, (1280, 720)),
        ("9:16", 720, (720, 1280)),
        ("1:1", 480, (480, 480)),
        ("4:5", 1080, (1080, 1350)),
        ("16:9", 480, (854, 480)),
    ],
)
def test_the_height_is_the_shorter_side(aspect: str, height: int, size: tuple[int, int]) -> None:
    assert FormatSpec(aspect, height).size == size
