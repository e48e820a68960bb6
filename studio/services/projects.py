"""Projects and their scenes: made, changed as a whole, and saved while somebody types."""

import math
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction

from accounts.models import User
from avatarlab.errors import NotFound, UserError
from avatarlab.files import delete_files_on_commit
from rendering import engine_selectors
from rendering.models import PORTRAIT
from studio import selectors
from studio.models import Project, Scene
from studio.scripts import check_length, clean_line, clean_text

MAX_SCENES = 50
FORMAT_FIELDS = ("aspect", "height", "fps", "burn_captions")

SceneData = Mapping[str, Any]
"""script, avatar, voice, background (ids or None), layout, title, expression, intensity, head, quality,
speed, pitch; also `id`, of a scene to change."""


@transaction.atomic
def create_project(
    *, owner: User, title: str = "", scenes: Sequence[SceneData] | None = None, **format_fields: Any
) -> Project:
    """A project, complete or not: what a video needs is checked when it is requested.

    Raises UserError, and NotFound for an avatar, voice or background that `owner` cannot see.
    """
    return _write(Project(owner=owner), {"title": title, "scenes": scenes or [], **format_fields})


@transaction.atomic
def update_project(*, project: Project, **changes: Any) -> Project:
    """Change title, format fields or `scenes` (the full list). A scene without `id` takes the place of the
    one at its position, so that its recording stays. Raises as `create_project` does."""
    return _write(project, changes)


@transaction.atomic
def delete_project(*, project: Project) -> None:
    """Delete a project and its recordings. Its renders stay in the library."""
    delete_files_on_commit(*project.scenes.all())
    project.delete()


@transaction.atomic
def save_draft(*, owner: User, data: Any) -> Project:
    """Keep what stands in the studio page.

    data: `project` (id) to change that one, else `page`, an id the page made when it was opened: however
    often and however concurrently it saves, it stays one project. The rest as `update_project`.
    """
    if not isinstance(data, Mapping):
        raise UserError("The draft could not be read. Reload the page.")
    changes = {name: data[name] for name in ("title", "scenes", *FORMAT_FIELDS) if name in data}
    if data.get("project"):
        return update_project(project=_own_project(owner, data["project"]), **changes)
    pk = uuid5(_uuid(data.get("page"), "draft"), f"draft of {owner.pk}")
    project, _ = Project.objects.get_or_create(pk=pk, defaults={"owner": owner})
    return _write(project, changes)


def _own_project(owner: User, pk: object) -> Project:
    project = Project.objects.filter(owner=owner, pk=_uuid(pk, "project")).first()
    if project is None:
        raise NotFound("This project does not exist any more. Reload the page to start a new one.")
    return project


def _write(project: Project, changes: Mapping[str, Any]) -> Project:
    unknown = set(changes) - {"title", "scenes", *FORMAT_FIELDS}
    if unknown:
        raise TypeError(f"Not a field of a project: {', '.join(sorted(unknown))}")
    if "title" in changes:
        project.title = _line(changes["title"], "title", 120)
    for name in ("aspect", "height", "fps"):
        if name in changes:
            setattr(project, name, _choice(Project, name, changes[name]))
    if "burn_captions" in changes:
        project.burn_captions = _flag(changes["burn_captions"], "burn_captions")
    project.save()
    if "scenes" in changes:
        _replace_scenes(project, changes["scenes"])
    return project


def _replace_scenes(project: Project, scenes: object) -> None:
    if not isinstance(scenes, Sequence) or isinstance(scenes, str):
        raise _wrong("scenes", "A list of scenes.")
    if len(scenes) > MAX_SCENES:
        raise UserError(f"A project takes up to {MAX_SCENES} scenes, these are {len(scenes)}.")
    old = list(project.scenes.all())
    by_id = {str(scene.pk): scene for scene in old}
    named = {str(data["id"]) for data in scenes if isinstance(data, Mapping) and data.get("id")}
    kept: set[UUID] = set()
    for position, data in enumerate(scenes):
        if not isinstance(data, Mapping):
            raise _wrong("scenes", "Each scene is an object.")
        if data.get("id"):
            scene = by_id.get(str(data["id"]))
            if scene is None or scene.pk in kept:
                raise NotFound("This scene does not exist any more. Reload the page.")
        elif position < len(old) and str(old[position].pk) not in named:
            scene = old[position]
        else:
            scene = Scene(project=project)
        _fill_scene(scene, position, data, project.owner)
        scene.save()
        kept.add(scene.pk)
    delete_files_on_commit(*(scene for scene in old if scene.pk not in kept))
    project.scenes.exclude(pk__in=kept).delete()
    # What was prefetched is not what stands there now.
    getattr(project, "_prefetched_objects_cache", {}).pop("scenes", None)


def _fill_scene(scene: Scene, position: int, data: SceneData, owner: User) -> None:
    script = data.get("script") or ""
    if not isinstance(script, str):
        raise _wrong("script", "Text.")
    scene.script = clean_text(script)
    check_length(scene.script)
    scene.position = position
    scene.avatar = _visible(selectors.avatars_for(owner), data.get("avatar"), "avatar")
    scene.voice = _visible(selectors.voices_for(owner), data.get("voice"), "voice")
    scene.background = _visible(selectors.backgrounds_for(owner), data.get("background"), "background")
    scene.layout = _choice(Scene, "layout", data.get("layout") or Scene.Layout.FULL)
    scene.title = _line(data.get("title"), "title", 120)
    scene.expression = _choice(Scene, "expression", data.get("expression") or Scene.Expression.CALM)
    scene.intensity = _number(data.get("intensity"), "intensity", 0.0, 2.0, default=1.0)
    scene.head, scene.quality = _head(data.get("head"), data.get("quality"))
    scene.speed = _number(data.get("speed"), "speed", 0.5, 2.0, default=1.0)
    scene.pitch = _number(data.get("pitch"), "pitch", -6.0, 6.0, default=0.0)


def _head(name: object, quality: object) -> tuple[str, str]:
    """A face engine that this instance knows, ready or not, and one of its qualities or "" for its usual."""
    name, quality = name or PORTRAIT, quality or ""
    if (name, quality) == (PORTRAIT, ""):
        return PORTRAIT, ""
    if not isinstance(name, str) or not isinstance(quality, str):
        raise _wrong("head", "Text.")
    qualities = dict(engine_selectors.heads().values_list("name", "qualities"))
    qualities.setdefault(PORTRAIT, [])
    if name not in qualities:
        raise _wrong("head", f"One of {', '.join(qualities)}.")
    if quality and quality not in qualities[name]:
        raise _wrong("quality", f"One of {', '.join(qualities[name])}." if qualities[name] else "None here.")
    return name, quality


def _visible(rows: Any, pk: object, what: str) -> Any:
    if not pk:
        return None
    row = rows.filter(pk=_uuid(pk, what)).first()
    if row is None:
        raise NotFound(f"This {what} does not exist any more. Choose another.")
    return row


def _uuid(value: object, what: str) -> UUID:
    try:
        return value if isinstance(value, UUID) else UUID(str(value))
    except ValueError:
        raise NotFound(f"This {what} does not exist. Reload the page and choose again.") from None


def _line(value: object, name: str, longest: int) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _wrong(name, "Text.")
    line = clean_line(value)
    if len(line) > longest:
        raise _wrong(name, f"Up to {longest} characters; this has {len(line)}.")
    return line


def _choice(model: type, name: str, value: object) -> Any:
    choices = [choice for choice, _ in model._meta.get_field(name).choices]  # type: ignore[attr-defined]
    for choice in choices:
        if str(choice) == str(value):
            return choice
    raise _wrong(name, f"One of {', '.join(str(choice) for choice in choices)}.")


def _number(value: object, name: str, least: float, most: float, *, default: float) -> float:
    if value is None or value == "":
        return default
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        number = math.nan
    if not least <= number <= most:
        raise _wrong(name, f"A number from {least:g} to {most:g}.")
    return number


def _flag(value: object, name: str) -> bool:
    if not isinstance(value, bool):
        raise _wrong(name, "True or false.")
    return value


def _wrong(name: str, sentence: str) -> UserError:
    return UserError(f"{name.replace('_', ' ').capitalize()}: {sentence}", fields={name: [sentence]})
