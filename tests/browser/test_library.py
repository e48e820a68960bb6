"""The library by hand: rename, delete and undo; and the colours one chooses."""

import re

from playwright.sync_api import Page, expect

from accounts.models import User
from rendering.models import Render
from tests import factories
from tests.browser.waiting import wait_until


def test_a_video_is_renamed_deleted_and_brought_back(adas_page: Page, ada: User) -> None:
    page = adas_page
    for title in ("Morning", "Evening"):
        factories.render(ada, title=title, state=Render.State.DONE, duration=7)
    page.goto("/renders/")

    page.get_by_role("button", name="Rename Morning").click()
    page.get_by_role("textbox", name="Title", exact=True).fill("Good morning")
    page.get_by_role("button", name="Save").click()
    renamed = page.get_by_role("link", name="Good morning")
    expect(renamed).to_be_visible()
    assert Render.objects.filter(title="Good morning").exists()

    page.get_by_label("Select Evening").check()
    expect(page.get_by_text("1 video selected")).to_be_visible()
    page.get_by_role("group", name="Selected videos").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("link", name="Evening")).to_be_hidden()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("link", name="Evening")).to_be_visible()
    assert Render.objects.count() == 2

    page.get_by_role("button", name="Delete Evening").click()
    expect(page.get_by_role("link", name="Evening")).to_be_hidden()
    # Leaving the page ends the time for undo.
    page.goto("/account/")
    wait_until(lambda: not Render.objects.filter(title="Evening").exists(), page)


def test_searching_replaces_the_grid_and_keeps_the_address(adas_page: Page, ada: User) -> None:
    for title in ("Morning", "Evening"):
        factories.render(ada, title=title)
    adas_page.goto("/renders/")
    adas_page.get_by_label("Search titles").press_sequentially("even")
    expect(adas_page.get_by_role("link", name="Morning")).to_have_count(0)
    expect(adas_page.get_by_role("link", name="Evening")).to_be_visible()
    expect(adas_page).to_have_url(re.compile(r"q=even"))


def test_the_chosen_colours_stay(page: Page) -> None:
    page.emulate_media(color_scheme="light")
    page.goto("/")
    expect(page.locator("html")).not_to_have_class("dark")
    page.get_by_role("button", name="Dark colours").click()
    expect(page.locator("html")).to_have_class("dark")
    page.goto("/account/login/")
    expect(page.locator("html")).to_have_class("dark")
    expect(page.get_by_role("button", name="Dark colours")).to_have_attribute("aria-pressed", "true")
