"""What runs from the queues. The only functions that RQ calls; each looks at its row first and may run twice.

The pipeline is imported inside: this module is named by whoever enqueues, never imported by them.
"""

import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from rendering import avatars, engine_rows, leases, progress, pull_worker, resident, results, voices
from rendering.dispatch import dispatch
from rendering.engines.errors import Cancelled, EngineError, FaceError
from rendering.models import Render, RenderSegment, Segment
from rendering.outcome import fail_render, problem_of
from rendering.watch import AvatarWatch, SegmentWatch, check_render
from studio import selectors as studio
from studio.models import Avatar, Voice
from studio.spec import voice_spec

log = logging.getLogger(__name__)


@contextmanager
def supervised(render: Render, doing: str) -> Iterator[None]:
    """The one runner of render jobs: whatever happens inside, no row stays claimed and no error gets out."""
    try:
        yield
    except Cancelled as reason:
        log.info("render %s: stopped while %s: %s", render.id, doing, reason)
    except Exception as error:
        fail_render(render.id, render.attempt, error, doing=doing)
    finally:
        # A force stop (SystemExit) passes through here too; only SIGKILL leaves it to the lease.
        leases.release(resident.worker_name())
    dispatch(render.id)


def plan_render(render_id: UUID) -> None:
    """QUEUED -> RUNNING: one place per sentence, those found in storage done at once."""
    render = leases.claim_render(render_id, state=Render.State.QUEUED, worker=resident.worker_name())
    if render is None:
        return
    with supervised(render, "reading the script"):
        planned = resident.plan(render)
        stored = results.reusable_segments(render.owner_id, (segment.key for segment in planned))
        with transaction.atomic():
            # An earlier attempt's places, before the render, as who finishes them locks the two.
            list(render.segments.select_for_update().order_by("pk"))
            started = Render.objects.filter(
                pk=render.id, attempt=render.attempt, state=Render.State.QUEUED
            ).update(
                state=Render.State.RUNNING,
                started=timezone.now(),
                worker="",
                claimed=None,
                frames_planned=sum(segment.estimated_frames for segment in planned),
            )
            if not started:
                raise Cancelled("The render ended while it was planned.")
            render.segments.all().delete()
            places = RenderSegment.objects.bulk_create(
                RenderSegment(
                    render=render,
                    position=segment.position,
                    key=segment.key,
                    text=segment.text,
                    frames_planned=segment.estimated_frames,
                )
                for segment in planned
            )
            progress.publish_state(Render.objects.get(pk=render.id))
            # Held until the places point to them; those that were deleted since are rendered.
            still = Segment.objects.select_for_update().filter(pk__in=[one.pk for one in stored.values()])
            held = {segment.key: segment for segment in still.order_by("pk")}
            for place in places:
                if (segment := held.get(place.key)) is not None:
                    results.finish_place(place, segment, reused=True)


def render_segment(render_id: UUID, position: int) -> None:
    """Render one sentence, unless it is done or somebody is at it."""
    place = leases.claim_segment(render_id, position, worker=resident.worker_name())
    if place is None:
        _reuse_stored(render_id, position)
        return
    render, concerned = place.render, set[UUID]()
    with supervised(render, f"rendering sentence {position + 1}"):
        check_render(render.id, render.attempt, Render.State.RUNNING)
        planned = next((one for one in resident.plan(render) if one.position == position), None)
        if planned is None or planned.key != place.key:
            raise EngineError("The server was updated while this video was made. Press Retry.")
        with tempfile.TemporaryDirectory(prefix="segment-") as folder:
            files = resident.renderer().render(
                resident.spec(render),
                planned,
                media=resident.media(),
                out_dir=Path(folder),
                report=SegmentWatch(place, render.attempt),
            )
            concerned = results.keep_segment(place, files)
    for other in concerned - {render.id}:
        dispatch(other)


def _reuse_stored(render_id: UUID, position: int) -> None:
    """The segment was stored since the job was enqueued, or there is nothing to do."""
    place = RenderSegment.objects.filter(render_id=render_id, position=position, worker="").first()
    if place is None or place.state == RenderSegment.State.DONE:
        return
    render = place.render
    with supervised(render, f"looking for sentence {position + 1}"):
        if (segment := results.reusable_segments(render.owner_id, [place.key]).get(place.key)) is not None:
            results.finish_places(segment, rendered=None)


def join_render(render_id: UUID) -> None:
    """JOINING -> DONE: the finished video, captions and poster."""
    render = leases.claim_render(render_id, state=Render.State.JOINING, worker=resident.worker_name())
    if render is None:
        return

    def report(done: int, total: int) -> None:
        check_render(render.id, render.attempt, Render.State.JOINING)

    with (
        supervised(render, "joining the sentences"),
        tempfile.TemporaryDirectory(prefix="join-") as folder,
    ):
        from rendering.pipeline.join import join

        report(0, 0)
        pieces_dir, out_dir = Path(folder) / "pieces", Path(folder) / "out"
        pieces_dir.mkdir()
        pieces = results.fetch_pieces(render, pieces_dir)
        files = join(resident.spec(render), pieces, out_dir, report=report)
        if not results.keep_results(render, files):
            raise Cancelled("The render ended while it was joined.")


def check_avatar(avatar_id: UUID) -> None:
    """CHECKING -> READY or REFUSED."""
    avatar = Avatar.objects.filter(pk=avatar_id, state=Avatar.State.CHECKING).first()
    if avatar is None:
        return
    with resident.working_on(f"avatar-{avatar_id}"):
        try:
            avatars.analyse(avatar, resident.media(), AvatarWatch(avatar_id))
        except Cancelled as reason:
            log.info("avatar %s: its check stopped: %s", avatar_id, reason)
        except Exception as error:
            expected = isinstance(error, EngineError)
            log.warning("avatar %s refused: %s", avatar_id, error, exc_info=not expected)
            problem = problem_of(error, doing="looking at this face", reference=f"avatar {avatar_id}")
            avatars.refuse(avatar_id, problem, error.findings if isinstance(error, FaceError) else ())


def check_voice(voice_id: UUID) -> None:
    """CHECKING -> READY or REFUSED."""
    voice = Voice.objects.filter(pk=voice_id, state=Voice.State.CHECKING).first()
    if voice is None:
        return
    with resident.working_on(f"voice-{voice_id}"):
        try:
            voices.clone(voice, resident.media())
        except Exception as error:
            log.warning("voice %s refused: %s", voice_id, error, exc_info=not isinstance(error, EngineError))
            doing, reference = "listening to this recording", f"voice {voice_id}"
            voices.refuse(voice_id, problem_of(error, doing=doing, reference=reference))


def pull_models(pull_id: UUID) -> None:
    """WAITING -> RUNNING. Returns at once: the fetching goes on beside the renders."""
    pull_worker.begin(pull_id)


def hear(*, owner_id: int, text: str, voice_id: UUID, speed: float, pitch: float) -> tuple[bytes, str]:
    """Speak a text as a render of this user would: the bytes of a WAV file, or the problem in its place."""
    from rendering.pipeline.spec import voice_from_json

    try:
        voice = Voice.objects.get(pk=voice_id)
        engine_rows.check_allowed(voice.engine)
        lexicon = dict(studio.lexicon_of(User.objects.get(pk=owner_id)))
        spec = voice_from_json(voice_spec(voice, speed, pitch))
        return resident.renderer().speak(text, spec, lexicon, resident.media()), ""
    except Exception as error:
        log.warning("a sample could not be spoken: %s", error, exc_info=not isinstance(error, EngineError))
        return b"", problem_of(error, doing="speaking", reference=f"voice {voice_id}")
