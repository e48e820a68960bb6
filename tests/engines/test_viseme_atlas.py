"""The shipped mouths, and how a frame chooses among them."""

import json
from dataclasses import replace

import numpy as np
import pytest

from rendering.engines.errors import EngineError
from rendering.engines.talking_head.portrait import atlas
from rendering.engines.talking_head.portrait.lip_lines import MouthPixels
from rendering.engines.talking_head.portrait.mouth_textures import CLEAR_OF_LIPS, MouthTextures
from studio.seeding.shipped import read_list

UNCHANGED = np.ones(3, np.float32)
WIDTH = 100.0
"""Pixels of a resting mouth."""


def textures(name: str = "claire", **options: bool) -> MouthTextures:
    return MouthTextures(atlas.load(name), UNCHANGED, WIDTH, **options)


def test_every_preset_face_has_an_atlas_of_its_own() -> None:
    assert {entry["atlas"] for entry in read_list("avatars")} == set(atlas.names())
    assert len(atlas.names()) >= 12


@pytest.mark.parametrize("name", atlas.names())
def test_an_atlas_is_small_says_where_it_is_from_and_can_be_read(name: str) -> None:
    files = [atlas.FOLDER / f"{name}.{suffix}" for suffix in ("webp", "json")]
    assert sum(file.stat().st_size for file in files) <= 400_000
    facts = json.loads(files[1].read_text())
    assert "Not a real person" in facts["origin"]
    assert facts["licence"]
    entries = atlas.load(name).entries
    assert len(entries) >= 5
    for entry in entries:
        assert entry.texture.shape == (atlas.ROWS, atlas.COLUMNS, 3)
        assert 0.02 < entry.gap.max() < 0.6
        assert 0 <= entry.teeth < entry.gap.max() + 0.01


def test_an_unknown_atlas_is_named_with_those_that_exist() -> None:
    with pytest.raises(EngineError, match="claire"):
        atlas.load("nobody")


def test_teeth_are_lent_by_a_face_in_like_light() -> None:
    dark, fair = atlas.light("kwame"), atlas.light("leila")
    assert atlas.best_fit(dark) == "kwame"
    assert atlas.best_fit(fair) == "leila"
    assert atlas.best_fit(replace(fair, yaw=90.0)) in atlas.lenders()


def test_a_wide_and_a_puckered_mouth_show_different_entries() -> None:
    entries = atlas.load("claire").entries

    def most(opening: float, rounding: float, jaw: float) -> str:
        shares = textures().shares(opening, rounding, jaw)
        return entries[max(shares, key=lambda share: share.weight).entry].name

    assert most(0.3 * WIDTH, 0.0, 0.8).startswith("AA")
    assert most(0.2 * WIDTH, 1.0, 0.2).startswith(("UW", "OW"))
    assert most(0.12 * WIDTH, -0.6, 0.1).startswith(("S", "IY", "EH"))


def test_entries_come_and_go_without_a_jump() -> None:
    mouths = textures()

    def weights(opening: float) -> np.ndarray:
        found = np.zeros(len(atlas.load("claire").entries))
        for share in mouths.shares(opening, 0.1, 0.4):
            found[share.entry] = share.weight
        return found / found.sum()

    steps = [weights(opening) for opening in np.arange(1, 40, 0.1)]
    assert np.abs(np.diff(steps, axis=0)).max() < 0.12


def column(gap: float) -> MouthPixels:
    """The middle column of a mouth, open by `gap` pixels."""
    depth = np.arange(0.5, gap, 1.0, dtype=np.float32)[:, None]
    middle = np.full_like(depth, atlas.COLUMNS / 2)
    return MouthPixels(
        middle, np.zeros_like(depth), depth, np.full_like(depth, gap), np.ones(depth.shape, bool)
    )


def test_teeth_keep_their_size_when_the_mouth_opens_less() -> None:
    """Texture rows a pixel apart on the panel are as far apart as in the photograph, until the teeth end."""
    mouths = textures()
    entry = atlas.load("claire").entries[0]
    own = float(entry.gap[atlas.COLUMNS // 2])
    rows = mouths._inside_row(0, column(0.6 * own * WIDTH))[:, 0]
    assert np.diff(rows)[1:4] == pytest.approx(atlas.INSIDE / (own * WIDTH), rel=0.05)
    assert rows[-1] == pytest.approx(atlas.ABOVE + atlas.UPPER + CLEAR_OF_LIPS[1] * atlas.INSIDE, abs=2.0)


def test_where_the_picture_has_teeth_only_mouths_that_hide_theirs_are_lent() -> None:
    whole, toothless = textures(), textures(without_teeth=True)
    assert 0 < len(toothless._entries) < len(whole._entries)
    assert all(entry.teeth < 0.06 for entry in toothless._entries)


def test_no_inside_is_black() -> None:
    assert min(int(picture[..., 0].min()) for picture in textures()._pictures) > 30
