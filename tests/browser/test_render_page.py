"""The page of a render follows the news, whichever way they come."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from rendering import progress
from rendering.models import Render, RenderSegment
from tests import factories
from tests.browser.waiting import wait_until

SENTENCES = ("Good evening.", "Here is the news.")


@pytest.fixture
def render(ada: User) -> Render:
    """On its way, with two sentences planned."""
    render = factories.render(ada, title="The news", state=Render.State.RUNNING, frames_planned=100)
    for position, text in enumerate(SENTENCES):
        RenderSegment.objects.create(
            render=render, position=position, key=f"key-{position}", text=text, frames_planned=50
        )
    return render


def fail(render: Render) -> None:
    Render.objects.filter(pk=render.pk).update(
        state=Render.State.FAILED, problem="The disk is full. Delete videos, then try again."
    )


def test_the_page_follows_events_to_the_end(
    adas_page: Page, render: Render, elsewhere: Callable[..., object]
) -> None:
    page = adas_page
    received: list[object] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: received.append(frame)))
    page.goto(f"/renders/{render.id}/")
    wait_until(lambda: bool(received), page)
    rows = page.locator(".sentence")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("Waiting")

    elsewhere(
        progress.publish,
        render.id,
        progress.PROGRESS,
        position=0,
        stage="face",
        segment_frames_done=25,
        segment_frames_planned=50,
        frames_done=25,
        frames_planned=100,
        progress=0.25,
        label="Sentence 1 of 2",
        seconds_left=20,
    )
    expect(page.get_by_text("25 of 100 frames, 25 %")).to_be_visible()
    expect(page.get_by_text("about 20 seconds left")).to_be_visible()
    expect(rows.nth(0)).to_contain_text("Face 50 %")
    expect(page).to_have_title("25 % · The news · Avatar Lab")

    fail(render)
    elsewhere(progress.publish_state, Render.objects.get(pk=render.pk))
    expect(page.get_by_role("alert")).to_contain_text("The disk is full.")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    expect(page.get_by_role("button", name="Cancel")).to_be_hidden()


def test_an_event_that_was_lost_on_the_way_is_asked_for(
    adas_page: Page, render: Render, elsewhere: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = adas_page
    received: list[object] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: received.append(frame)))
    # A first event, so that the page knows a number to miss the next of.
    elsewhere(progress.publish_state, render)
    page.goto(f"/renders/{render.id}/")
    wait_until(lambda: bool(received), page)
    done = {"position": 0, "state": "done", "label": "Done", "frames_done": 50, "frames_planned": 50}
    with monkeypatch.context() as lossy:
        lossy.setattr(progress, "_send", lambda group, message: None)
        elsewhere(progress.publish, render.id, progress.SEGMENT, duration=2.0, poster="", **done)
    elsewhere(progress.publish, render.id, progress.PREVIEW, preview="")
    expect(page.locator(".sentence").nth(0)).to_contain_text("0:00")


def test_a_preview_is_seen_behind_the_waiting_sentence(
    adas_page: Page, render: Render, elsewhere: Callable[..., object]
) -> None:
    page = adas_page
    page.goto(f"/renders/{render.id}/")
    waiting = page.locator("[data-waiting]")
    expect(waiting).to_have_css("background-image", re.compile("triangles"))
    expect(page.locator("[data-live]")).to_be_visible()
    Render.objects.filter(pk=render.pk).update(preview="previews/frame.jpg")
    elsewhere(progress.publish_state, Render.objects.get(pk=render.pk))
    expect(page.locator(".player-preview")).to_be_visible()
    expect(waiting).to_have_css("background-image", "none")


def test_the_page_asks_when_websockets_are_blocked(adas_page: Page, render: Render) -> None:
    page = adas_page
    page.route_web_socket("**/ws/renders/*/", lambda socket: socket.close(code=1011))
    page.goto(f"/renders/{render.id}/")
    expect(page.get_by_text("0 of 100 frames, 0 %")).to_be_visible()
    RenderSegment.objects.filter(render=render, position=0).update(frames_done=40, state="face")
    expect(page.get_by_text("40 of 100 frames, 40 %")).to_be_visible()
    fail(render)
    expect(page.get_by_role("alert")).to_contain_text("The disk is full.")


def test_the_studio_shows_what_is_being_rendered(adas_page: Page, render: Render) -> None:
    adas_page.goto("/studio/")
    running = adas_page.get_by_role("region", name="Being rendered").get_by_role("link")
    expect(running).to_contain_text("The news")
    running.click()
    adas_page.wait_for_url(f"**/renders/{render.id}/")


def test_a_render_is_cancelled_and_taken_up_again(adas_page: Page, render: Render) -> None:
    page = adas_page
    page.goto(f"/renders/{render.id}/")
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Cancelled", exact=True)).to_be_visible()
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("Next in line")).to_be_visible()
