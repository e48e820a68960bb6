"""From a new account to a draft that is not lost."""

import random
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import FilePayload, Page, expect

from rendering.pipeline.layout import Demands, arrange
from rendering.pipeline.spec import FormatSpec
from rendering.pipeline.subject import Subject
from tests import factories


def test_what_a_new_user_chooses_and_types_survives_a_reload(page: Page) -> None:
    factories.avatar(name="Anna")
    factories.avatar(name="Marco")
    factories.voice(name="Heart")
    factories.background(name="Sky", kind="gradient", colours=["#7cc4ff", "#2f6bff"])

    page.goto("/account/signup/")
    page.get_by_label("Email").fill("new@example.org")
    page.get_by_label("Password").fill(factories.PASSWORD)
    page.get_by_role("button", name="Create account").click()
    page.wait_for_url("**/studio/")

    page.get_by_role("radio", name="Marco").check(force=True)
    page.get_by_role("radio", name="Card left").check(force=True)
    page.get_by_label("Title in the picture").fill("Good news")
    page.get_by_label("Expression").select_option("Friendly")
    page.get_by_label("Intensity").fill("1.2")
    page.get_by_label("Script of this scene").fill("Hello there. This is kept.")
    expect(page.locator("#script-count")).to_have_text("5 words, 26 characters")
    expect(page.locator(".estimate")).to_contain_text("0:02 long, ready in")
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()

    page.reload()
    expect(page.get_by_label("Script of this scene")).to_have_value("Hello there. This is kept.")
    expect(page.get_by_role("radio", name="Marco")).to_be_checked()
    expect(page.get_by_label("Title in the picture")).to_have_value("Good news")
    expect(page.get_by_label("Expression")).to_have_value("friendly")
    expect(page.get_by_label("Intensity")).to_have_value("1.2")


def test_an_upload_that_is_cancelled_is_taken_back(adas_page: Page) -> None:
    page = adas_page
    page.route("**/studio/avatars", lambda route: None)  # never answered
    page.goto("/studio/")
    page.get_by_role("button", name="Upload").first.click()
    dialog = page.locator("#upload-avatar")
    portrait: FilePayload = {"name": "me.jpg", "mimeType": "image/jpeg", "buffer": b"picture"}
    dialog.locator("input[type=file]").set_input_files(portrait)
    with page.expect_event("requestfailed"):
        dialog.get_by_role("button", name="Upload").click()
        expect(dialog.get_by_role("button", name="Upload")).to_be_disabled()
        page.keyboard.press("Escape")
    page.get_by_role("button", name="Upload").first.click()
    expect(dialog.get_by_text("Choose a file, or drop one here")).to_be_visible()
    expect(dialog.get_by_role("button", name="Upload")).to_be_enabled()


def test_a_file_that_is_too_large_is_refused_before_it_is_sent(adas_page: Page, tmp_path: Path) -> None:
    page = adas_page
    page.goto("/studio/")
    page.get_by_role("button", name="Upload").first.click()
    dialog = page.locator("#upload-avatar")
    picture = tmp_path / "me.jpg"
    with picture.open("wb") as file:
        file.truncate(settings.MAX_UPLOAD_MB * 1_000_000 + 1)  # takes no room on the disk
    dialog.locator("input[type=file]").set_input_files(picture)
    expect(dialog.get_by_role("alert")).to_contain_text("The file is too large: it has 201 MB")
    expect(dialog.get_by_role("button", name="Upload")).to_be_disabled()
    smaller = tmp_path / "smaller.jpg"
    smaller.write_bytes(b"picture")
    dialog.locator("input[type=file]").set_input_files(smaller)
    expect(dialog.get_by_role("alert")).to_be_hidden()
    expect(dialog.get_by_role("button", name="Upload")).to_be_enabled()


def test_ctrl_enter_generates_or_says_what_is_missing(adas_page: Page) -> None:
    page = adas_page
    factories.avatar(name="Anna")
    factories.voice()
    page.goto("/studio/")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text("The script is empty.")
    page.get_by_label("Script of this scene").fill("Now there is something to say.")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/renders/*/")
    expect(page.get_by_text("Next in line")).to_be_visible()


@pytest.mark.parametrize("path", ["/", "/account/login/", "/studio/", "/renders/", "/account/"])
def test_nothing_is_wider_than_a_small_phone(adas_page: Page, path: str) -> None:
    factories.avatar(name="A name that is much longer than the tile it stands in")
    factories.voice(problem="Needs the model kokoro-int8, which is not fetched: manage.py models pull.")
    adas_page.set_viewport_size({"width": 360, "height": 740})
    adas_page.goto(path)
    assert adas_page.evaluate("document.documentElement.scrollWidth") <= 360


def test_the_stage_lays_out_as_the_pipeline_does(page: Page) -> None:
    chance = random.Random(7)
    cases = []
    for _ in range(40):
        width, height = chance.choice([(1600, 900), (1024, 1024), (900, 1200)])
        subject = Subject(
            width,
            height,
            eyes=(width * chance.uniform(0.4, 0.6), height * chance.uniform(0.3, 0.55)),
            face_height=height * chance.uniform(0.3, 0.62),
            left_from=chance.choice([float("inf"), height * 0.8]),
            right_from=chance.choice([float("inf"), height * 0.7]),
            cut_top=chance.random() < 0.2,
        )
        aspect = chance.choice(["16:9", "9:16", "1:1", "4:5"])
        demands = Demands(
            layout=chance.choice(["full", "card-left", "card-right", "circle"]),
            title=chance.random() < 0.5,
            plate=chance.random() < 0.5,
            busy=chance.random() < 0.5,
        )
        cases.append((subject, aspect, demands))

    page.goto("/")
    drawn = page.evaluate(
        """async (cases) => {
            const { arrange, frameSize } = await import("/static/js/framing.js");
            const whole = ({ leftFrom, rightFrom, ...rest }) =>
                ({ leftFrom: leftFrom ?? Infinity, rightFrom: rightFrom ?? Infinity, ...rest });
            return cases.map(([subject, aspect, { layout, ...demands }]) =>
                arrange(whole(subject), frameSize(aspect, 720), layout, demands));
        }""",
        [[in_browser(subject), aspect, in_demands(demands)] for subject, aspect, demands in cases],
    )
    for (subject, aspect, demands), shown in zip(cases, drawn, strict=True):
        made = arrange(subject, FormatSpec(aspect=aspect, height=720).size, demands)
        assert (shown["shape"], shown["left"], shown["top"]) == (made.shape, made.left, made.top)
        assert shown["room"] == (list(made.title) if made.title else None)
        placed = (made.placement.scale, made.placement.offset_x, made.placement.offset_y)
        picture = shown["placement"]
        assert (picture["scale"], picture["left"], picture["top"]) == pytest.approx(placed, abs=0.01)


def in_browser(subject: Subject) -> dict[str, object]:
    finite = {
        name: None if getattr(subject, name) == float("inf") else getattr(subject, name)
        for name in ("left_from", "right_from")
    }
    return {
        "width": subject.width,
        "height": subject.height,
        "eyes": list(subject.eyes),
        "faceHeight": subject.face_height,
        "leftFrom": finite["left_from"],
        "rightFrom": finite["right_from"],
        "cutTop": subject.cut_top,
    }


def in_demands(demands: Demands) -> dict[str, object]:
    return {
        "layout": demands.layout,
        "title": demands.title,
        "needsPlate": demands.plate,
        "busy": demands.busy,
    }


def test_a_face_engine_is_chosen_with_its_terms_before_ones_eyes(adas_page: Page) -> None:
    page = adas_page
    factories.avatar(name="Anna")
    factories.engine(name="portrait", title="Portrait", qualities=[], weights_licence="MIT")
    factories.engine(
        name="diffdub",
        title="DiffDub",
        qualities=["draft", "standard", "best"],
        weights_licence="for academic use",
        commercial="no",
    )
    factories.engine(
        name="wav2lip", title="Wav2Lip", state="lacking", problem="It needs wav2lip-gan. Fetch it."
    )
    page.goto("/studio/")
    expect(page.locator("#head-terms")).to_contain_text("Portrait: MIT. Commercial use permitted.")
    expect(page.get_by_label("Quality")).to_be_hidden()
    expect(page.locator("#head option[value=wav2lip]")).to_be_disabled()
    page.get_by_text("One more engine, not available here").click()
    expect(page.get_by_text("It needs wav2lip-gan. Fetch it.")).to_be_visible()

    page.get_by_label("Face engine").select_option("DiffDub")
    expect(page.locator("#head-terms")).to_contain_text("for academic use. Not for commercial use.")
    expect(page.get_by_label("Quality")).to_have_value("standard")
    page.get_by_label("Quality").select_option("Best")
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    page.reload()
    expect(page.get_by_label("Face engine")).to_have_value("diffdub")
    expect(page.get_by_label("Quality")).to_have_value("best")
