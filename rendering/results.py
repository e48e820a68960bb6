"""From the pipeline's local files to rows and storage, and back to local files for the join."""

import logging
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models.fields.files import FieldFile
from django.utils import timezone

from avatarlab.media import url_for
from rendering import progress
from rendering.models import Render, RenderSegment, Segment, segment_name

if TYPE_CHECKING:
    from rendering.pipeline.join import JoinedFiles, Piece
    from rendering.pipeline.segment import SegmentFiles

log = logging.getLogger(__name__)

SEGMENT_FILES = ("stream", "alpha", "audio", "poster")
RESULT_FILES = ("video", "transparent", "captions_vtt", "captions_srt", "poster", "preview")


def keep_segment(place: RenderSegment, files: "SegmentFiles") -> set[UUID]:
    """Store a rendered segment and finish every place that waits for it. Returns the renders concerned.

    The files are stored first, the row and all places follow in one transaction: a segment is there whole or
    not at all. Raises StorageFull.
    """
    segment = Segment(
        owner_id=place.render.owner_id,
        key=place.key,
        frames=files.frames,
        duration=files.duration,
        words=[[word.text, word.start, word.end] for word in files.words],
        timing=files.timing,
        seconds=dict(files.seconds),
    )
    stored: list[str] = []
    try:
        for field in SEGMENT_FILES:
            if (path := getattr(files, field)) is not None:
                stored.append(_store(segment, field, path, again=place.crashes > 0))
        with transaction.atomic():
            segment.save()
            if concerned := finish_places(segment, rendered=place):
                return concerned
            raise Unneeded
    except BaseException as error:
        for name in stored:
            default_storage.delete(name)
        if isinstance(error, IntegrityError):
            # Another worker, that took this over, was first; or the owner is gone.
            winner = Segment.objects.filter(owner_id=place.render.owner_id, key=place.key).first()
            return finish_places(winner, rendered=None) if winner else set()
        if isinstance(error, Unneeded):
            return set()
        raise


class Unneeded(Exception):  # noqa: N818 - control flow, not a failure
    """Every render that waited for a segment was deleted while it was made."""


def _store(segment: Segment, field: str, path: Path, *, again: bool) -> str:
    filename = f"{field}{path.suffix}"
    if again:  # the name follows from the key: a file there is what the killed worker stored last
        default_storage.delete(segment_name(segment, filename))
    kept: FieldFile = getattr(segment, field)
    with path.open("rb") as file:
        kept.save(filename, File(file), save=False)
    return kept.name


def reusable_segments(owner_id: int, keys: Iterable[str]) -> dict[str, Segment]:
    """The stored segments of some keys, by key. One whose files were lost is dropped and made again."""
    found = {}
    for segment in Segment.objects.filter(owner=owner_id, key__in=set(keys)):
        if all(default_storage.exists(file.name) for file in segment_files(segment)):
            found[segment.key] = segment
        else:
            log.warning("segment %s: its files are gone, it is rendered again", segment)
            segment.delete()
    return found


def segment_files(segment: Segment) -> list[FieldFile]:
    """The files a segment has; alpha only where the background is transparent."""
    return [file for field in SEGMENT_FILES if (file := getattr(segment, field))]


def finish_places(segment: Segment, *, rendered: RenderSegment | None) -> set[UUID]:
    """Mark every unfinished place of a segment's key done. Returns the renders concerned.

    rendered: the place it was rendered for; all others reuse it.
    """
    with transaction.atomic():
        waiting = RenderSegment.objects.filter(render__owner=segment.owner_id, key=segment.key)
        waiting = waiting.exclude(state=RenderSegment.State.DONE).select_related("render")
        # Places before renders, each in one order, here and in all that locks both: nobody waits in a circle.
        places = list(waiting.select_for_update(of=("self",)).order_by("pk"))
        for place in sorted(places, key=lambda place: (place.render_id, place.position)):
            finish_place(place, segment, reused=rendered is None or place.pk != rendered.pk)
    return {place.render_id for place in places}


def finish_place(place: RenderSegment, segment: Segment, *, reused: bool) -> None:
    """One place is done."""
    RenderSegment.objects.filter(pk=place.pk).update(
        state=RenderSegment.State.DONE,
        segment=segment,
        frames_done=segment.frames,
        frames_planned=segment.frames,
        worker="",
        claimed=None,
        reused=reused,
    )
    place.segment, place.state = segment, RenderSegment.State.DONE
    if place.position == 0:
        Render.objects.filter(pk=place.render_id, first_playable=None).update(first_playable=timezone.now())
    progress.publish(
        place.render_id,
        progress.SEGMENT,
        position=place.position,
        state=RenderSegment.State.DONE,
        label=place.get_state_display(),
        frames_done=segment.frames,
        frames_planned=segment.frames,
        duration=segment.duration,
        poster=url_for(place, "poster"),
        reused=reused,
    )


def fetch_pieces(render: Render, folder: Path) -> "Iterable[Piece]":
    """The finished segments of a render as local files under `folder`, in order, one at a time."""
    from rendering.engines.speech.base import Word
    from rendering.pipeline.join import Piece

    for place in render.segments.select_related("segment").order_by("position"):
        segment = place.segment
        yield Piece(
            stream=_fetch(segment.stream, folder),
            alpha=_fetch(segment.alpha, folder) if segment.alpha else None,
            audio=_fetch(segment.audio, folder),
            words=tuple(Word(text, start, end) for text, start, end in segment.words),
            frames=segment.frames,
            text=place.text,
        )


def _fetch(stored: FieldFile, folder: Path) -> Path:
    path = folder / stored.name.rpartition("/")[2]
    if not path.exists():  # the same sentence may come twice
        with stored.open("rb") as source, path.open("wb") as target:
            shutil.copyfileobj(source, target, 1024 * 1024)
    return path


def keep_results(render: Render, files: "JoinedFiles") -> bool:
    """Store the finished video and end the render. False when it was cancelled or deleted meanwhile.

    Raises StorageFull.
    """
    before = [
        getattr(render, field).name for field in ("video", "transparent", "captions_vtt", "captions_srt")
    ]
    before += [render.poster.name, render.preview.name]
    fields = {
        "video": files.mp4,
        "transparent": files.webm,
        "captions_vtt": files.vtt,
        "captions_srt": files.srt,
        "poster": files.poster,
    }
    names: dict[str, str] = {}
    try:
        for field, path in fields.items():
            if path is not None:
                kept: FieldFile = getattr(render, field)
                with path.open("rb") as file:
                    kept.save(path.name, File(file), save=False)
                names[field] = kept.name
        ended = _end_done(render, names, files)
    except BaseException:
        ended = False
        raise
    finally:
        for name in filter(None, before if ended else names.values()):
            default_storage.delete(name)
    return ended


def _end_done(render: Render, names: dict[str, str], files: "JoinedFiles") -> bool:
    with transaction.atomic():
        ended = Render.objects.filter(
            pk=render.pk, attempt=render.attempt, state=Render.State.JOINING, worker=render.worker
        ).update(
            **{field: names.get(field, "") for field in ("transparent", *names)},
            preview="",
            state=Render.State.DONE,
            duration=files.duration,
            frames_done=files.frames,
            frames_planned=files.frames,
            finished=timezone.now(),
            seconds=_seconds(render),
            worker="",
            claimed=None,
        )
        if ended:
            progress.publish_state(Render.objects.get(pk=render.pk))
    return bool(ended)


def _seconds(render: Render) -> dict[str, float]:
    """Wall seconds per stage, of the segments this render made itself."""
    total: dict[str, float] = {}
    made = render.segments.filter(reused=False, segment__isnull=False)
    for seconds in made.values_list("segment__seconds", flat=True):
        for stage, taken in seconds.items():
            total[stage] = round(total.get(stage, 0.0) + taken, 3)
    return total
