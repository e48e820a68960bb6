"""What is said of portraits, each made with exactly one thing wrong (tests/portraits.py)."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from rendering.engines.face.analysis import FaceAnalyser, shared_analyser
from rendering.engines.face.base import Image
from rendering.engines.face.doctor import examine
from rendering.engines.face.findings import Finding
from tests import pictures, portraits
from tests.portraits import Portrait

pytestmark = pytest.mark.models

PEOPLE = ("anna", "marco", "zuri", "kwame")


def findings(image: Image) -> tuple[Finding, ...]:
    analyser: FaceAnalyser = shared_analyser()
    return examine(image, analyser.measure(image))


def told(image: Image) -> dict[str, str]:
    """What was found and how grave it is."""
    return {found.what: found.severity for found in findings(image)}


@pytest.mark.parametrize("slug", PEOPLE)
def test_a_good_portrait_passes_silently(slug: str) -> None:
    assert told(portraits.preset(slug).image) == {}


REFUSED: dict[str, tuple[Callable[[Portrait], Image], str, str]] = {
    "head tilted": (lambda p: portraits.tilted(p, 35), "tilted", "Rotate the photo upright"),
    "profile": (lambda p: portraits.turned(p, 62), "turned-away", "looks towards the camera"),
    "dark glasses": (lambda p: portraits.glasses(p, (20, 18, 22)), "eyes-hidden", "without sunglasses"),
    "hair over both eyes": (
        lambda p: portraits.fringe(p, over_eyes=True),
        "eyes-hidden",
        "hair out of the eyes",
    ),
    "mask": (portraits.mask, "mouth-hidden", "whole face free"),
    "chin cut": (
        lambda p: portraits.cut_at(p, "bottom"),
        "cut-off",
        "bottom border of the photo cuts the chin",
    ),
    "forehead cut": (
        lambda p: portraits.cut_at(p, "top"),
        "cut-off",
        "top border of the photo cuts the forehead",
    ),
    "left side cut": (
        lambda p: portraits.cut_at(p, "left"),
        "cut-off",
        "left border of the photo cuts one side",
    ),
    "right side cut": (
        lambda p: portraits.cut_at(p, "right"),
        "cut-off",
        "right border of the photo cuts one side",
    ),
}


@pytest.mark.parametrize("slug", ["anna", "marco"])
@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_work_is_refused_with_a_remedy(case: str, slug: str) -> None:
    make, what, words = REFUSED[case]
    found = findings(make(portraits.head(slug)))
    assert (found[0].what, found[0].severity) == (what, "refuse")
    assert words in found[0].sentence


WARNED: dict[str, tuple[Callable[[Portrait], Image], str, str]] = {
    "dark": (portraits.dark, "too-dark", "more light on the face"),
    "side light": (portraits.side_lit, "harsh-light", "light from the front"),
    "out of focus": (portraits.blurred, "blurred", "in focus"),
    "hand at the chin": (portraits.hand_at_chin, "chin-covered", "chin and mouth free"),
    "cartoon": (portraits.cartoon, "drawing", "A photo gives a more natural avatar"),
    "mouth wide open": (portraits.mouth_open, "mouth-open", "closed mouth or a slight smile"),
    "turned": (lambda p: portraits.turned(p, -33), "turned-away", "looks at the camera"),
    "small": (lambda p: pictures.resize(p.image, 200 / 265), "small-face", "Crop closer"),
}


@pytest.mark.parametrize("slug", ["anna", "marco"])
@pytest.mark.parametrize("case", WARNED)
def test_what_works_less_well_is_told_with_a_remedy(case: str, slug: str) -> None:
    make, what, words = WARNED[case]
    found = {each.what: each for each in findings(make(portraits.head(slug)))}
    assert found[what].severity == "warn"
    assert words in found[what].sentence
    assert all(each.severity != "refuse" for each in found.values())


SILENT: dict[str, Callable[[Portrait], Image]] = {
    "slightly tilted": lambda p: portraits.tilted(p, 15),
    "clear glasses": portraits.glasses,
    "hair above the eyes": lambda p: portraits.fringe(p, over_eyes=False),
    "beard": portraits.beard,
    "slightly turned": lambda p: portraits.turned(p, -12),
    "in a larger photo": lambda p: np.asarray(
        cv2.copyMakeBorder(p.image, 300, 200, 400, 300, cv2.BORDER_REPLICATE), np.uint8
    ),
}


@pytest.mark.parametrize("slug", ["anna", "marco"])
@pytest.mark.parametrize("case", SILENT)
def test_what_works_is_not_talked_about(case: str, slug: str) -> None:
    assert told(SILENT[case](portraits.head(slug))) == {}


@pytest.mark.parametrize("slug", PEOPLE)
def test_closed_eyes_are_noticed(slug: str) -> None:
    portrait = portraits.head(slug)
    assert told(portraits.eyes_closed(portrait))["eyes-closed"] in ("refuse", "warn")


def test_a_smile_with_teeth_is_relaxed_not_refused() -> None:
    found = {each.what: each for each in findings(pictures.resize(portraits.smiling().image, 1.4))}
    assert set(found) == {"smile"}
    assert found["smile"].severity == "fixed"


def test_a_drawn_face_is_told_from_a_photo_or_not_found() -> None:
    assert told(portraits.drawn_face()).get("drawing") == "warn"


def test_dark_skin_is_no_dark_photo() -> None:
    for slug in ("kwame", "amara", "zuri", "ravi"):
        assert "too-dark" not in told(portraits.preset(slug).image)
