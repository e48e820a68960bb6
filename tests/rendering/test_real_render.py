"""A real face, voice and encoder, in a worker that is killed, and in one that is told to stop."""

import signal
import time
from pathlib import Path

import av
import pytest
from django.core.files import File

from accounts.models import User
from rendering import services
from rendering.models import Render, RenderSegment
from studio.models import Avatar, Project
from studio.services import generate as studio
from tests import factories
from tests.rendering.processes import wait_until, worker

PORTRAIT = Path(__file__).resolve().parents[2] / "studio" / "presets" / "avatars" / "amara.webp"
SCRIPT = (
    "Good morning to everybody. This is the second sentence of three. And with this one we come to an end."
)

pytestmark = pytest.mark.models


@pytest.fixture
def project(owner: User) -> Project:
    """A project whose avatar still has to be looked at."""
    made = factories.project(owner, script=SCRIPT, height=480)
    avatar = Avatar(owner=owner, name="Anybody", state=Avatar.State.CHECKING)
    content = PORTRAIT.read_bytes()
    avatar.sha256 = factories._kept(avatar, "media", content, "webp")
    avatar.save()
    made.scenes.update(avatar=avatar, voice=factories.voice(engine="hibari", key="heart", language="en-us"))
    return made


def check(avatar: Avatar) -> None:
    services.check_avatar(avatar=avatar)

    def checked() -> bool:
        avatar.refresh_from_db()
        return avatar.state != Avatar.State.CHECKING

    wait_until(checked, seconds=120)
    assert avatar.state == Avatar.State.READY, avatar.problem


def test_a_real_render_survives_sigkill_and_is_cancelled_within_a_second(project: Project) -> None:
    avatar = project.scenes.get().avatar
    with worker(real=True) as process:
        check(avatar)
        render = studio.request_render(owner=project.owner, project=project)
        places = render.segments
        wait_until(
            lambda: (
                places.filter(state=RenderSegment.State.DONE).exists()
                and places.filter(state=RenderSegment.State.FACE).exists()
            ),
            seconds=120,
        )
        process.send_signal(signal.SIGKILL)
        process.wait(10)
    kept = places.filter(state=RenderSegment.State.DONE).count()

    with worker(real=True):
        wait_until(lambda: not Render.objects.get(pk=render.pk).is_active, seconds=120)
        render.refresh_from_db()
        assert render.state == Render.State.DONE, render.log
        assert 1 <= kept < places.count() == 3
        assert places.filter(crashes=1).count() == 1
        with av.open(File(render.video.open())) as video:
            assert video.duration / av.time_base == pytest.approx(render.duration, abs=0.1)
            assert {stream.type for stream in video.streams} == {"video", "audio"}

        project.scenes.update(script=SCRIPT.replace("morning", "evening").replace("second", "next"))
        again = studio.request_render(owner=project.owner, project=project)
        wait_until(lambda: again.segments.filter(state=RenderSegment.State.FACE).exists(), seconds=60)
        services.cancel_render(render=again)
        began = time.monotonic()
        wait_until(lambda: not again.segments.exclude(worker="").exists(), seconds=10)
        assert time.monotonic() - began < 2.0
        again.refresh_from_db()
        assert again.state == Render.State.CANCELLED
