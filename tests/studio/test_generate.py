import threading
from uuid import uuid4

import pytest
from django.db import connection

from avatarlab.errors import Conflict, QuotaExceeded, UserError
from rendering.models import Render
from rendering.pipeline import spec as pipeline
from studio import services
from studio.models import Avatar, Background
from studio.spec import SPEC_VERSION
from tests import factories


@pytest.fixture
def owner():
    return factories.user()


@pytest.fixture
def project(owner):
    return factories.project(owner)


def test_a_render_is_a_snapshot_that_the_pipeline_reads(owner, project) -> None:
    scene = project.scenes.get()
    scene.background = factories.background(owner, kind=Background.Kind.IMAGE)
    scene.save()
    services.set_pronunciation(owner=owner, word="Xochitl", spoken="SO cheel")

    render = services.request_render(owner=owner, project=project)

    spec = pipeline.from_json(render.spec)
    [made] = spec.scenes
    assert made.script == "Hello there."
    assert made.avatar.media == pipeline.MediaRef(scene.avatar.sha256, scene.avatar.media.name)
    assert made.avatar.bundle == pipeline.MediaRef(scene.avatar.bundle_sha256, scene.avatar.bundle.name)
    assert made.background.media == pipeline.MediaRef(scene.background.sha256, scene.background.media.name)
    assert made.voice == pipeline.VoiceSpec("hibari", "af_heart", "en-us", 1.0, 0.0)
    assert spec.lexicon == (("xochitl", "SO cheel"),)
    assert pipeline.to_json(spec)["scenes"][0]["avatar"] == render.spec["scenes"][0]["avatar"]


def test_a_scene_without_background_keeps_the_picture(owner, project) -> None:
    project.scenes.update(background=None)
    render = services.request_render(owner=owner, project=project)
    assert pipeline.from_json(render.spec).scenes[0].background == pipeline.BackgroundSpec(kind="keep")


def test_the_spec_version_is_the_pipelines() -> None:
    assert SPEC_VERSION == pipeline.SPEC_VERSION


def test_later_changes_do_not_reach_the_render(owner, project) -> None:
    render = services.request_render(owner=owner, project=project)
    services.update_project(project=project, scenes=[{"script": "Something else."}])
    render.refresh_from_db()
    assert render.spec["scenes"][0]["script"] == "Hello there."


@pytest.mark.parametrize(
    ("script", "title"),
    [
        ("Good morning everybody. Today is a good day.", "Good morning everybody"),
        ("Is it 3.5 metres? Yes.", "Is it 3.5 metres?"),
        ("It costs $5, said Dr. Smith. Mrs. Jones agreed.", "It costs $5, said Dr. Smith"),
        ("word " * 20, "word " * 11 + "word…"),
    ],
)
def test_a_video_without_title_is_called_by_its_first_sentence(owner, script, title) -> None:
    project = factories.project(owner, title="", script=script)
    assert services.request_render(owner=owner, project=project).title == title


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        ("", "The script is empty"),
        ("😀 🎉", "There is nothing to say: the script has no words."),
        ("ha " * 6667, "it has 20,001 characters, one video takes 20,000"),
    ],
)
def test_scripts_that_cannot_be_spoken_are_refused(owner, script: str, sentence: str) -> None:
    project = factories.project(owner, script=script)
    with pytest.raises(UserError, match=sentence):
        services.request_render(owner=owner, project=project)
    assert not Render.objects.exists()


def test_the_limit_is_for_all_scenes_together(owner) -> None:
    scenes = [{"script": "ha " * 4000, "avatar": factories.avatar().pk, "voice": factories.voice().pk}] * 2
    project = services.create_project(owner=owner, scenes=scenes)
    with pytest.raises(UserError, match="it has 24,000 characters"):
        services.request_render(owner=owner, project=project)


def test_a_scene_with_a_recording_needs_no_words(owner) -> None:
    project = factories.project(owner, script="")
    factories.stored(project.scenes.get(), "recording", suffix="wav")
    render = services.request_render(owner=owner, project=project)
    assert pipeline.from_json(render.spec).scenes[0].recording.name.endswith(".wav")


def test_a_video_needs_an_avatar(owner, project) -> None:
    project.scenes.update(avatar=None)
    with pytest.raises(UserError, match="Choose an avatar"):
        services.request_render(owner=owner, project=project)


def test_an_avatar_that_is_being_checked_is_waited_for(owner, project) -> None:
    project.scenes.update(avatar=factories.avatar(owner, name="Mia", state=Avatar.State.CHECKING))
    with pytest.raises(Conflict, match="Mia is still being checked"):
        services.request_render(owner=owner, project=project)


def test_a_refused_avatar_says_why(owner, project) -> None:
    avatar = factories.avatar(
        owner, name="Mia", state=Avatar.State.REFUSED, problem="There is no face in it."
    )
    project.scenes.update(avatar=avatar)
    with pytest.raises(UserError, match=r"Mia cannot be used\. There is no face in it\."):
        services.request_render(owner=owner, project=project)


def test_a_voice_whose_model_is_missing_is_refused_not_replaced(owner, project) -> None:
    problem = "It needs the model kokoro-int8. Run: python manage.py models pull kokoro-int8"
    project.scenes.update(voice=factories.voice(name="Heart", problem=problem))
    with pytest.raises(UserError, match=r"The voice Heart is not available\. It needs the model kokoro-int8"):
        services.request_render(owner=owner, project=project)


def test_a_preset_that_was_withdrawn_is_refused(owner, project) -> None:
    Avatar.objects.update(is_active=False)
    with pytest.raises(UserError, match="Choose an avatar"):
        services.request_render(owner=owner, project=project)


def test_two_clicks_make_one_render(owner, project) -> None:
    first = services.request_render(owner=owner, project=project)
    second = services.request_render(owner=owner, project=project)
    assert first == second
    assert Render.objects.count() == 1


def test_changed_words_make_a_second_render(owner, project) -> None:
    first = services.request_render(owner=owner, project=project)
    services.update_project(project=project, scenes=[{**scene_of(project), "script": "Other words."}])
    assert services.request_render(owner=owner, project=project) != first


def test_a_finished_video_can_be_made_again(owner, project) -> None:
    first = services.request_render(owner=owner, project=project)
    Render.objects.update(state=Render.State.DONE)
    assert services.request_render(owner=owner, project=project) != first


@pytest.mark.django_db(transaction=True)
def test_two_clicks_in_the_same_instant_make_one_render() -> None:
    project = factories.project()
    start = threading.Barrier(4)
    answers: list[object] = []

    def click() -> None:
        try:
            start.wait()
            answers.append(services.request_render(owner=project.owner, project=project).pk)
        except Exception as error:
            answers.append(error)
        finally:
            connection.close()

    clicks = [threading.Thread(target=click) for _ in range(4)]
    for thread in clicks:
        thread.start()
    for thread in clicks:
        thread.join()
    assert answers == [Render.objects.get().pk] * 4


def test_a_key_brings_back_its_render_even_when_that_is_done(owner, project) -> None:
    first = services.request_render(owner=owner, project=project, idempotency_key="k1")
    Render.objects.update(state=Render.State.DONE)
    assert services.request_render(owner=owner, project=project, idempotency_key="k1") == first


def test_a_key_with_other_content_is_a_conflict(owner, project) -> None:
    services.request_render(owner=owner, project=project, idempotency_key="k1")
    services.update_project(project=project, title="Another title")
    with pytest.raises(Conflict, match="idempotency key"):
        services.request_render(owner=owner, project=project, idempotency_key="k1")


def test_keys_of_different_people_are_different_keys(owner, project) -> None:
    services.request_render(owner=owner, project=project, idempotency_key="k1")
    other = factories.project()
    services.request_render(owner=other.owner, project=other, idempotency_key="k1")
    assert Render.objects.count() == 2


@pytest.mark.parametrize("key", ["k" * 201, "ключ", "a\x00b"])
def test_strange_keys_are_refused(owner, project, key: str) -> None:
    with pytest.raises(UserError, match="idempotency key"):
        services.request_render(owner=owner, project=project, idempotency_key=key)


def test_scenes_sent_twice_with_a_key_leave_one_project(owner) -> None:
    scenes = [{"script": "Hi there.", "avatar": factories.avatar().pk, "voice": factories.voice().pk}]
    key = str(uuid4())
    first = services.request_render_of(owner=owner, scenes=scenes, idempotency_key=key)
    second = services.request_render_of(owner=owner, scenes=scenes, idempotency_key=key)
    assert first == second
    assert [first.project] == list(owner.projects.all())


def test_renders_on_their_way_are_limited(owner, settings) -> None:
    settings.MAX_ACTIVE_RENDERS = 2
    for script in ("One.", "Two."):
        services.request_render(owner=owner, project=factories.project(owner, script=script))
    with pytest.raises(QuotaExceeded, match="2 of your videos are waiting or being rendered, and 2 can be"):
        services.request_render(owner=owner, project=factories.project(owner, script="Three."))


def test_the_admin_can_give_somebody_more(owner, project) -> None:
    owner.max_active_renders = 0
    owner.save()
    with pytest.raises(QuotaExceeded):
        services.request_render(owner=owner, project=project)


def test_nothing_starts_when_the_storage_is_full(owner, project) -> None:
    owner.max_storage_mb = 1
    owner.save()
    factories.stored(factories.render(owner, state=Render.State.DONE), "video", bytes(1_000_000))
    with pytest.raises(QuotaExceeded, match="Your storage is full: 1 of 1 MB"):
        services.request_render(owner=owner, project=project)


def scene_of(project) -> dict:
    scene = project.scenes.get()
    return {"script": scene.script, "avatar": scene.avatar_id, "voice": scene.voice_id}
