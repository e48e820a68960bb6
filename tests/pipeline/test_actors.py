"""Prepared actors are kept for the next sentence, but only a few."""

from pathlib import Path

import numpy as np
import pytest

from rendering.engines.face.base import FaceAnalysis
from rendering.engines.talking_head import registry
from rendering.engines.talking_head.base import Actor, AvatarSource, Placement, StillSource
from rendering.pipeline import actors
from rendering.pipeline.actors import ActorCache
from rendering.pipeline.bundle import AvatarBundle, save
from rendering.pipeline.spec import BackgroundSpec, FormatSpec
from tests.pipeline.acting import EllipseActor
from tests.pipeline.factories import Files, scene


class EllipseHead:
    """Implements `TalkingHead`; counts what it prepares."""

    name = "ellipse"
    version = "1"

    def __init__(self) -> None:
        self.prepared: list[Placement] = []

    def prepare(self, source: AvatarSource, placement: Placement) -> Actor:
        self.prepared.append(placement)
        return EllipseActor(placement)


@pytest.fixture
def head(monkeypatch: pytest.MonkeyPatch) -> EllipseHead:
    made = EllipseHead()
    monkeypatch.setattr(registry, "engine", lambda name, **options: made)
    return made


@pytest.fixture
def media(tmp_path: Path) -> Files:
    """A bundle whose person is in the middle of a wide picture."""
    points = np.zeros((468, 3), np.float32)
    points[:, :2] = (160, 70)
    points[10, :2], points[152, :2] = (160, 50), (160, 110)
    alpha = np.zeros((180, 320), np.uint8)
    alpha[30:, 110:210] = 255
    picture = np.full((180, 320, 3), 99, np.uint8)
    face = FaceAnalysis((320, 180), points, 0.0, 0.0, 0.0, 45.0)
    source = StillSource(picture, alpha, picture, face)
    save(AvatarBundle(source, frozenset({"bottom"}), {}), tmp_path / "bundle")
    return Files(tmp_path)


def test_the_same_avatar_in_the_same_layout_is_prepared_once(head: EllipseHead, media: Files) -> None:
    cache, video = ActorCache(), FormatSpec()
    first = cache.staged(scene("One."), video, media)
    assert cache.staged(scene("Two."), video, media) is first
    assert len(head.prepared) == 1


def test_another_layout_format_or_background_needs_another_placement(head: EllipseHead, media: Files) -> None:
    cache = ActorCache()
    for wanted, video in (
        (scene(), FormatSpec()),
        (scene(layout="circle"), FormatSpec()),
        (scene(), FormatSpec("9:16")),
        (scene(background=BackgroundSpec("colour", ("#ffffff",))), FormatSpec()),
    ):
        cache.staged(wanted, video, media)
    assert len(head.prepared) == 4


def test_only_the_last_few_are_kept(head: EllipseHead, media: Files) -> None:
    cache = ActorCache()
    layouts = ("full", "circle", "card-left")
    assert len(layouts) > actors.CAPACITY
    for layout in (*layouts, "full"):
        cache.staged(scene(layout=layout), FormatSpec(), media)
    assert len(head.prepared) == 4
