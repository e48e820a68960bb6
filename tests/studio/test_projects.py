from uuid import uuid4

import pytest
from django.core.files.storage import default_storage

from avatarlab.errors import NotFound, UserError
from studio import services
from studio.models import Project, Scene
from tests import factories


@pytest.fixture
def owner():
    return factories.user()


def test_a_project_is_made_with_its_scenes(owner) -> None:
    avatar, voice, background = factories.avatar(), factories.voice(), factories.background(owner)
    project = services.create_project(
        owner=owner,
        title="Welcome",
        aspect="9:16",
        height=1080,
        scenes=[
            {
                "script": "Hello.",
                "avatar": str(avatar.pk),
                "voice": voice.pk,
                "background": background.pk,
                "layout": "circle",
                "expression": "friendly",
                "intensity": 1.5,
                "speed": 1.25,
            },
            {"script": "Bye."},
        ],
    )
    first, second = project.scenes.all()
    assert (project.title, project.aspect, project.height) == ("Welcome", "9:16", 1080)
    assert (first.avatar, first.voice, first.background) == (avatar, voice, background)
    assert (first.layout, first.speed, second.script, second.avatar) == ("circle", 1.25, "Bye.", None)
    assert (first.expression, first.intensity) == ("friendly", 1.5)
    assert (second.expression, second.intensity) == ("calm", 1.0)


@pytest.mark.parametrize("what", ["avatar", "background"])
def test_what_belongs_to_others_does_not_exist(owner, what: str) -> None:
    foreign = getattr(factories, what)(factories.user())
    with pytest.raises(NotFound):
        services.create_project(owner=owner, scenes=[{"script": "Hi", what: foreign.pk}])
    assert not Project.objects.exists()


@pytest.mark.parametrize("pk", ["x", "1", str(uuid4()), "../etc", {"a": 1}])
def test_unknown_ids_do_not_exist(owner, pk) -> None:
    with pytest.raises(NotFound):
        services.create_project(owner=owner, scenes=[{"script": "Hi", "avatar": pk}])


@pytest.mark.parametrize(
    "change",
    [
        {"aspect": "3:2"},
        {"height": 2160},
        {"fps": "many"},
        {"title": "t" * 121},
        {"burn_captions": "yes"},
        {"scenes": "script"},
        {"scenes": [5]},
        {"scenes": [{"script": 5}]},
        {"scenes": [{"layout": "upside-down"}]},
        {"scenes": [{"expression": "ecstatic"}]},
        {"scenes": [{"expression": 1}]},
        {"scenes": [{"intensity": 2.1}]},
        {"scenes": [{"intensity": "very"}]},
        {"scenes": [{"speed": 3}]},
        {"scenes": [{"speed": float("nan")}]},
        {"scenes": [{"pitch": "high"}]},
        {"scenes": [{}] * 51},
    ],
)
def test_values_out_of_range_are_refused(owner, change) -> None:
    with pytest.raises(UserError):
        services.create_project(owner=owner, **change)


def test_a_refused_change_changes_nothing(owner) -> None:
    project = factories.project(owner)
    with pytest.raises(UserError):
        services.update_project(project=project, title="New", scenes=[{"script": "x"}, {"speed": 9}])
    project.refresh_from_db()
    assert project.title == "A film"
    assert [scene.script for scene in project.scenes.all()] == ["Hello there."]


def test_scripts_are_kept_without_control_characters(owner) -> None:
    project = services.create_project(owner=owner, scenes=[{"script": "One\x00.\r\n<b>Two</b>"}])
    assert project.scenes.get().script == "One.\n<b>Two</b>"


def test_a_scene_keeps_its_recording_when_its_text_changes(owner) -> None:
    project = factories.project(owner)
    scene = factories.stored(project.scenes.get(), "recording", suffix="wav")
    services.update_project(project=project, scenes=[{"script": "Other words."}])
    assert project.scenes.get().recording.name == scene.recording.name


def test_scenes_named_by_id_can_change_places(owner) -> None:
    project = services.create_project(owner=owner, scenes=[{"script": "A"}, {"script": "B"}])
    a, b = project.scenes.all()
    services.update_project(
        project=project,
        scenes=[{"id": str(b.pk), "script": "B"}, {"script": "C"}, {"id": a.pk, "script": "A"}],
    )
    assert [(scene.script, scene.pk in (a.pk, b.pk)) for scene in project.scenes.all()] == [
        ("B", True),
        ("C", False),
        ("A", True),
    ]


def test_a_scene_of_another_project_cannot_be_named(owner) -> None:
    other = factories.project(owner).scenes.get()
    with pytest.raises(NotFound):
        services.update_project(project=factories.project(owner), scenes=[{"id": other.pk}])


def test_deleting_a_project_deletes_its_recordings(owner, django_capture_on_commit_callbacks) -> None:
    project = factories.project(owner)
    scene = factories.stored(project.scenes.get(), "recording", suffix="wav")
    render = factories.render(project=project)
    with django_capture_on_commit_callbacks(execute=True):
        services.delete_project(project=project)
    render.refresh_from_db()
    assert render.project is None
    assert not Scene.objects.exists()
    assert not default_storage.exists(scene.recording.name)


def test_a_page_that_saves_often_has_one_project(owner) -> None:
    page = str(uuid4())
    first = services.save_draft(owner=owner, data={"page": page, "scenes": [{"script": "Hel"}]})
    second = services.save_draft(owner=owner, data={"page": page, "scenes": [{"script": "Hello"}]})
    assert first.pk == second.pk
    assert Scene.objects.get().script == "Hello"


def test_two_people_with_the_same_page_id_have_two_projects(owner) -> None:
    page = str(uuid4())
    services.save_draft(owner=owner, data={"page": page})
    services.save_draft(owner=factories.user(), data={"page": page})
    assert Project.objects.count() == 2


def test_a_draft_of_an_existing_project_changes_that_one(owner) -> None:
    project = factories.project(owner)
    services.save_draft(owner=owner, data={"project": str(project.pk), "title": "Better"})
    project.refresh_from_db()
    assert (project.title, project.scenes.get().script) == ("Better", "Hello there.")


def test_a_draft_of_somebody_elses_project_is_refused(owner) -> None:
    with pytest.raises(NotFound):
        services.save_draft(owner=owner, data={"project": str(factories.project().pk), "title": "Mine"})


@pytest.mark.parametrize("data", [None, [], "text", {}, {"page": "x"}, {"project": 5}])
def test_a_draft_that_names_no_page_is_refused(owner, data) -> None:
    with pytest.raises(UserError):
        services.save_draft(owner=owner, data=data)
