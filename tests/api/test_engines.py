"""The engines over the API."""

from rendering.models import Engine
from studio.models import Project
from tests import factories
from tests.api.test_contract import V1, problem


def test_engines_are_listed_in_their_order_with_their_terms(api) -> None:
    factories.engine(name="second", position=2)
    factories.engine(
        name="first",
        position=1,
        commercial="no",
        artifacts=[
            {"name": "w", "bytes": 5, "licence": "MIT", "state": "missing", "needed": True, "by_hand": False}
        ],
        speed={"what": "a film", "factor": 2.5, "machine": "2 cores", "date": "2026-11-26"},
    )
    first, second = api.get(f"{V1}/engines/").json()["results"]
    assert (first["name"], first["commercial"], first["weights_licence"]) == ("first", "no", "Apache-2.0")
    assert first["artifacts"][0]["needed"] is True
    assert (first["speed"]["factor"], second["speed"]) == (2.5, None)


def test_engines_are_found_by_kind(api) -> None:
    factories.engine(name="face")
    factories.engine(name="voice", kind=Engine.Kind.SPEECH)
    rows = api.get(f"{V1}/engines/", {"kind": "speech"}).json()["results"]
    assert [row["name"] for row in rows] == ["voice"]


def test_one_engine_says_what_it_lacks(api) -> None:
    factories.engine(name="diffdub", state=Engine.State.LACKING, problem="It needs its weights.")
    shown = api.get(f"{V1}/engines/diffdub/").json()
    assert (shown["state"], shown["problem"]) == ("lacking", "It needs its weights.")
    problem(api.get(f"{V1}/engines/nonsense/"), 404)


def test_a_forbidden_engine_says_so_at_once(api, settings) -> None:
    factories.engine(name="wav2lip", commercial="no")
    settings.FORBID_NON_COMMERCIAL = True
    shown = api.get(f"{V1}/engines/wav2lip/").json()
    assert shown["state"] == "forbidden"
    assert "commercial use" in shown["problem"]


def test_engines_are_not_changed_over_the_api(api) -> None:
    factories.engine(name="diffdub")
    problem(api.patch(f"{V1}/engines/diffdub/", {"commercial": "yes"}, format="json"), 405)
    problem(api.delete(f"{V1}/engines/diffdub/"), 405)


def test_a_scene_names_its_engine_and_quality(api) -> None:
    factories.engine(name="diffdub", qualities=["draft"])
    scenes = [{"script": "A.", "head": "diffdub", "quality": "draft"}, {"script": "B."}]
    made = api.post(f"{V1}/projects/", {"scenes": scenes}, format="json").json()
    assert [(scene["head"], scene["quality"]) for scene in made["scenes"]] == [
        ("diffdub", "draft"),
        ("portrait", ""),
    ]


def test_an_engine_that_does_not_exist_is_named(api) -> None:
    body = problem(
        api.post(f"{V1}/projects/", {"scenes": [{"script": "A.", "head": "nonsense"}]}, format="json"), 400
    )
    assert "One of portrait" in str(body["errors"]["head"])
    assert not Project.objects.exists()


def test_a_render_by_a_forbidden_engine_is_refused(api, owner, settings) -> None:
    factories.engine(name="wav2lip", title="Wav2Lip", commercial="no")
    project = factories.project(owner)
    project.scenes.update(head="wav2lip")
    settings.FORBID_NON_COMMERCIAL = True
    body = problem(api.post(f"{V1}/renders/", {"project": str(project.pk)}, format="json"), 400)
    assert "the terms of Wav2Lip do not permit commercial use" in body["detail"]


def test_a_voice_tells_whether_it_may_be_used_for_money(api, settings) -> None:
    factories.engine(name="lina", kind=Engine.Kind.SPEECH, title="Lina", commercial="no")
    voice = factories.voice(engine="lina")
    assert api.get(f"{V1}/voices/{voice.pk}/").json()["commercial"] == "no"
    settings.FORBID_NON_COMMERCIAL = True
    shown = api.get(f"{V1}/voices/{voice.pk}/").json()
    assert shown["available"] is False
    assert "the terms of Lina" in shown["problem"]
