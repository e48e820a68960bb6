from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command

from rendering.engines.speech import registry
from rendering.pipeline.avatar_engines import shared_engines
from studio.models import Avatar, Background, Voice
from studio.seeding import avatars, backgrounds, shipped, voices


def silent(_: str) -> None:
    """What seeding says is not what these tests are about."""


@pytest.fixture
def one_face(monkeypatch) -> None:
    """The first shipped face only: each costs seconds."""
    [entry, *_] = shipped.read_list("avatars")
    monkeypatch.setattr(avatars, "read_list", lambda _: [entry])


@pytest.fixture
def no_models(monkeypatch, tmp_path: Path):
    monkeypatch.setenv("AVATARLAB_MODELS", str(tmp_path))
    shared_engines.cache_clear()
    yield
    shared_engines.cache_clear()


def test_every_voice_is_listed() -> None:
    voices.seed_voices(silent)
    assert Voice.objects.count() == len(registry.all_voices()) > 55


def test_every_voice_that_a_checkout_can_speak_with_can_be_heard_before() -> None:
    voices.seed_voices(silent)
    heard = Voice.objects.exclude(sample="")
    assert all(voice.sample.size > 5_000 for voice in heard)
    wanted = [voice for voice in registry.all_voices() if voice.engine in ("hibari", "kokoro", "piper")]
    assert set(heard.values_list("slug", flat=True)) == {shipped.voice_slug(voice) for voice in wanted}


def test_a_voice_that_nobody_recorded_has_no_sample() -> None:
    voices.seed_voices(silent)
    kore = Voice.objects.get(slug="google-en-US-Chirp3-HD-Kore")
    assert not kore.sample
    assert kore.problem == "It needs GOOGLE_APPLICATION_CREDENTIALS in the environment."


def test_a_voice_without_its_model_says_what_it_needs(no_models) -> None:
    voices.seed_voices(silent)
    assert Voice.objects.get(slug="hibari-heart").problem == ""
    problem = Voice.objects.get(slug="kokoro-af-heart").problem
    assert problem.startswith("It needs kokoro-int8 and kokoro-voice-af_heart")
    assert "manage.py models pull kokoro-int8" in problem


def test_backgrounds_are_at_least_twelve_of_several_kinds() -> None:
    backgrounds.seed_backgrounds(silent)
    rows = Background.objects.filter(owner=None)
    assert rows.count() >= 12
    assert {"keep", "colour", "gradient", "image", "blur", "transparent"} <= {row.kind for row in rows}
    for row in rows.filter(kind="image"):
        assert row.media.size > 0
        assert row.thumbnail.size < 60_000


def test_seeding_again_changes_nothing_that_an_admin_changed() -> None:
    backgrounds.seed_backgrounds(silent)
    voices.seed_voices(silent)
    Background.objects.filter(slug="studio-light").update(name="Our studio", is_active=False)
    Voice.objects.filter(slug="hibari-heart").update(name="House voice", position=7)
    before = [row.media.name for row in Background.objects.all()]
    backgrounds.seed_backgrounds(silent)
    voices.seed_voices(silent)
    assert [row.media.name for row in Background.objects.all()] == before
    row = Background.objects.get(slug="studio-light")
    assert (row.name, row.is_active) == ("Our studio", False)
    voice = Voice.objects.get(slug="hibari-heart")
    assert (voice.name, voice.position) == ("House voice", 7)


def test_a_picture_that_changed_takes_the_place_of_the_old() -> None:
    backgrounds.seed_backgrounds(silent)
    row = Background.objects.get(slug="studio-light")
    old = row.media.name
    Background.objects.filter(pk=row.pk).update(sha256="0" * 64)
    backgrounds.seed_backgrounds(silent)
    row.refresh_from_db()
    assert row.sha256 != "0" * 64
    assert default_storage.exists(row.media.name)
    assert not default_storage.exists(old)


@pytest.mark.models
def test_a_shipped_face_becomes_an_avatar_that_is_ready(one_face) -> None:
    avatars.seed_avatars(silent)
    avatar = Avatar.objects.get()
    assert (avatar.owner, avatar.state, avatar.warnings) == (None, "ready", [])
    assert avatar.bundle.size > 0
    assert avatar.thumbnail.size > 0
    bundle = avatar.bundle.name
    avatars.seed_avatars(silent)
    assert Avatar.objects.get().bundle.name == bundle, "prepared once"


def test_a_face_without_the_models_waits_and_says_what_it_needs(one_face, no_models) -> None:
    avatars.seed_avatars(silent)
    avatar = Avatar.objects.get()
    assert avatar.state == "checking"
    assert "manage.py models pull" in avatar.problem


def test_a_face_seeded_before_there_were_atlases_gets_its_own(one_face, no_models) -> None:
    avatars.seed_avatars(silent)
    Avatar.objects.update(atlas="")
    avatars.seed_avatars(silent)
    assert Avatar.objects.get().atlas == "claire"
    Avatar.objects.update(atlas="mei")
    avatars.seed_avatars(silent)
    assert Avatar.objects.get().atlas == "mei", "what an admin chose stays"


def test_the_command_seeds_all_three(one_face, no_models, capsys) -> None:
    call_command("seed")
    said = capsys.readouterr().out
    assert all(word in said for word in ("Backgrounds: ", "Voices: ", "Avatars: "))
