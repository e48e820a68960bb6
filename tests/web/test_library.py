"""The library and what can be done to a video there."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from rendering.models import Render
from tests import factories

JSON = {"content_type": "application/json", "headers": {"Accept": "application/json"}}
LIBRARY = "/renders/"


def titles(page: Client, **query: str) -> list[str]:
    return [card["row"].title for card in page.get(LIBRARY, query).context["cards"]]


def test_an_empty_library_invites_to_the_example(page: Client) -> None:
    assert "Use the example" in page.get(LIBRARY).content.decode()


def test_only_own_videos_are_listed(page: Client, ada: User, stranger: User) -> None:
    factories.render(ada, title="Mine")
    factories.render(stranger, title="Theirs")
    assert titles(page) == ["Mine"]


def test_titles_are_searched_whatever_their_case(page: Client, ada: User) -> None:
    for title in ("Morning news", "Weather"):
        factories.render(ada, title=title)
    assert titles(page, q="NEWS") == ["Morning news"]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("newest", ["B", "A"]),
        ("oldest", ["A", "B"]),
        ("title", ["A", "B"]),
        ("longest", ["A", "B"]),
        ("nonsense", ["B", "A"]),
    ],
)
def test_videos_are_sorted(page: Client, ada: User, order: str, expected: list[str]) -> None:
    factories.render(ada, title="A", duration=9)
    factories.render(ada, title="B", duration=3)
    assert titles(page, order=order) == expected


def test_htmx_gets_the_grid_alone(page: Client, ada: User) -> None:
    factories.render(ada, title="Mine")
    text = page.get(LIBRARY, headers={"HX-Request": "true"}).content.decode()
    assert "Mine" in text
    assert "<html" not in text


def test_a_title_is_text_whatever_it_holds(page: Client, ada: User) -> None:
    factories.render(ada, title="<script>alert(1)</script>")
    assert "<script>alert" not in page.get(LIBRARY).content.decode()


def test_a_video_is_renamed(page: Client, ada: User) -> None:
    render = factories.render(ada)
    url = reverse("rendering:rename", args=[render.id])
    assert page.post(url, {"title": "  A  new title "}, **JSON).json() == {"title": "A new title"}


def test_a_title_that_is_no_text_is_refused_in_words(page: Client, ada: User) -> None:
    url = reverse("rendering:rename", args=[factories.render(ada).id])
    response = page.post(url, {"title": None}, **JSON)
    assert response.status_code == 400
    assert response.json()["error"] == "A title has 1 to 120 characters."


def test_videos_are_deleted_together(page: Client, ada: User) -> None:
    gone, kept = [factories.render(ada), factories.render(ada)], factories.render(ada)
    page.post(reverse("rendering:delete"), {"ids": [str(render.id) for render in gone]}, **JSON)
    assert list(Render.objects.filter(owner=ada)) == [kept]


def test_cancelling_answers_with_the_new_snapshot(page: Client, ada: User) -> None:
    render = factories.render(ada, state=Render.State.RUNNING)
    answer = page.post(reverse("rendering:cancel", args=[render.id]), **JSON).json()
    assert (answer["state"], answer["can_retry"]) == ("cancelled", True)


def test_retrying_what_is_done_is_refused_in_words(page: Client, ada: User) -> None:
    render = factories.render(ada, state=Render.State.DONE)
    response = page.post(reverse("rendering:retry", args=[render.id]), **JSON)
    assert response.status_code == 409
    assert "Only a render that failed or was cancelled" in response.json()["error"]
