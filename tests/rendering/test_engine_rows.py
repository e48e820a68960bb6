"""The rows tell what the catalogue says and what is on this machine."""

from dataclasses import replace
from pathlib import Path

import pytest

from rendering import engine_rows, engine_selectors
from rendering.engines import catalogue
from rendering.engines.catalogue import speeds
from rendering.engines.errors import EngineError, EngineUnavailableError
from rendering.models import Engine
from studio.models import Voice
from studio.seeding.voices import seed_voices
from tests import factories
from tests.rendering import catalogues

WEIGHTS = b"weights of a scholar"


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A models folder of its own, empty, and an engine that needs a file in it."""
    monkeypatch.setenv("AVATARLAB_MODELS", str(tmp_path))
    catalogues.offer(monkeypatch, catalogues.artifact("scholar-weights", WEIGHTS, "http://127.0.0.1:9/none"))
    catalogues.use(monkeypatch, catalogues.SCHOLAR, catalogues.PLANNED)
    return tmp_path


def test_every_engine_of_the_project_has_a_row_in_its_order() -> None:
    engine_rows.refresh()
    assert list(engine_selectors.engines().values_list("name", flat=True)) == list(catalogue.CARDS)


def test_a_row_says_what_its_card_says(models: Path) -> None:
    engine_rows.refresh()
    row, card = Engine.objects.get(name="scholar"), catalogues.SCHOLAR
    assert (row.title, row.kind, row.version) == (card.title, card.kind, card.version)
    assert (row.weights_licence, row.commercial, row.source) == ("CC-BY-NC-4.0", "no", card.source)
    assert row.qualities == ["draft", "standard", "best"]


def test_an_engine_without_its_weights_says_how_to_get_them(models: Path) -> None:
    engine_rows.refresh()
    row = Engine.objects.get(name="scholar")
    assert row.state == Engine.State.LACKING
    assert "python manage.py models pull scholar-weights" in row.problem
    [file] = row.artifacts
    assert (file["name"], file["bytes"], file["state"], file["needed"]) == (
        "scholar-weights",
        len(WEIGHTS),
        "missing",
        True,
    )


def test_an_engine_with_its_weights_is_ready(models: Path) -> None:
    engine_rows.refresh()
    (models / "scholar-weights.bin").write_bytes(WEIGHTS)
    engine_rows.refresh()
    row = Engine.objects.get(name="scholar")
    assert (row.state, row.problem, row.artifacts[0]["state"]) == (Engine.State.READY, "", "present")


def test_a_planned_engine_is_listed_as_one(models: Path) -> None:
    engine_rows.refresh()
    assert Engine.objects.get(name="dream").state == Engine.State.PLANNED


def test_an_engine_that_is_no_more_has_no_row(models: Path) -> None:
    engine_rows.refresh()
    factories.engine(name="gone")
    engine_rows.refresh()
    assert not Engine.objects.filter(name="gone").exists()


def test_measured_speed_reaches_the_row(models: Path) -> None:
    speeds.write("scholar", speeds.Speed("a film", 12.5, "2 cores", "2026-11-26"))
    engine_rows.refresh()
    assert Engine.objects.get(name="scholar").speed["factor"] == 12.5


def test_a_voice_can_speak_once_its_model_is_here(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = b"a voice"
    for name in ("kokoro-int8", "kokoro-voice-af_heart"):
        catalogues.offer(monkeypatch, catalogues.artifact(name, content))
    seed_voices(lambda _: None)
    voice = Voice.objects.get(slug="kokoro-af-heart")
    assert voice.problem.startswith("It needs kokoro-int8 and kokoro-voice-af_heart.")
    for name in ("kokoro-int8", "kokoro-voice-af_heart"):
        (models / f"{name}.bin").write_bytes(content)
    engine_rows.refresh()
    voice.refresh_from_db()
    assert voice.problem == ""


def test_the_operator_can_forbid_what_is_not_for_commercial_use(models: Path, settings) -> None:
    settings.FORBID_NON_COMMERCIAL = True
    (models / "scholar-weights.bin").write_bytes(WEIGHTS)
    engine_rows.refresh()
    row = Engine.objects.get(name="scholar")
    assert row.state == Engine.State.FORBIDDEN
    assert "This instance is for commercial use, and the terms of Scholar do not permit" in row.problem
    assert Engine.objects.get(name="hibari").state == Engine.State.READY


@pytest.mark.parametrize("commercial", ["no", "unclear"])
def test_voices_of_a_forbidden_engine_say_so(
    monkeypatch: pytest.MonkeyPatch, settings, commercial: str
) -> None:
    settings.FORBID_NON_COMMERCIAL = True
    hibari = catalogue.CARDS["hibari"]
    catalogues.use(monkeypatch, replace(hibari, commercial=commercial))
    seed_voices(lambda _: None)
    assert "This instance is for commercial use" in Voice.objects.get(slug="hibari-heart").problem


def test_a_policy_counts_before_a_worker_has_renewed_the_rows(models: Path, settings) -> None:
    engine_rows.refresh()
    settings.FORBID_NON_COMMERCIAL = True
    row = Engine.objects.get(name="scholar")
    assert engine_selectors.state_of(row) == "forbidden"
    assert "This instance is for commercial use" in engine_selectors.problem_of(row)


def test_a_worker_refuses_what_is_forbidden(models: Path, settings) -> None:
    engine_rows.check_allowed("portrait", "scholar")
    settings.FORBID_NON_COMMERCIAL = True
    engine_rows.check_allowed("portrait")
    with pytest.raises(EngineUnavailableError, match="the terms of Scholar do not permit"):
        engine_rows.check_allowed("portrait", "scholar")


def test_a_worker_refuses_an_engine_that_does_not_exist() -> None:
    with pytest.raises(EngineError, match="There is no engine called nonsense"):
        engine_rows.check_allowed("nonsense")
