"""From what a command line asks for to a finished file: request a render, follow it, fetch the video."""

import errno
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.files.storage import default_storage
from tqdm import tqdm

from accounts.models import User
from avatarlab.console import choices
from avatarlab.errors import UserError
from rendering import selectors
from rendering import services as rendering
from rendering.models import Render
from studio import services as studio
from studio.models import Avatar, Background

LOCAL_USER = "cli@localhost"
"""Owns what the command line makes. Cannot sign in."""
LOOK_S = 0.25
WEBM = ".webm"
Tend = Callable[[], None]
Tell = Callable[[str], Any]


class RenderFailedError(RuntimeError):
    """The render ended without a video; the message is the render's own, and what its log ends with."""


@dataclass(frozen=True)
class Order:
    """What was asked for. Names are resolved by `choices`; format: fields of a project."""

    script: str
    avatar: str | None
    voice: str | None
    background: str | None
    layout: str
    expression: str
    intensity: float
    head: str
    quality: str
    recording: Path | None
    format: dict[str, Any]


def local_user(email: str = LOCAL_USER) -> User:
    user, _ = User.objects.get_or_create(email=email, defaults={"name": "Command line"})
    return user


def make(order: Order, target: Path, *, owner: User, tend: Tend, tell: Tell = tqdm.write) -> Render:
    """Render the order and write the video to `target`.

    tend: called while it waits; tell: gets sentences about a face that could be better.

    Raises UnknownNameError, UserError, RenderFailedError; OSError when `target` cannot be written.
    """
    # What can be refused at once is, before anything takes time.
    voice, background = choices.voice(owner, order.voice), choices.background(owner, order.background)
    if target.suffix == WEBM and background.kind != Background.Kind.TRANSPARENT:
        raise UserError("Only a video with a transparent background becomes a WebM. Name the output .mp4.")
    target.parent.mkdir(parents=True, exist_ok=True)
    if not os.access(target.parent, os.W_OK):
        raise PermissionError(errno.EACCES, "this folder cannot be written", str(target.parent))
    scene = {
        "script": order.script,
        "avatar": _accepted(choices.avatar(owner, order.avatar), tend, tell).pk,
        "voice": voice.pk,
        "background": background.pk,
        "layout": order.layout,
        "expression": order.expression,
        "intensity": order.intensity,
        "head": order.head,
        "quality": order.quality,
    }
    project = studio.create_project(owner=owner, scenes=[scene], **order.format)
    try:
        if order.recording:
            with order.recording.open("rb") as file:
                recording = File(file, name=order.recording.name)
                studio.upload_recording(scene=project.scenes.get(), file=recording)
        render = follow(studio.request_render(owner=owner, project=project), tend=tend)
        fetch(render, target)
        return render
    finally:
        studio.delete_project(project=project)


def follow(render: Render, *, tend: Tend) -> Render:
    """Show a progress bar until the render ends. Ctrl-C cancels it. Raises RenderFailedError."""
    try:
        with tqdm(unit="frame", disable=None) as bar:
            while render.is_active:
                now = selectors.snapshot(render)
                bar.total = now["frames_planned"] or None
                bar.set_description_str(now["label"], refresh=False)
                bar.update(now["frames_done"] - bar.n)
                tend()
                time.sleep(LOOK_S)
                render.refresh_from_db()
            bar.total = render.frames_planned or bar.total
            bar.set_description_str(render.get_state_display(), refresh=False)
            bar.update(render.frames_done - bar.n)
    except KeyboardInterrupt:
        rendering.cancel_render(render=render)
        raise
    if render.state != Render.State.DONE:
        cause = render.log.strip().rpartition("\n")[2]
        problem = render.problem or "The render was cancelled."
        raise RenderFailedError(f"{problem}\n{cause}".strip())
    return render


def fetch(render: Render, target: Path) -> None:
    """Copy the finished video to `target`, whole or not at all: WebM with transparency for a name in .webm,
    else MP4. Raises OSError."""
    stored = render.transparent if target.suffix == WEBM else render.video
    part = target.with_name(f".{target.name}.part")
    try:
        with default_storage.open(stored.name) as source, part.open("wb") as file:
            shutil.copyfileobj(source, file, 1 << 20)
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)


def _accepted(avatar: Avatar, tend: Tend, tell: Tell) -> Avatar:
    """The avatar once a worker has looked at it. One that is refused is not kept."""
    while avatar.state == Avatar.State.CHECKING:
        tend()
        time.sleep(LOOK_S)
        avatar.refresh_from_db()
    if avatar.state == Avatar.State.REFUSED:
        problem = avatar.problem
        studio.delete_avatar(avatar=avatar)
        raise RenderFailedError(problem)
    for sentence in avatar.warnings:
        tell(sentence)
    return avatar
