"""From what stands in the studio to a render: the rules, the quota, one row."""

import re
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.text import Truncator

from accounts import selectors as accounts
from accounts.models import User
from accounts.services import lock_user
from avatarlab.errors import Conflict, QuotaExceeded, UserError
from rendering import engine_selectors
from rendering import services as rendering
from rendering.models import PORTRAIT, Render
from rendering.selectors import CHARACTERS_PER_SECOND
from studio import selectors
from studio.models import Avatar, Project, Scene, Voice
from studio.scripts import check_length, check_speakable
from studio.services.projects import SceneData, create_project
from studio.spec import render_spec

MAX_KEY_LENGTH = 200
MAX_TITLE_FROM_SCRIPT = 60
"""Characters."""
SENTENCE_END = r"(?<=[.!?])(?<!\b[DMS][rst]\.)(?<!\bMrs\.)(?<!\bProf\.)\s"
"""Good enough for a title: Dr., Mr., Ms. and St. end none. The worker splits scripts with the whole rules."""


@transaction.atomic
def request_render(*, owner: User, project: Project, idempotency_key: str | None = None) -> Render:
    """Snapshot a project and put it on its way.

    Asked again while the same content of this project is on its way (two clicks, two windows), the answer is
    that render; with an idempotency key, at any time later too. Raises UserError for what a video lacks,
    Conflict for a key that came with other content, QuotaExceeded.
    """
    key = _checked_key(idempotency_key)
    scenes = list(project.scenes.select_related("avatar", "voice", "background"))
    _check_scripts(scenes)
    for scene in scenes:
        _check_avatar(scene.avatar, owner)
        _check_voice(scene.voice, owner)
        _check_head(scene.head)
        _check_background(scene, owner)
    spec = render_spec(project, scenes, selectors.lexicon_of(owner))
    title = project.title or _title_from(scenes)

    # From here on one request of this user at a time: what is looked up now must still hold at the insert.
    lock_user(owner)
    earlier = _earlier(owner, project, spec, title, key)
    if earlier is not None:
        return earlier
    _check_quota(owner)
    return rendering.create_render(
        owner=owner,
        spec=spec,
        title=title,
        project=project,
        idempotency_key=key,
        frames_estimate=_frames_estimate(project, scenes),
    )


@transaction.atomic
def request_render_of(
    *,
    owner: User,
    scenes: Sequence[SceneData],
    title: str = "",
    idempotency_key: str | None = None,
    **format_fields: Any,
) -> Render:
    """A render of scenes that are no project yet: the project is made along. Else as `request_render`."""
    project = create_project(owner=owner, title=title, scenes=scenes, **format_fields)
    render = request_render(owner=owner, project=project, idempotency_key=idempotency_key)
    if render.project_id != project.pk:
        project.delete()  # the key brought back an earlier render, which has its own
    return render


def _earlier(
    owner: User, project: Project, spec: dict[str, Any], title: str, key: str | None
) -> Render | None:
    mine = Render.objects.filter(owner=owner)
    if key is not None:
        same_key = mine.filter(idempotency_key=key).first()
        if same_key is not None and (same_key.spec, same_key.title) != (spec, title):
            raise Conflict(
                "This idempotency key was used for another video. Use a new key for each video you ask for."
            )
        return same_key
    for render in mine.filter(project=project, state__in=Render.ACTIVE):
        if (render.spec, render.title) == (spec, title):
            return render
    return None


def _checked_key(key: str | None) -> str | None:
    if not key:
        return None
    if len(key) > MAX_KEY_LENGTH or not (key.isascii() and key.isprintable()):
        raise UserError(f"An idempotency key has 1 to {MAX_KEY_LENGTH} printable ASCII characters.")
    return key


def _check_scripts(scenes: list[Scene]) -> None:
    if not scenes:
        raise UserError("The script is empty. Type what the avatar should say.")
    check_length("".join(scene.script for scene in scenes))
    for scene in scenes:
        if not scene.recording:
            check_speakable(scene.script)


def _check_avatar(avatar: Avatar | None, owner: User) -> None:
    if avatar is None or not selectors.avatars_for(owner).filter(pk=avatar.pk).exists():
        raise UserError("Choose an avatar: there is no face to speak yet.")
    if avatar.state == Avatar.State.CHECKING:
        raise Conflict(f"{avatar.name} is still being checked. Try again in a few seconds.")
    if avatar.state == Avatar.State.REFUSED:
        raise UserError(f"{avatar.name} cannot be used. {avatar.problem}".strip())


def _check_voice(voice: Voice | None, owner: User) -> None:
    if voice is None or not selectors.voices_for(owner).filter(pk=voice.pk).exists():
        raise UserError("Choose a voice: there is none to speak with yet.")
    if voice.state == Voice.State.CHECKING:
        raise Conflict(f"{voice.name} is still being checked. Try again in a few seconds.")
    if voice.problem:
        raise UserError(f"The voice {voice.name} is not available. {voice.problem}")
    engine = engine_selectors.engines().filter(name=voice.engine).first()
    if engine is not None and (problem := engine_selectors.problem_of(engine)):
        raise UserError(f"The voice {voice.name} is not available. {problem}")


def _check_head(name: str) -> None:
    head = engine_selectors.heads().filter(name=name).first()
    if head is None:
        if name != PORTRAIT:
            raise UserError(f"There is no face engine called {name} here any more. Choose another.")
    elif problem := engine_selectors.problem_of(head):
        raise UserError(f"The face engine {head.title} cannot be used. {problem}")


def _check_background(scene: Scene, owner: User) -> None:
    background = scene.background
    if background and not selectors.backgrounds_for(owner).filter(pk=background.pk).exists():
        raise UserError(f"The background {background.name} is no longer offered. Choose another.")


def _check_quota(owner: User) -> None:
    active = Render.objects.filter(owner=owner, state__in=Render.ACTIVE).count()
    most = accounts.max_active_renders(owner)
    if active >= most:
        raise QuotaExceeded(
            f"{active} of your videos are waiting or being rendered, and {most} can be at once. "
            "Wait until one is done, or cancel one."
        )
    used, limit = accounts.storage_bytes(owner), accounts.max_storage_bytes(owner)
    if used >= limit:
        raise QuotaExceeded(
            f"Your storage is full: {used / 1e6:,.0f} of {limit / 1e6:,.0f} MB are used. "
            "Delete videos or uploads you no longer need."
        )


def _title_from(scenes: list[Scene]) -> str:
    """The script's first sentence, or as much of it as a title holds."""
    words = " ".join(scene.script for scene in scenes)
    sentence = re.split(SENTENCE_END, words.strip(), maxsplit=1)[0].rstrip(".")
    return Truncator(sentence).chars(MAX_TITLE_FROM_SCRIPT) or "Untitled"


def _frames_estimate(project: Project, scenes: list[Scene]) -> int:
    """Frames until the worker has planned the render and knows."""
    seconds = sum(len(scene.script) / CHARACTERS_PER_SECOND / scene.speed for scene in scenes)
    return round(seconds * project.fps)
