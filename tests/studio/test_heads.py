"""The engine that makes a scene's face speak: chosen, refused, and carried into the render."""

import pytest

from avatarlab.errors import UserError
from rendering.models import Engine
from rendering.pipeline import spec as pipeline
from studio import services
from tests import factories


@pytest.fixture
def owner():
    return factories.user()


@pytest.fixture
def project(owner):
    return factories.project(owner)


def choose(project, **choice: object) -> None:
    """Give the project's scene a head and a quality, as a draft does."""
    scene = project.scenes.get()
    kept = {"script": scene.script, "avatar": scene.avatar_id, "voice": scene.voice_id}
    services.update_project(project=project, scenes=[{**kept, **choice}])


def test_a_scene_that_names_no_engine_has_the_portrait(project) -> None:
    choose(project)
    scene = project.scenes.get()
    assert (scene.head, scene.quality) == ("portrait", "")


def test_the_engine_and_its_quality_reach_the_render(owner, project) -> None:
    factories.engine(name="diffdub", qualities=["draft", "standard"])
    choose(project, head="diffdub", quality="draft")
    render = services.request_render(owner=owner, project=project)
    [made] = pipeline.from_json(render.spec).scenes
    assert (made.avatar.head, made.avatar.quality) == ("diffdub", "draft")


@pytest.mark.parametrize("head", ["nonsense", "hibari", 7, ["portrait"], {"name": "portrait"}])
def test_what_is_no_face_engine_cannot_be_chosen(project, head: object) -> None:
    factories.engine(name="hibari", kind=Engine.Kind.SPEECH)
    with pytest.raises(UserError, match="Head"):
        choose(project, head=head)


@pytest.mark.parametrize(
    ("head", "quality", "sentence"),
    [
        ("diffdub", "splendid", "One of draft, standard"),
        ("portrait", "draft", "None here"),
        ("diffdub", 3, "Text"),
    ],
)
def test_a_quality_that_the_engine_does_not_have_is_refused(project, head, quality, sentence) -> None:
    factories.engine(name="diffdub", qualities=["draft", "standard"])
    with pytest.raises(UserError, match=sentence):
        choose(project, head=head, quality=quality)


def test_a_draft_may_name_an_engine_that_is_not_ready(project) -> None:
    factories.engine(name="diffdub", state=Engine.State.LACKING, problem="It needs its weights.")
    choose(project, head="diffdub")
    assert project.scenes.get().head == "diffdub"


def test_a_video_by_an_engine_that_is_not_ready_is_refused_with_what_it_lacks(owner, project) -> None:
    factories.engine(
        name="diffdub",
        title="DiffDub",
        state=Engine.State.LACKING,
        problem="It needs its weights. Fetch them.",
    )
    choose(project, head="diffdub")
    with pytest.raises(UserError, match=r"face engine DiffDub cannot be used\. It needs its weights\. Fetch"):
        services.request_render(owner=owner, project=project)


def test_a_video_by_an_engine_that_is_gone_is_refused(owner, project) -> None:
    project.scenes.update(head="gone")
    with pytest.raises(UserError, match="no face engine called gone here any more"):
        services.request_render(owner=owner, project=project)


@pytest.mark.parametrize("commercial", ["no", "unclear"])
def test_where_it_is_forbidden_a_non_commercial_engine_makes_no_video(
    owner, project, settings, commercial
) -> None:
    factories.engine(name="wav2lip", title="Wav2Lip", commercial=commercial)
    choose(project, head="wav2lip")
    services.request_render(owner=owner, project=project)
    settings.FORBID_NON_COMMERCIAL = True
    with pytest.raises(UserError, match=r"Wav2Lip cannot be used\. This instance is for commercial use"):
        services.request_render(owner=owner, project=project)


def test_where_it_is_forbidden_a_voice_of_a_non_commercial_engine_makes_no_video(
    owner, project, settings
) -> None:
    factories.engine(name="hibari", kind=Engine.Kind.SPEECH, title="hibari", commercial="no")
    settings.FORBID_NON_COMMERCIAL = True
    with pytest.raises(
        UserError, match=r"is not available\. This instance is for commercial use, and the terms of"
    ):
        services.request_render(owner=owner, project=project)


def test_what_permits_commercial_use_stays(owner, project, settings) -> None:
    factories.engine(name="portrait")
    settings.FORBID_NON_COMMERCIAL = True
    services.request_render(owner=owner, project=project)
