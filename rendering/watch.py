"""A worker's ear in the pipeline: told after every chunk of frames, it tells the browser and can say stop."""

import logging
import threading
import time
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from redis.exceptions import RedisError

from avatarlab.media import url_for
from rendering import progress, queues, selectors
from rendering.engines.errors import Cancelled
from rendering.models import Render, RenderSegment
from rendering.outcome import TimeLimitExceeded
from studio.models import Avatar

if TYPE_CHECKING:
    from rendering.pipeline.segment import SegmentProgress

log = logging.getLogger(__name__)

stopping = threading.Event()
"""Set when this worker shall end: its work is given back at the next chunk."""

LOOK_S = 1 / progress.EVENTS_PER_SECOND
PREVIEW_S = 2.0
"""A preview is a stored file; every chunk's would be one write per chunk."""


def check_render(render_id: UUID, attempt: int, state: object) -> None:
    """Raise Cancelled when the render is no longer in `state`, TimeLimitExceeded when it took too long."""
    if stopping.is_set():
        raise Cancelled("The worker is stopping.")
    row = Render.objects.filter(pk=render_id, attempt=attempt, state=state).values_list("started").first()
    if row is None:
        raise Cancelled("The render ended or began anew.")
    limit = timedelta(seconds=settings.RENDER_TIME_LIMIT_S)
    if row[0] is not None and timezone.now() - row[0] > limit:
        raise TimeLimitExceeded


class SegmentWatch:
    """`report` of one segment. Looks at the render, and writes progress, at most four times a second."""

    def __init__(self, place: RenderSegment, attempt: int) -> None:
        self._place = place
        self._attempt = attempt
        self._looked = 0.0
        self._previewed = 0.0
        self._stage = ""

    def __call__(self, now: "SegmentProgress") -> None:
        """Raises Cancelled or TimeLimitExceeded."""
        clock = time.monotonic()
        if now.stage == self._stage and clock - self._looked < LOOK_S:
            return
        self._looked, self._stage = clock, now.stage
        check_render(self._place.render_id, self._attempt, Render.State.RUNNING)
        self._keep(now)
        if self._may_tell():
            self._tell(now)
        if now.preview is not None and clock - self._previewed > PREVIEW_S:
            self._previewed = clock
            show_preview(self._place.render_id, now.preview)

    def _keep(self, now: "SegmentProgress") -> None:
        kept = RenderSegment.objects.filter(pk=self._place.pk, worker=self._place.worker).update(
            state=RenderSegment.State.SPEECH if now.stage == "speech" else RenderSegment.State.FACE,
            frames_done=now.frames_done,
            frames_planned=now.frames_total or self._place.frames_planned,
        )
        if not kept:
            raise Cancelled("Another worker took this segment over.")

    def _may_tell(self) -> bool:
        """Several workers may render one video; together they keep to the rate of events."""
        try:
            key = f"render:{self._place.render_id}:told"
            return bool(queues.short_connection().set(key, 1, nx=True, px=round(1000 * LOOK_S)))
        except RedisError:
            return False

    def _tell(self, now: "SegmentProgress") -> None:
        render = Render.objects.filter(pk=self._place.render_id).first()
        if render is None:
            return
        places = list(render.segments.order_by("position"))
        done = sum(place.frames_done for place in places)
        planned = sum(place.frames_planned for place in places)
        Render.objects.filter(pk=render.pk).update(frames_done=done, frames_planned=planned)
        progress.publish(
            render.pk,
            progress.PROGRESS,
            position=self._place.position,
            stage=now.stage,
            segment_frames_done=now.frames_done,
            segment_frames_planned=now.frames_total,
            frames_done=done,
            frames_planned=planned,
            progress=selectors.done_share(render, done, planned),
            label=selectors.state_label(render, places),
            seconds_left=selectors.seconds_left(render, places),
        )


class AvatarWatch:
    """Asked in the long work on a video avatar whether anybody still wants it."""

    def __init__(self, avatar_id: UUID) -> None:
        self._avatar_id = avatar_id
        self._looked = 0.0

    def __call__(self) -> None:
        """Raises Cancelled."""
        if stopping.is_set():
            raise Cancelled("The worker is stopping.")
        clock = time.monotonic()
        if clock - self._looked > LOOK_S:
            self._looked = clock
            if not Avatar.objects.filter(pk=self._avatar_id, state=Avatar.State.CHECKING).exists():
                raise Cancelled("The avatar was deleted.")


def show_preview(render_id: UUID, picture: bytes) -> None:
    """Keep a JPEG as the render's preview in place of the one before, and tell where it is."""
    render = Render.objects.get(pk=render_id)
    before = render.preview.name
    render.preview.save("preview.jpg", ContentFile(picture), save=False)
    kept = Render.objects.filter(pk=render_id, state=Render.State.RUNNING).update(preview=render.preview.name)
    outdated = before if kept else render.preview.name
    if outdated:
        default_storage.delete(outdated)
    if kept:
        progress.publish(render.id, progress.PREVIEW, preview=url_for(render, "preview"))
