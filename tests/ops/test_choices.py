"""What a command line may name."""

import pytest

from avatarlab.console import choices
from studio.models import Avatar, Background
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_name_is_found_in_any_case_and_by_slug():
    claire = factories.avatar(name="Claire", slug="claire-studio")
    owner = factories.user()
    assert choices.avatar(owner, "CLAIRE") == claire
    assert choices.avatar(owner, "claire-studio") == claire


def test_an_unknown_name_is_answered_with_those_close_to_it():
    factories.voice(name="Heart", slug="kokoro-af-heart")
    factories.voice(name="Michael", slug="kokoro-am-michael", key="am_michael")
    with pytest.raises(choices.UnknownNameError) as unknown:
        choices.voice(factories.user(), "hart")
    assert str(unknown.value) == "There is no voice called hart. Did you mean Heart?"


def test_another_users_avatar_is_unknown():
    theirs = factories.avatar(factories.user(), name="Private")
    factories.avatar(name="Claire")
    with pytest.raises(choices.UnknownNameError):
        choices.avatar(factories.user(), theirs.name)


def test_without_a_name_the_first_that_is_ready_is_taken():
    factories.avatar(name="Broken", position=0, state=Avatar.State.REFUSED)
    first = factories.avatar(name="Claire", position=1)
    assert choices.avatar(factories.user(), None) == first


def test_without_a_name_it_is_a_preset_and_nothing_of_ones_own():
    owner = factories.user()
    avatar, background = factories.avatar(position=1), factories.background(position=1)
    factories.avatar(owner, position=0)
    factories.background(owner, position=0)
    assert choices.avatar(owner, None) == avatar
    assert choices.background(owner, None) == background


def test_a_voice_whose_model_is_missing_is_not_taken_unasked():
    factories.voice(position=0, problem="Its model is not fetched.")
    ready = factories.voice(position=1)
    assert choices.voice(factories.user(), None) == ready


@pytest.mark.parametrize(("written", "colour"), [("navy", "#000080"), ("#0B1B3A", "#0b1b3a")])
def test_a_background_may_be_a_colour(written, colour):
    factories.background()
    owner = factories.user()
    chosen = choices.background(owner, written)
    assert (chosen.kind, chosen.colours) == (Background.Kind.COLOUR, [colour])
    assert choices.background(owner, written) == chosen


def test_a_file_is_uploaded_once(tmp_path):
    picture = tmp_path / "wall.png"
    picture.write_bytes(factories.picture())
    owner = factories.user()
    first = choices.background(owner, str(picture))
    assert first.kind == Background.Kind.IMAGE
    assert choices.background(owner, str(picture)) == first
