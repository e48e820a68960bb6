import pytest

from rendering.models import Render, RenderSegment, Segment
from studio.models import Project
from tests import factories
from tests.api.test_contract import V1, problem


@pytest.fixture
def body() -> dict:
    """Everything in one request."""
    return {
        "title": "Welcome",
        "format": {"aspect": "9:16", "height": 480, "fps": 30, "burn_captions": True},
        "scenes": [
            {
                "script": "Good morning.",
                "avatar": str(factories.avatar().pk),
                "voice": str(factories.voice().pk),
                "background": str(factories.background().pk),
            }
        ],
    }


def post(api, body: dict, **headers):
    return api.post(f"{V1}/renders/", body, format="json", headers=headers)


def test_a_render_of_scenes_sent_along(api, owner, body) -> None:
    response = post(api, body)
    assert response.status_code == 201
    render = Render.objects.get(owner=owner)
    assert response["Location"] == f"http://testserver{V1}/renders/{render.pk}"
    shown = response.json()
    assert (shown["id"], shown["state"], shown["title"], shown["progress"]) == (
        str(render.pk),
        "queued",
        "Welcome",
        0,
    )
    assert (shown["queue_position"], shown["can_cancel"], shown["files"]) == (1, True, [])
    assert render.spec["format"] == {"aspect": "9:16", "height": 480, "fps": 30}
    assert render.spec["burn_captions"] is True
    assert render.project.title == "Welcome"


def test_a_render_of_a_kept_project(api, owner) -> None:
    project = factories.project(owner)
    shown = post(api, {"project": str(project.pk)}).json()
    assert (shown["project"], shown["title"]) == (str(project.pk), "A film")


def test_a_project_and_scenes_at_once_are_refused(api, owner, body) -> None:
    problem(post(api, {**body, "project": str(factories.project(owner).pk)}), 400)
    problem(post(api, {"title": "only"}), 400)


def test_the_same_key_and_body_is_the_same_render(api, body) -> None:
    first = post(api, body, **{"Idempotency-Key": "abc"}).json()
    second = post(api, body, **{"Idempotency-Key": "abc"}).json()
    assert first["id"] == second["id"]
    assert (Render.objects.count(), Project.objects.count()) == (1, 1)


def test_the_same_key_with_another_body_is_409(api, body) -> None:
    post(api, body, **{"Idempotency-Key": "abc"})
    body["scenes"][0]["script"] = "Good evening."
    assert "idempotency key" in problem(post(api, body, **{"Idempotency-Key": "abc"}), 409)["detail"]
    assert (Render.objects.count(), Project.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        ("", "The script is empty"),
        ("😀 🎉 !", "There is nothing to say: the script has no words."),
        ("a" * 20_001, "it has 20,001 characters, one video takes 20,000"),
    ],
)
def test_scripts_that_cannot_be_spoken_say_why(api, body, script: str, sentence: str) -> None:
    body["scenes"][0]["script"] = script
    assert sentence in problem(post(api, body), 400)["detail"]
    assert not Project.objects.exists()


@pytest.mark.parametrize(
    ("script", "kept"),
    [
        ("One.\x00\x1b Two.\r\nThree.", "One. Two.\nThree."),
        ("<b>Bold</b> & <script>alert(1)</script>", "<b>Bold</b> & <script>alert(1)</script>"),
        ("مرحبا بالعالم", "مرحبا بالعالم"),
        ("a" * 20_000, "a" * 20_000),
    ],
)
def test_odd_scripts_are_taken_as_text(api, body, script: str, kept: str) -> None:
    body["scenes"][0]["script"] = script
    assert post(api, body).status_code == 201
    assert Render.objects.get().spec["scenes"][0]["script"] == kept


def test_a_reached_quota_is_429(api, owner, body, settings) -> None:
    settings.MAX_ACTIVE_RENDERS = 1
    factories.render(owner)
    assert "Wait until one is done" in problem(post(api, body), 429)["detail"]
    assert Project.objects.count() == 1, "the project of the refused request is not kept"


def test_a_finished_render_shows_sentences_and_files(api, owner) -> None:
    render = factories.stored(factories.render(owner, state=Render.State.DONE, duration=1.0), "video")
    segment = Segment(owner=owner, key="ab" * 32, frames=25, duration=1, timing="aligned")
    for field in ("stream", "audio", "poster"):
        factories.stored(segment, field)
    RenderSegment.objects.create(
        render=render,
        position=0,
        key=segment.key,
        text="Hello there.",
        segment=segment,
        state="done",
        frames_done=25,
        frames_planned=25,
    )
    shown = api.get(f"{V1}/renders/{render.pk}/").json()
    assert (shown["state"], shown["progress"]) == ("done", 1.0)
    assert shown["playlist"] == f"http://testserver/renders/{render.pk}/live.m3u8"
    [file] = api.get(f"{V1}/renders/{render.pk}/files/").json()
    assert (file["kind"], file["name"]) == ("mp4", "a-film.mp4")
    assert b"".join(api.get(file["url"])) == b"bytes of a film", "the token opens the file as well"
    [sentence] = api.get(f"{V1}/renders/{render.pk}/segments/").json()
    assert (sentence["text"], sentence["state"], sentence["duration"]) == ("Hello there.", "done", 1.0)
    [listed] = api.get(f"{V1}/renders/").json()["results"]
    assert (listed["id"], listed["progress"]) == (str(render.pk), 1.0)


def test_cancel_and_retry(api, owner) -> None:
    render = factories.render(owner)
    assert api.post(f"{V1}/renders/{render.pk}/cancel/").json()["state"] == "cancelled"
    problem(api.post(f"{V1}/renders/{render.pk}/cancel/"), 409)
    assert api.post(f"{V1}/renders/{render.pk}/retry/").json()["state"] == "queued"
    problem(api.post(f"{V1}/renders/{render.pk}/retry/"), 409)


def test_rename_and_delete(api, owner) -> None:
    render = factories.render(owner)
    address = f"{V1}/renders/{render.pk}/"
    assert api.patch(address, {"title": " New\nname "}, format="json").json()["title"] == "New name"
    problem(api.patch(address, {"title": "t" * 121}, format="json"), 400)
    assert api.delete(address).status_code == 204
    problem(api.get(address), 404)


def test_renders_are_found_by_state_and_title(api, owner) -> None:
    project = factories.project(owner)
    done = factories.render(project=project, title="Holiday greetings", state=Render.State.DONE)
    factories.render(project=project, title="Something else")
    for query in ("state=done", "state=done&state=failed", "search=HOLIDAY"):
        assert [row["id"] for row in api.get(f"{V1}/renders/?{query}").json()["results"]] == [str(done.pk)]


def test_a_list_costs_the_same_for_one_and_for_many(api, owner, django_assert_max_num_queries) -> None:
    project = factories.project(owner)
    for _ in range(10):
        factories.render(project=project)
    with django_assert_max_num_queries(6):
        assert len(api.get(f"{V1}/renders/").json()["results"]) == 10
