"""A job that names a forbidden engine ends in words: one that was enqueued before the operator forbade it."""

from dataclasses import replace

import pytest

from rendering import jobs, resident
from rendering.engines import catalogue
from rendering.models import Render
from tests import factories
from tests.rendering import catalogues


@pytest.fixture(autouse=True)
def forbidden_scholar(monkeypatch: pytest.MonkeyPatch, settings) -> None:
    catalogues.use(monkeypatch, catalogues.SCHOLAR)
    settings.FORBID_NON_COMMERCIAL = True


def film(**scene: str) -> Render:
    project = factories.project()
    project.scenes.update(**scene)
    return factories.render(project=project)


def test_a_render_with_a_forbidden_face_engine_fails_with_the_reason() -> None:
    render = film(head="scholar")
    jobs.plan_render(render.id)
    render.refresh_from_db()
    assert render.state == Render.State.FAILED
    assert "the terms of Scholar do not permit commercial use" in render.problem


def test_a_render_with_allowed_engines_is_planned() -> None:
    render = film()
    jobs.plan_render(render.id)
    render.refresh_from_db()
    assert render.state == Render.State.RUNNING


def test_a_forbidden_voice_that_a_recording_replaces_does_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    hibari = replace(catalogue.CARDS["hibari"], commercial="no")
    catalogues.use(monkeypatch, hibari)
    project = factories.project()
    factories.stored(project.scenes.get(), "recording", suffix="wav")
    spec = resident.spec(factories.render(project=project))
    assert spec.scenes[0].voice.engine == "hibari"


def test_a_forbidden_voice_is_not_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    hibari = replace(catalogue.CARDS["hibari"], commercial="no")
    catalogues.use(monkeypatch, hibari)
    audio, problem = jobs.hear(
        owner_id=factories.user().pk, text="Hello.", voice_id=factories.voice().pk, speed=1.0, pitch=0.0
    )
    assert audio == b""
    assert "This instance is for commercial use" in problem
