import pytest

from accounts.models import Consent
from studio.models import Avatar, Project
from tests import factories
from tests.api.test_contract import V1, problem


def upload(api, path: str, content: bytes | None = None, **fields):
    return api.post(f"{V1}/{path}/", {"file": factories.upload(content), **fields}, format="multipart")


def test_a_face_is_uploaded_and_checked_later(api, owner) -> None:
    response = upload(api, "avatars", name="Mia", consent="true")
    assert response.status_code == 201
    shown = response.json()
    assert (shown["name"], shown["state"], shown["preset"]) == ("Mia", "checking", False)
    assert Consent.objects.filter(user=owner).exists()
    assert b"".join(api.get(shown["media"])) == factories.picture()


def test_what_was_noticed_in_an_upload_is_shown(api, owner) -> None:
    found = {"what": "blurred", "severity": "warn", "value": 0.81, "sentence": "The face is blurred."}
    avatar = factories.avatar(owner, report=[found])
    shown = api.get(f"{V1}/avatars/{avatar.pk}/").json()
    assert shown["report"] == [found]


def test_no_face_without_consent(api) -> None:
    assert "consent" in problem(upload(api, "avatars", name="Mia"), 400)["errors"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "Export it as PNG or JPEG"),
        (b"GIF89a" + bytes(50), "not a picture or video"),
        (b"", "empty"),
    ],
)
def test_files_that_cannot_be_used_say_why(api, content: bytes, sentence: str) -> None:
    response = upload(api, "avatars", content, consent="true")
    body = problem(response, 400)
    assert sentence in f"{body['detail']} {body.get('errors')}"
    assert not Avatar.objects.exists()


def test_a_form_larger_than_any_file_is_413(api, settings) -> None:
    settings.MAX_UPLOAD_MB = 1
    problem(upload(api, "backgrounds", bytes(1_200_000)), 413)


def test_an_upload_is_a_form(api) -> None:
    problem(api.post(f"{V1}/avatars/", {"file": "x", "consent": True}, format="json"), 400)


def test_ones_own_can_be_renamed_and_deleted(api, owner) -> None:
    for path, row in (("avatars", factories.avatar(owner)), ("backgrounds", factories.background(owner))):
        address = f"{V1}/{path}/{row.pk}/"
        assert api.patch(address, {"name": "New"}, format="json").json()["name"] == "New"
        problem(api.patch(address, {}, format="json"), 400)
        assert api.delete(address).status_code == 204
        problem(api.get(address), 404)


def test_presets_stay(api) -> None:
    for path, row in (
        ("avatars", factories.avatar()),
        ("voices", factories.voice()),
        ("backgrounds", factories.background()),
    ):
        problem(api.patch(f"{V1}/{path}/{row.pk}/", {"name": "Mine"}, format="json"), 409)
        problem(api.delete(f"{V1}/{path}/{row.pk}/"), 409)


def test_a_voice_tells_what_it_lacks(api) -> None:
    factories.voice(name="Ready")
    factories.voice(name="Away", problem="It needs the model kokoro-int8: not fetched.")
    shown = {row["name"]: row for row in api.get(f"{V1}/voices/").json()["results"]}
    assert (shown["Ready"]["available"], shown["Away"]["available"]) == (True, False)
    assert "kokoro-int8" in shown["Away"]["problem"]
    [ready] = api.get(f"{V1}/voices/?available=true").json()["results"]
    assert ready["name"] == "Ready"


def voice_form(**changes) -> dict:
    wav = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(40)
    return {"file": factories.upload(wav, "me.wav"), "transcript": "Good morning.", "consent": True} | changes


def test_a_voice_is_cloned_from_a_recording(api, owner) -> None:
    factories.cloning_engine()
    answer = api.post(f"{V1}/voices/", voice_form(name="Mine"), format="multipart")
    assert answer.status_code == 201
    made = answer.json()
    assert (made["name"], made["state"], made["available"], made["preset"]) == (
        "Mine",
        "checking",
        False,
        False,
    )
    address = f"{V1}/voices/{made['id']}/"
    assert api.patch(address, {"name": "Ours"}, format="json").json()["name"] == "Ours"
    assert api.get(f"{V1}/voices/?available=false").json()["results"][0]["id"] == made["id"]
    assert api.delete(address).status_code == 204
    problem(api.get(address), 404)


def test_no_voice_without_consent_or_transcript(api, owner) -> None:
    factories.cloning_engine()
    refusal = problem(api.post(f"{V1}/voices/", voice_form(consent=False), format="multipart"), 400)
    assert "Confirm that you may use this voice" in refusal["detail"]
    problem(api.post(f"{V1}/voices/", voice_form(transcript=""), format="multipart"), 400)
    assert not owner.voices.exists()


def test_presets_come_in_their_order(api) -> None:
    for position in (2, 0, 1):
        factories.avatar(name=f"Face {position}", position=position)
    assert [row["name"] for row in api.get(f"{V1}/avatars/").json()["results"]] == [
        "Face 0",
        "Face 1",
        "Face 2",
    ]


def test_a_project_is_kept_changed_and_deleted(api, owner) -> None:
    made = api.post(
        f"{V1}/projects/", {"title": "One", "scenes": [{"script": "A."}, {"script": "B."}]}, format="json"
    ).json()
    address = f"{V1}/projects/{made['id']}/"
    second = made["scenes"][1]
    changed = api.patch(address, {"scenes": [{"id": second["id"], "script": "B!"}]}, format="json").json()
    assert changed["title"] == "One"
    assert [(scene["id"], scene["script"]) for scene in changed["scenes"]] == [(second["id"], "B!")]
    assert api.get(address).json() == changed
    assert api.delete(address).status_code == 204
    assert not Project.objects.filter(owner=owner).exists()


def test_what_the_api_shows_of_a_project_it_takes_back(api, owner) -> None:
    address = f"{V1}/projects/{factories.project(owner).pk}/"
    shown = api.get(address).json()
    again = api.patch(address, shown, format="json").json()
    assert {**again, "updated": None} == {**shown, "updated": None}


def test_fields_that_are_wrong_are_named(api) -> None:
    body = problem(api.post(f"{V1}/projects/", {"aspect": "3:2", "fps": 1}, format="json"), 400)
    assert set(body["errors"]) == {"aspect", "fps"}


def test_a_scene_has_an_expression(api) -> None:
    scenes = [{"script": "A.", "expression": "energetic", "intensity": 0.5}, {"script": "B."}]
    made = api.post(f"{V1}/projects/", {"scenes": scenes}, format="json").json()
    shown = [(scene["expression"], scene["intensity"]) for scene in made["scenes"]]
    assert shown == [("energetic", 0.5), ("calm", 1.0)]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"expression": "ecstatic"}, "not a valid choice"),
        ({"intensity": 2.5}, "less than or equal to 2"),
        ({"intensity": -1}, "greater than or equal to 0"),
        ({"intensity": "very"}, "valid number"),
    ],
)
def test_an_expression_that_does_not_exist_is_named(api, wrong: dict, sentence: str) -> None:
    body = problem(api.post(f"{V1}/projects/", {"scenes": [{"script": "A.", **wrong}]}, format="json"), 400)
    assert sentence in str(body["errors"])
    assert not Project.objects.exists()


def test_a_recording_replaces_the_voice(api, owner) -> None:
    project = factories.project(owner)
    scene = project.scenes.get()
    wav = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(40)
    shown = upload(api, f"projects/{project.pk}/scenes/{scene.pk}/recording", wav).json()
    assert shown["scenes"][0]["recorded"] is True
    problem(upload(api, f"projects/{project.pk}/scenes/{scene.pk}/recording", b"no sound"), 400)


def test_the_dictionary(api) -> None:
    word = api.post(f"{V1}/pronunciations/", {"word": "Xochitl", "spoken": "SO cheel"}, format="json").json()
    api.post(f"{V1}/pronunciations/", {"word": "xochitl", "spoken": "so-CHEEL"}, format="json")
    [row] = api.get(f"{V1}/pronunciations/").json()["results"]
    assert (row["id"], row["spoken"]) == (word["id"], "so-CHEEL")
    assert api.delete(f"{V1}/pronunciations/{word['id']}/").status_code == 204
