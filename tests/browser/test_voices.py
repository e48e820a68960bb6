"""Adding one's own voice: from a file or the microphone, followed until a worker has heard it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from rendering import voices
from studio.models import Voice
from tests import factories
from tests.browser.conftest import NewContext

WAV = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(40)
SAID = "The garden was quiet in the morning."


@pytest.fixture(autouse=True)
def rows(transactional_db: None) -> None:
    factories.avatar(name="Anna")
    factories.voice(name="Heart")
    factories.cloning_engine()


def open_dialog(page: Page) -> Locator:
    page.goto("/studio/")
    page.get_by_role("button", name="Add a voice").click()
    return page.locator("#upload-voice")


def send(dialog: Locator, folder: Path) -> None:
    (folder / "Grandmother.wav").write_bytes(WAV)
    dialog.locator("input[type=file]").set_input_files(folder / "Grandmother.wav")
    dialog.get_by_label("What is said in it").fill(SAID)
    dialog.get_by_role("checkbox").check()
    dialog.get_by_role("button", name="Add the voice").click()


def test_a_voice_is_added_and_chosen(adas_page: Page, tmp_path: Path) -> None:
    page = adas_page
    send(open_dialog(page), tmp_path)
    row = page.get_by_role("listitem").filter(has_text="Grandmother")
    expect(row).to_contain_text("Your voice, being checked")
    expect(page.get_by_role("radio", name="Grandmother")).to_be_checked()
    voices.keep_bundle(Voice.objects.get(name="Grandmother"), b"a voice file")
    expect(page.get_by_text("Grandmother is ready.")).to_be_visible()
    expect(row).not_to_contain_text("being checked")


def test_a_refused_recording_says_why_and_can_be_deleted(adas_page: Page, tmp_path: Path) -> None:
    page = adas_page
    send(open_dialog(page), tmp_path)
    expect(page.get_by_role("radio", name="Grandmother")).to_be_checked()
    voices.refuse(Voice.objects.get(name="Grandmother").id, "The recording is too quiet.")
    row = page.get_by_role("listitem").filter(has_text="Grandmother")
    expect(row).to_contain_text("The recording is too quiet.")
    row.get_by_role("button", name="Delete Grandmother").click()
    expect(page.get_by_text("Grandmother is deleted.")).to_be_visible()
    expect(page.get_by_role("radio", name="Heart")).to_be_checked()
    assert not Voice.objects.filter(name="Grandmother").exists()


def test_without_consent_the_dialog_says_what_to_confirm(adas_page: Page, tmp_path: Path) -> None:
    dialog = open_dialog(adas_page)
    (tmp_path / "me.wav").write_bytes(WAV)
    dialog.locator("input[type=file]").set_input_files(tmp_path / "me.wav")
    dialog.get_by_label("What is said in it").fill(SAID)
    dialog.get_by_role("button", name="Add the voice").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Confirm that you may use this voice")
    assert not Voice.objects.exclude(owner=None).exists()


def test_the_microphone_makes_a_recording(new_context: NewContext, ada, sign_in: Callable) -> None:
    context = new_context(permissions=["microphone"])
    sign_in(context, ada)
    page = context.new_page()
    dialog = open_dialog(page)
    dialog.get_by_role("button", name="Record now").click()
    expect(dialog.get_by_role("status")).to_contain_text("of at most 15")
    # Chromium's pretended microphone beeps once a second.
    page.wait_for_timeout(2500)
    dialog.get_by_role("button", name="Stop").click()
    expect(dialog.get_by_role("status")).to_contain_text("Recorded")
    expect(dialog.locator("[data-file-name]")).to_contain_text("My voice")
    dialog.get_by_label("What is said in it").fill(SAID)
    dialog.get_by_role("checkbox").check()
    dialog.get_by_role("button", name="Add the voice").click()
    expect(page.get_by_role("radio", name="My voice")).to_be_checked()
    voice = Voice.objects.get(owner=ada)
    assert voice.media.size > 1000


def test_where_voices_cannot_be_cloned_the_button_says_why(adas_page: Page) -> None:
    from rendering.models import Engine

    Engine.objects.filter(name="lina").update(problem="It needs lina-169m.", state="lacking")
    adas_page.goto("/studio/")
    button = adas_page.get_by_role("button", name="Add a voice")
    expect(button).to_be_disabled()
    expect(button).to_have_accessible_description("No voice can be added. It needs lina-169m.")
