"""Bringing one's own portrait: what is shown of its check."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from rendering import jobs
from rendering.engines.face.base import Image
from studio.models import Avatar
from tests import factories, pictures, portraits


def upload(page: Page, image: Image, folder: Path) -> None:
    page.goto("/studio/")
    page.get_by_role("button", name="Upload").first.click()
    dialog = page.locator("#upload-avatar")
    dialog.locator("input[type=file]").set_input_files(pictures.save(image, folder / "me.png"))
    dialog.get_by_role("checkbox").check()
    dialog.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("heading", name="Looking at your upload")).to_be_visible()


def check() -> None:
    """What a worker does."""
    jobs.check_avatar(Avatar.objects.get(owner__isnull=False).id)


@pytest.mark.models
def test_a_checked_upload_is_shown_before_and_after(adas_page: Page, tmp_path: Path) -> None:
    page = adas_page
    factories.avatar(name="Anna")
    upload(page, pictures.astronaut(1024), tmp_path)
    check()
    review = page.locator("#review-avatar")
    expect(review.get_by_role("heading", name="Your avatar")).to_be_visible()
    for name in ("The upload as it was sent", "The avatar without its background"):
        shown = review.get_by_role("img", name=name)
        expect(shown).to_be_visible()
        assert shown.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    expect(review.get_by_role("listitem").filter(has_text="Put right")).to_contain_text("lips are parted")
    review.get_by_role("button", name="Use it").click()
    expect(review.get_by_role("heading")).to_be_hidden()
    expect(page.get_by_role("radio", name="me")).to_be_checked()


@pytest.mark.models
def test_a_refused_upload_says_why_and_makes_room_for_another(adas_page: Page, tmp_path: Path) -> None:
    page = adas_page
    factories.avatar(name="Anna")
    upload(page, portraits.mask(portraits.head("anna")), tmp_path)
    check()
    review = page.locator("#review-avatar")
    expect(review.get_by_role("heading", name="This upload cannot be used")).to_be_visible()
    expect(review.get_by_role("listitem")).to_contain_text("Mouth not visible")
    review.get_by_role("button", name="Try another photo").click()
    expect(page.get_by_role("heading", name="Upload a portrait")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("radio", name="me")).to_have_count(0)
    expect(page.get_by_role("radio", name="Anna")).to_be_checked()
