"""What the studio's script asks for."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from rendering.models import Render, RenderSegment
from studio.models import Avatar, Project
from tests import factories

JSON = {"content_type": "application/json", "headers": {"Accept": "application/json"}}


def studio_data(page: Client, **query: str) -> dict:
    return page.get(reverse("studio:studio"), query).context["data"]


def test_a_draft_is_kept_and_opened_again(page: Client) -> None:
    draft = studio_data(page)["draft"] | {"title": "News", "scenes": [{"script": "Good evening."}]}
    saved = page.post(reverse("studio:draft"), draft, **JSON).json()
    opened = studio_data(page)["draft"]
    assert opened["project"] == saved["project"]
    assert [scene["script"] for scene in opened["scenes"]] == ["Good evening."]


def test_the_expression_of_a_scene_is_kept(page: Client) -> None:
    scenes = [{"script": "Good evening.", "expression": "serious", "intensity": 0.6}]
    page.post(reverse("studio:draft"), studio_data(page)["draft"] | {"scenes": scenes}, **JSON)
    [opened] = studio_data(page)["draft"]["scenes"]
    assert (opened["expression"], opened["intensity"]) == ("serious", 0.6)


def test_the_face_engine_of_a_scene_is_kept(page: Client) -> None:
    factories.engine(name="diffdub", qualities=["draft", "standard"])
    scenes = [{"script": "Good evening.", "head": "diffdub", "quality": "draft"}]
    page.post(reverse("studio:draft"), studio_data(page)["draft"] | {"scenes": scenes}, **JSON)
    [opened] = studio_data(page)["draft"]["scenes"]
    assert (opened["head"], opened["quality"]) == ("diffdub", "draft")


def test_face_engines_come_with_their_terms_and_what_they_lack(page: Client) -> None:
    factories.engine(
        name="wav2lip",
        title="Wav2Lip",
        commercial="no",
        weights_licence="non-commercial",
        state="lacking",
        problem="It needs wav2lip-gan.",
    )
    factories.engine(name="hibari", kind="speech")
    [head] = studio_data(page)["heads"]
    assert (head["title"], head["licence"], head["commercial_label"]) == (
        "Wav2Lip",
        "non-commercial",
        "Not for commercial use",
    )
    assert head["problem"] == "It needs wav2lip-gan."


def test_a_voice_comes_with_the_terms_of_its_engine(page: Client) -> None:
    factories.engine(name="lina", kind="speech", title="Lina", commercial="no")
    factories.voice(engine="lina")
    [voice] = studio_data(page)["voices"]
    assert (voice["terms"]["title"], voice["terms"]["commercial"]) == ("Lina", "no")


def test_an_estimate_of_an_engine_that_was_never_timed_has_no_wait(page: Client) -> None:
    scenes = [{"script": "x" * 145, "speed": 1, "head": "diffdub"}]
    answer = page.post(reverse("studio:estimate"), {"scenes": scenes}, **JSON).json()
    assert (answer["duration_seconds"], answer["render_seconds"]) == (10.0, None)


def test_an_estimate_knows_how_fast_the_engine_was_timed_here(page: Client) -> None:
    speed = {"what": "a film", "factor": 30.0, "machine": "2 cores", "date": "2026-11-26"}
    factories.engine(name="diffdub", speed=speed)
    scenes = [{"script": "x" * 145, "speed": 1, "head": "diffdub"}]
    answer = page.post(reverse("studio:estimate"), {"scenes": scenes}, **JSON).json()
    assert answer["render_seconds"] == 300.0


def test_a_new_page_is_a_new_project(page: Client, ada: User) -> None:
    factories.project(ada)
    assert "project" not in studio_data(page, new="")["draft"]


def test_saving_twice_from_one_page_is_one_project(page: Client, ada: User) -> None:
    draft = studio_data(page)["draft"]
    for title in ("N", "News"):
        page.post(reverse("studio:draft"), draft | {"title": title}, **JSON)
    assert [project.title for project in Project.objects.filter(owner=ada)] == ["News"]


def test_generate_answers_with_the_page_of_the_render(page: Client, ada: User) -> None:
    project = factories.project(ada)
    draft = studio_data(page, project=str(project.id))["draft"]
    answer = page.post(reverse("studio:generate"), draft, **JSON).json()
    render = Render.objects.get(owner=ada)
    assert (answer["project"], answer["render"]) == (str(project.id), str(render.id))
    assert answer["url"] == reverse("rendering:render", args=[render.id])


def test_generate_without_words_says_what_is_missing(page: Client) -> None:
    response = page.post(reverse("studio:generate"), studio_data(page)["draft"], **JSON)
    assert response.status_code == 400
    assert response.json()["error"] == "The script is empty. Type what the avatar should say."


def test_the_example_is_ready_to_generate(page: Client, ada: User) -> None:
    factories.avatar(state=Avatar.State.REFUSED)
    ready, voice = factories.avatar(), factories.voice()
    factories.voice(problem="Needs a model.")
    response = page.post(reverse("studio:example"))
    project = Project.objects.get(owner=ada)
    scene = project.scenes.get()
    assert response.url == f"{reverse('studio:studio')}?project={project.id}"
    assert (scene.avatar, scene.voice) == (ready, voice)
    assert scene.script


def test_the_sentence_to_change_is_found_by_its_place_in_the_last_render(page: Client, ada: User) -> None:
    project = factories.project(ada)
    render = factories.render(ada, project=project)
    RenderSegment.objects.create(render=render, position=3, key="k", text="This one.")
    assert studio_data(page, project=str(project.id), sentence="3")["sentence"] == "This one."


def test_a_place_that_no_render_can_have_opens_the_studio_all_the_same(page: Client, ada: User) -> None:
    project = factories.project(ada)
    assert studio_data(page, project=str(project.id), sentence="9" * 5000)["sentence"] == ""


def test_an_estimate_follows_length_and_speed(page: Client) -> None:
    scenes = [{"script": "x" * 145, "speed": 2}]
    answer = page.post(reverse("studio:estimate"), {"scenes": scenes}, **JSON).json()
    assert answer["duration_seconds"] == 5.0


def test_an_estimate_of_nonsense_is_refused_in_words(page: Client) -> None:
    response = page.post(reverse("studio:estimate"), {"scenes": "all of them"}, **JSON)
    assert response.status_code == 400
    assert "could not be read" in response.json()["error"]


def test_a_portrait_needs_its_consent(page: Client, ada: User) -> None:
    response = page.post(
        reverse("studio:upload-avatar"), {"file": factories.upload()}, headers={"Accept": "application/json"}
    )
    assert response.status_code == 400
    assert "Confirm that you may use this face" in response.json()["error"]
    assert not Avatar.objects.filter(owner=ada).exists()


def test_an_uploaded_portrait_is_being_checked(page: Client) -> None:
    form = {"file": factories.upload(), "name": "Me", "consent": "on"}
    uploaded = page.post(reverse("studio:upload-avatar"), form).json()
    assert (uploaded["name"], uploaded["state"], uploaded["own"]) == ("Me", "checking", True)
    assert page.get(reverse("studio:avatar", args=[uploaded["id"]])).json()["state"] == "checking"


def test_an_upload_without_a_file_is_explained(page: Client) -> None:
    response = page.post(reverse("studio:upload-background"), {}, headers={"Accept": "application/json"})
    assert response.json()["error"] == "Choose a file first."


def test_an_uploaded_background_can_be_deleted_again(page: Client) -> None:
    uploaded = page.post(reverse("studio:upload-background"), {"file": factories.upload()}).json()
    assert page.post(reverse("studio:delete-background", args=[uploaded["id"]])).status_code == 204
    assert uploaded["id"] not in json.dumps(studio_data(page)["backgrounds"])


def test_hearing_an_unavailable_voice_says_what_it_needs(page: Client) -> None:
    voice = factories.voice(name="Bella", problem="Needs the model kokoro-int8: run manage.py models pull.")
    request = {"text": "Hello.", "voice": str(voice.id)}
    response = page.post(reverse("studio:hear"), request, **JSON)
    assert response.status_code == 400
    assert "Bella is not available. Needs the model" in response.json()["error"]


def test_hearing_a_sentence_is_asked_for_until_it_is_there(page: Client) -> None:
    request = {"text": "Hello.", "voice": str(factories.voice().id), "speed": 1, "pitch": 0}
    asked = page.post(reverse("studio:hear"), request, **JSON)
    assert asked.status_code == 202
    assert page.get(asked.json()["url"]).status_code == 202


@pytest.mark.parametrize(
    "body", [b"\xff{", b"[" * 100_000, b'{"speed": NaN}', b'{"speed": %s}' % (b"1" * 400)]
)
def test_a_request_that_is_no_json_is_refused_in_words(page: Client, body: bytes) -> None:
    response = page.post(reverse("studio:estimate"), body, **JSON)
    assert response.status_code == 400
    assert "could not be read" in response.json()["error"]


def voice_upload(page: Client, **changes: object):
    wav = factories.upload(b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(40), "me.wav")
    form = {"file": wav, "transcript": "Good morning.", "consent": "on", **changes}
    return page.post(reverse("studio:upload-voice"), form, headers={"Accept": "application/json"})


def test_a_voice_is_added_followed_and_deleted(page: Client, ada: User) -> None:
    factories.cloning_engine()
    made = voice_upload(page).json()
    assert (made["name"], made["own"], made["state"]) == ("me", True, "checking")
    assert made["sample"].startswith(f"/media/voice/{made['id']}/media")
    address = reverse("studio:voice", args=[made["id"]])
    assert page.get(address).json() == made
    assert page.post(reverse("studio:delete-voice", args=[made["id"]])).status_code == 204
    assert page.get(address).status_code == 404


def test_a_voice_without_consent_says_what_to_confirm(page: Client, ada: User) -> None:
    factories.cloning_engine()
    answer = voice_upload(page, consent="")
    assert answer.status_code == 400
    assert "Confirm that you may use this voice" in answer.json()["error"]
    assert not ada.voices.exists()


def test_a_voice_of_somebody_else_is_not_there(page: Client, stranger: User) -> None:
    voice = factories.voice(stranger)
    assert page.get(reverse("studio:voice", args=[voice.id])).status_code == 404
    assert page.post(reverse("studio:delete-voice", args=[voice.id])).status_code == 404
    assert page.get(f"/media/voice/{voice.id}/media").status_code == 404
    request = {"text": "Hello.", "voice": str(voice.id), "speed": 1, "pitch": 0}
    assert page.post(reverse("studio:hear"), request, **JSON).status_code == 400
    assert str(voice.id) not in str(studio_data(page))


def test_a_preset_voice_is_not_ones_own_to_delete(page: Client) -> None:
    preset = factories.voice()
    assert page.post(reverse("studio:delete-voice", args=[preset.id])).status_code == 404


def test_the_studio_says_why_no_voice_can_be_cloned(page: Client) -> None:
    factories.cloning_engine(problem="It needs lina-169m. Run: python manage.py models pull lina-169m")
    html = page.get(reverse("studio:studio")).content.decode()
    assert "models pull lina-169m" in html
    assert 'id="upload-voice"' not in html
