"""One render through the services, the queue and the worker, timed."""

import subprocess
import time
from dataclasses import dataclass

from accounts.models import User
from rendering.models import Render
from studio.models import Avatar, Background, Voice
from studio.services.generate import request_render_of

PATIENCE_S = 3600


class RenderFailedError(RuntimeError):
    """A render that should be measured did not finish; the message is the render's own."""


@dataclass(frozen=True)
class Timing:
    """A finished render. wall: seconds from the request to the finished video; first_segment: seconds from
    the request until the first sentence can be played; duration: seconds of video; stages: wall seconds per
    stage of the segments it made; made: how many segments were not found in storage."""

    render: Render
    wall: float
    first_segment: float
    duration: float
    stages: dict[str, float]
    made: int


def speaker(name: str) -> User:
    """A user of the measurement. Segments belong to a user: a new one finds nothing in storage."""
    return User.objects.create_user(f"{name}@bench.invalid", max_active_renders=100)


def timed_render(owner: User, script: str, voice: str, *, worker: subprocess.Popen[bytes]) -> Timing:
    """Render a script at 720p, 25 fps, a still avatar before a replaced background, and wait for it.

    voice: slug of a voice preset. Raises RenderFailedError.
    """
    scene = {
        "script": script,
        "avatar": str(Avatar.objects.filter(owner=None, state=Avatar.State.READY).earliest("position").id),
        "voice": str(Voice.objects.get(slug=voice).id),
        "background": str(
            Background.objects.filter(owner=None, kind=Background.Kind.IMAGE).earliest("position").id
        ),
    }
    render = request_render_of(owner=owner, scenes=[scene], title="Measurement", height=720, fps=25)
    deadline = time.monotonic() + PATIENCE_S
    while render.is_active:
        if worker.poll() is not None or time.monotonic() > deadline:
            raise RenderFailedError("The worker ended, or the render took more than an hour.")
        time.sleep(0.1)
        render.refresh_from_db()
    if render.state != Render.State.DONE:
        raise RenderFailedError(f"{render.problem}\n{render.log}")
    return Timing(
        render=render,
        wall=(render.finished - render.created).total_seconds(),
        first_segment=(render.first_playable - render.created).total_seconds(),
        duration=render.duration,
        stages=dict(render.seconds),
        made=render.segments.filter(reused=False).count(),
    )
