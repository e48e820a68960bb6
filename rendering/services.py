"""What is done to renders on somebody's behalf. The row is written first; Redis hears of it on commit."""

import logging
import uuid
from typing import TYPE_CHECKING, Any

from django.db import transaction
from redis.exceptions import RedisError
from rq.exceptions import NoSuchJobError
from rq.job import Job, JobStatus

from accounts.selectors import max_active_renders
from avatarlab.errors import Conflict, QuotaExceeded, ServiceUnavailable, UserError
from avatarlab.files import delete_files
from rendering import progress, queues
from rendering.dispatch import dispatch
from rendering.models import Render, RenderEvent, RenderSegment, Segment
from rendering.results import RESULT_FILES, segment_files

if TYPE_CHECKING:
    from accounts.models import User
    from studio.models import Avatar, Project, Voice

log = logging.getLogger(__name__)

HEARING_TTL_S = 60
"""How long a spoken sample waits for the browser that asked for it, and its job for a worker."""
AVATAR_CHECK_S = 1200
"""A video avatar is matted when it is checked: minutes on a slow machine."""
VOICE_CHECK_S = 300
"""Fifteen seconds of sound are encoded in a few; the first time, a model of gigabytes is read before."""


def create_render(
    *,
    owner: "User",
    spec: dict[str, Any],
    title: str,
    project: "Project | None" = None,
    idempotency_key: str | None = None,
    frames_estimate: int = 0,
) -> Render:
    """A new render, waiting. spec: RenderSpec as JSON. With Redis away it waits until Redis is back."""
    with transaction.atomic():
        render = Render.objects.create(
            owner=owner,
            project=project,
            title=title,
            spec=spec,
            idempotency_key=idempotency_key,
            frames_planned=frames_estimate,
        )
        progress.publish_state(render)
        transaction.on_commit(lambda: dispatch(render.id))
    return render


def cancel_render(*, render: Render) -> Render:
    """Stop a render. What works on it stops at its next chunk of frames. Raises Conflict when it is over."""
    with transaction.atomic():
        if not Render.objects.filter(pk=render.pk, state__in=Render.ACTIVE).update(
            state=Render.State.CANCELLED, problem=""
        ):
            raise Conflict("This video is not being rendered any more.")
        render.refresh_from_db()
        progress.publish_state(render)
        transaction.on_commit(lambda: _drop_jobs(render))
    return render


def retry_render(*, render: Render) -> Render:
    """Start a failed or cancelled render again; finished segments are kept.

    Raises Conflict when it is neither, QuotaExceeded.
    """
    with transaction.atomic():
        current = Render.objects.select_for_update().get(pk=render.pk)
        if current.state not in (Render.State.FAILED, Render.State.CANCELLED):
            raise Conflict("Only a render that failed or was cancelled can be tried again.")
        most = max_active_renders(current.owner)
        if Render.objects.filter(owner=current.owner, state__in=Render.ACTIVE).count() >= most:
            raise QuotaExceeded(
                f"You have {most} videos in the making, the most at a time. Wait for one, or cancel one."
            )
        Render.objects.filter(pk=render.pk).update(
            state=Render.State.QUEUED,
            attempt=current.attempt + 1,
            problem="",
            worker="",
            claimed=None,
            crashes=0,
            started=None,
            finished=None,
        )
        render.refresh_from_db()
        progress.publish_state(render)
        transaction.on_commit(lambda: dispatch(render.id))
    return render


def rename_render(*, render: Render, title: str) -> Render:
    """Give a render another title. Raises UserError when it is empty or too long."""
    title = " ".join(title.split())
    if not title or len(title) > 120:
        message = "A title has 1 to 120 characters."
        raise UserError(message, fields={"title": [message]})
    render.title = title
    render.save(update_fields=["title"])
    return render


def delete_render(*, render: Render) -> None:
    """Remove a render, its files, and the segments that no other render of this user needs."""
    with transaction.atomic():
        # Places before the render, as who finishes them locks the two.
        keys = {place.key for place in render.segments.select_for_update().order_by("pk")}
        if Render.objects.filter(pk=render.pk, state__in=Render.ACTIVE).update(state=Render.State.CANCELLED):
            transaction.on_commit(lambda: _drop_jobs(render))
        render.refresh_from_db()
        names = [file.name for field in RESULT_FILES if (file := getattr(render, field))]
        RenderEvent.objects.filter(render=render).delete()
        Render.objects.filter(pk=render.pk).delete()
        # Locked before others' need of them is looked up: a plan that finds one stored holds it meanwhile.
        locked = Segment.objects.select_for_update().filter(owner=render.owner_id, key__in=keys)
        segments = list(locked.order_by("pk"))
        places = RenderSegment.objects.filter(render__owner=render.owner_id, key__in=keys)
        needed = set(places.values_list("key", flat=True))
        unneeded = [segment for segment in segments if segment.key not in needed]
        for segment in unneeded:
            names += [file.name for file in segment_files(segment)]
        Segment.objects.filter(pk__in=[segment.pk for segment in unneeded]).delete()
        transaction.on_commit(lambda: delete_files(names))
        progress.publish_deletion(render.id)


def check_avatar(*, avatar: "Avatar") -> None:
    """Have a worker analyse an uploaded avatar. With Redis away, the sweep enqueues it later."""
    transaction.on_commit(lambda: enqueue_avatar_check(avatar.id))


def check_voice(*, voice: "Voice") -> None:
    """Have a worker make a voice of an uploaded recording. With Redis away, the sweep enqueues it later."""
    transaction.on_commit(lambda: enqueue_voice_check(voice.id))


def enqueue_avatar_check(avatar_id: uuid.UUID) -> None:
    """Put the check of an avatar on the queue unless it waits there already."""
    _enqueue_check("check_avatar", avatar_id, f"avatar-{avatar_id}", AVATAR_CHECK_S)


def enqueue_voice_check(voice_id: uuid.UUID) -> None:
    """Put the check of a voice on the queue unless it waits there already."""
    _enqueue_check("check_voice", voice_id, f"voice-{voice_id}", VOICE_CHECK_S)


def _enqueue_check(function: str, row_id: uuid.UUID, job_id: str, timeout_s: int) -> None:
    try:
        queues.enqueue_once(function, row_id, job_id=job_id, timeout_s=timeout_s)
    except RedisError as error:
        log.warning("%s: Redis does not answer, its check waits: %s", job_id, error)


def start_hearing(*, owner: "User", text: str, voice: "Voice", speed: float, pitch: float) -> uuid.UUID:
    """Have a worker speak a text. Ask `hearing` for the sound. Raises ServiceUnavailable without Redis."""
    hearing_id = uuid.uuid4()
    try:
        queues.queue(queues.INTERACTIVE).enqueue_call(
            "rendering.jobs.hear",
            kwargs={"owner_id": owner.pk, "text": text, "voice_id": voice.pk, "speed": speed, "pitch": pitch},
            job_id=f"hear-{hearing_id}",
            meta={"owner": owner.pk},
            timeout=HEARING_TTL_S,
            ttl=HEARING_TTL_S,
            result_ttl=HEARING_TTL_S,
            failure_ttl=HEARING_TTL_S,
            description=f"hear-{hearing_id}",
        )
    except RedisError as error:
        raise _queue_away() from error
    return hearing_id


def hearing(*, owner: "User", id: uuid.UUID) -> dict[str, Any]:  # noqa: A002 - the name the contract gives it
    """What became of `start_hearing`: state waiting, done (audio: bytes of a WAV file) or failed (problem).

    Raises ServiceUnavailable without Redis.
    """
    expired = {"state": "failed", "audio": b"", "problem": "This sample is gone. Listen again."}
    try:
        job = Job.fetch(f"hear-{id}", connection=queues.short_connection())
        if job.meta.get("owner") != owner.pk:
            return expired
        status = job.get_status()
        answer = job.return_value() if status == JobStatus.FINISHED else None
    except NoSuchJobError:
        return expired
    except RedisError as error:
        raise _queue_away() from error
    if answer is not None:
        audio, problem = answer
        return {"state": "failed" if problem else "done", "audio": audio, "problem": problem}
    if status in (JobStatus.FAILED, JobStatus.STOPPED, JobStatus.CANCELED):
        return {**expired, "problem": "The voice took too long. Try again, or listen to a shorter text."}
    return {"state": "waiting", "audio": b"", "problem": ""}


def _queue_away() -> ServiceUnavailable:
    return ServiceUnavailable("The queue does not answer just now. Try again in a moment.")


def _drop_jobs(render: Render) -> None:
    """Jobs of a render that is over would do nothing; taking them out lets others run at once."""
    job_ids = [queues.plan_job_id(render.id, render.attempt), queues.join_job_id(render.id, render.attempt)]
    job_ids += [
        queues.segment_job_id(render.id, render.attempt, position)
        for position in render.segments.values_list("position", flat=True)
    ]
    try:
        waiting = queues.waiting_job_ids()
        queues.drop_waiting(job_id for job_id in job_ids if job_id in waiting)
    except RedisError as error:
        log.info("render %s: its jobs stay in the queue and will do nothing: %s", render.id, error)
