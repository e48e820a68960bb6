"""Photos as people bring them: each becomes an avatar that speaks, or is refused with the remedy."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from rendering.engines.errors import FaceError
from rendering.engines.face.base import Image
from rendering.engines.speech.base import SAMPLE_RATE, Phone, Speech
from rendering.engines.talking_head.base import Placement, StillSource
from rendering.engines.talking_head.portrait.engine import PortraitHead
from rendering.pipeline.avatar import load, prepare_still, save, shared_engines
from rendering.pipeline.bundle import AvatarBundle
from tests import pictures, portraits

pytestmark = pytest.mark.models

Make = Callable[[], Image]


def prepare(image: Image, folder: Path) -> AvatarBundle:
    return prepare_still(pictures.save(image, folder / "me.png"), engines=shared_engines(threads=1))


def two_people() -> Image:
    head = portraits.head("anna").image
    return np.ascontiguousarray(np.hstack([head, pictures.resize(portraits.head("marco").image, 1.0)]))


SPEAKS: dict[str, tuple[Make, tuple[str, ...]]] = {
    "tilted head": (lambda: portraits.tilted(portraits.preset("anna"), 15), ()),
    "glasses": (lambda: portraits.glasses(portraits.preset("marco")), ()),
    "beard": (lambda: portraits.beard(portraits.preset("marco")), ()),
    "long fringe": (lambda: portraits.fringe(portraits.preset("anna"), over_eyes=False), ()),
    "hand at the chin": (lambda: portraits.hand_at_chin(portraits.preset("anna")), ("chin-covered",)),
    "two faces": (two_people, ("several-faces",)),
    "painting": (lambda: portraits.painting(portraits.preset("anna")), ()),
    "cartoon": (lambda: portraits.cartoon(portraits.preset("anna")), ("drawing",)),
    "face of 200 pixels": (lambda: pictures.resize(portraits.preset("anna").image, 0.75), ("small-face",)),
    "dark photo": (lambda: portraits.dark(portraits.preset("marco")), ("too-dark",)),
    "harsh side light": (lambda: portraits.side_lit(portraits.preset("anna")), ("harsh-light",)),
    "blurred": (lambda: portraits.blurred(portraits.preset("anna")), ("blurred",)),
    "smile with teeth": (lambda: portraits.smiling().image, ("smile",)),
}


@pytest.mark.parametrize("case", SPEAKS)
def test_it_becomes_an_avatar_that_speaks(case: str, tmp_path: Path) -> None:
    make, told = SPEAKS[case]
    bundle = prepare(make(), tmp_path)
    assert set(told) <= {found.what for found in bundle.findings}
    source = bundle.source
    assert isinstance(source, StillSource)
    scale = 360 / source.image.shape[0]
    width = round(source.image.shape[1] * scale) // 2 * 2
    actor = PortraitHead().prepare(source, Placement(width, 360, scale, 0.0, 0.0))
    speech = Speech(
        np.full(SAMPLE_RATE * 12 // 25, 0.1, np.float32),
        (),
        tuple(
            Phone(label, 0.12 * number, 0.12 * (number + 1))
            for number, label in enumerate(("AA", "M", "IY", "SIL"))
        ),
        "aligned",
    )
    frames = np.concatenate([chunk.rgb for chunk in actor.animate(speech, frames=12, fps=25, seed=1)])
    mouth = (source.face.landmarks[[61, 291, 0, 17], :2] * scale).astype(int)
    (left, top), (right, bottom) = mouth.min(axis=0), mouth.max(axis=0)
    lips = frames[:, top:bottom, left:right].astype(np.float32)
    assert np.isfinite(lips).all()
    assert lips.std() > 1  # something is drawn there
    assert np.abs(lips[3] - lips[0]).mean() > 0.5  # and moves


REFUSED: dict[str, tuple[Make, str]] = {
    "profile": (lambda: portraits.turned(portraits.preset("anna"), 62), "Face turned away"),
    "lying head": (lambda: portraits.tilted(portraits.preset("anna"), 40), "Rotate the photo upright"),
    "sunglasses": (lambda: portraits.glasses(portraits.preset("anna"), (20, 18, 22)), "without sunglasses"),
    "mask": (lambda: portraits.mask(portraits.preset("anna")), "with the whole face free"),
    "drawn face": (portraits.drawn_face, "cannot be told from the background"),
    "closed eyes": (lambda: portraits.eyes_closed(portraits.preset("zuri")), "with both eyes open"),
    "face cut by the border": (
        lambda: portraits.cut_at(portraits.preset("anna"), "left"),
        "with the whole head",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_it_is_refused_with_a_reason_and_a_remedy(case: str, tmp_path: Path) -> None:
    make, words = REFUSED[case]
    with pytest.raises(FaceError, match=words) as refusal:
        prepare(make(), tmp_path)
    assert refusal.value.findings[0].severity == "refuse"
    assert refusal.value.findings[0].sentence == str(refusal.value)


def test_what_was_put_right_is_told(tmp_path: Path) -> None:
    bundle = prepare(pictures.resize(pictures.tight_portrait(), 0.7), tmp_path)
    told = {found.what: found for found in bundle.findings}
    assert told["widened"].severity == "fixed"
    assert 0.3 < told["widened"].value < 0.8
    assert "widened" not in " ".join(bundle.warnings)


def test_findings_are_kept_with_the_avatar(tmp_path: Path) -> None:
    bundle = prepare(portraits.blurred(portraits.preset("anna")), tmp_path)
    save(bundle, tmp_path / "a.avatar")
    (found,) = load(tmp_path / "a.avatar").findings
    assert found.what == "blurred"
    assert found.value == pytest.approx(bundle.findings[0].value, abs=0.001)
    assert load(tmp_path / "a.avatar").warnings == (found.sentence,)
