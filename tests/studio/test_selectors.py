from uuid import uuid4

import pytest
from django.http import Http404

from studio import selectors
from tests import factories


def test_presets_and_ones_own_are_visible_and_nothing_else() -> None:
    me = factories.user()
    preset, mine = factories.avatar(), factories.avatar(me)
    factories.avatar(factories.user())
    factories.avatar(is_active=False)
    assert set(selectors.avatars_for(me)) == {preset, mine}


@pytest.mark.parametrize("what", ["avatar", "background", "project"])
def test_another_users_row_is_as_absent_as_none(what: str) -> None:
    me = factories.user()
    foreign = getattr(factories, what)(factories.user())
    find = getattr(selectors, f"{what}_for")
    for pk in (foreign.pk, uuid4(), "nonsense"):
        with pytest.raises(Http404):
            find(me, pk)


def test_projects_come_with_their_scenes_in_few_queries(django_assert_num_queries) -> None:
    me = factories.user()
    for _ in range(3):
        factories.project(me)
    with django_assert_num_queries(2):
        assert [p.scenes.all()[0].avatar.name for p in selectors.projects_of(me)]
