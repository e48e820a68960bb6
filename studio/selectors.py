"""What a user may see of the studio: presets and their own rows; of other people's there is no trace."""

from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.http import Http404

from accounts.models import User
from rendering import engine_selectors
from studio.models import Avatar, Background, Project, Pronunciation, Scene, Voice

CLONING_ENGINE = "lina"
"""The speech engine whose voices can be cloned."""


def avatars_for(user: User) -> QuerySet[Avatar]:
    """Presets first, then the user's own, also those still being checked or refused."""
    return Avatar.objects.visible_to(user)


def backgrounds_for(user: User) -> QuerySet[Background]:
    return Background.objects.visible_to(user)


def voices_for(user: User) -> QuerySet[Voice]:
    """Presets and the user's own. One whose `problem` is not empty is shown, but cannot be used."""
    return Voice.objects.visible_to(user)


def why_no_cloning() -> str:
    """Why no voice can be cloned here, in sentences; empty when one can."""
    engine = engine_selectors.engines().filter(name=CLONING_ENGINE).first()
    if engine is None:
        return "The engines of this installation are not known yet. Run: python manage.py seed"
    return engine_selectors.problem_of(engine)


def projects_of(user: User) -> QuerySet[Project]:
    """The user's projects with their scenes, in one query more."""
    scenes = Scene.objects.select_related("avatar", "voice", "background")
    return Project.objects.filter(owner=user).prefetch_related(Prefetch("scenes", queryset=scenes))


def pronunciations_of(user: User) -> QuerySet[Pronunciation]:
    return Pronunciation.objects.filter(owner=user)


def lexicon_of(user: User) -> list[list[str]]:
    """[written word (casefolded), how it sounds], in order: the form RenderSpec carries."""
    return sorted(
        [word.casefold(), spoken] for word, spoken in pronunciations_of(user).values_list("word", "spoken")
    )


def _row_or_404(rows: QuerySet, pk: UUID | str):
    try:
        row = rows.filter(pk=UUID(str(pk))).first()
    except ValueError:
        row = None
    if row is None:
        raise Http404
    return row


def avatar_for(user: User, pk: UUID | str) -> Avatar:
    """A visible avatar. Raises Http404, also for another user's."""
    return _row_or_404(avatars_for(user), pk)


def voice_for(user: User, pk: UUID | str) -> Voice:
    """A visible voice. Raises Http404, also for another user's."""
    return _row_or_404(voices_for(user), pk)


def background_for(user: User, pk: UUID | str) -> Background:
    """A visible background. Raises Http404, also for another user's."""
    return _row_or_404(backgrounds_for(user), pk)


def project_for(user: User, pk: UUID | str) -> Project:
    """A project of the user's. Raises Http404, also for another user's."""
    return _row_or_404(projects_of(user), pk)
