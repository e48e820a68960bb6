"""What may be read of renders, by whom, and in the form that pages, API and websocket share."""

from collections import defaultdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify

from avatarlab.media import url_for
from rendering import engine_selectors, hls, progress
from rendering.models import PORTRAIT, Render, RenderSegment

DEFAULT_FPS = 25
CHARACTERS_PER_SECOND = 14.5
"""English at normal speed, pauses between sentences included."""
UNMEASURED_SPEED = 1.0
"""Wall seconds per second of video, until this instance has rendered something."""
SPEED_SAMPLE = 10
"""Recent renders that tell how fast this instance is."""
SPEED_SEARCH = 50
"""Recent renders in which those of one engine are looked for."""
SETTLED_FRAMES = 25
"""Frames of a render that must be done before its own pace tells the time left."""

FILES = (
    ("mp4", "video"),
    ("webm", "transparent"),
    ("vtt", "captions_vtt"),
    ("srt", "captions_srt"),
)


def renders_of(user: Any) -> QuerySet[Render]:
    """A user's renders, newest first."""
    return Render.objects.filter(owner=user) if user.is_authenticated else Render.objects.none()


def render_for(user: Any, render_id: UUID | str) -> Render:
    """One render of this user. Raises Http404 for any other, so that an id tells nothing."""
    render = renders_of(user).filter(pk=render_id).first()
    if render is None:
        raise Http404("There is no such video.")
    return render


def snapshot(render: Render) -> dict[str, Any]:
    """Everything a page shows of a render, as JSON values, at event `number`."""
    places = list(render.segments.select_related("segment").order_by("position"))
    frames_done = sum(place.frames_done for place in places)
    frames_planned = sum(place.frames_planned for place in places) or render.frames_planned
    playable = bool(places) and places[0].segment is not None
    return {
        "id": str(render.id),
        "title": render.title,
        "state": render.state,
        "label": state_label(render, places),
        "number": render.event_number,
        "frames_done": frames_done,
        "frames_planned": frames_planned,
        "progress": done_share(render, frames_done, frames_planned),
        "seconds_left": seconds_left(render, places),
        "problem": render.problem,
        "created": render.created.isoformat(),
        "duration": render.duration,
        "playable": playable,
        "playlist": reverse("rendering:playlist", args=[render.id]) if playable else None,
        "preview": url_for(render, "preview") or None,
        "poster": url_for(render, "poster") or None,
        "files": files(render),
        "segments": segment_rows(render, places),
        "can_cancel": render.is_active,
        "can_retry": render.state in (Render.State.FAILED, Render.State.CANCELLED),
        "queue_position": queue_position(render),
        "timing": places[0].segment.timing if playable and places[0].segment else None,
    }


def done_share(render: Render, frames_done: int, frames_planned: int) -> float:
    """0 to 1; 1 only when the whole video is there."""
    if render.state == Render.State.DONE:
        return 1.0
    return round(min(frames_done / frames_planned, 0.99), 4) if frames_planned else 0.0


def state_label(render: Render, places: list[RenderSegment]) -> str:
    """What happens now, in a few words."""
    if render.state != Render.State.RUNNING:
        return render.get_state_display()
    if not places:
        return "Reading the script"
    finished = sum(place.state == RenderSegment.State.DONE for place in places)
    return f"Sentence {min(finished + 1, len(places))} of {len(places)}"


def files(render: Render) -> list[dict[str, str]]:
    """What can be downloaded. url plays or shows it, download saves it under `name`."""
    stem = slugify(render.title)[:60] or "video"
    return [
        {
            "kind": kind,
            "url": url_for(render, field),
            "download": url_for(render, field, download=True),
            "name": f"{stem}.{kind}",
        }
        for kind, field in FILES
        if getattr(render, field)
    ]


def segment_rows(render: Render, places: list[RenderSegment]) -> list[dict[str, Any]]:
    """Per sentence: where it begins and how far it is. Times of unfinished ones are estimates (seconds)."""
    fps = render.spec.get("format", {}).get("fps", DEFAULT_FPS)
    rows, start = [], 0.0
    for place in places:
        duration = place.segment.duration if place.segment else place.frames_planned / fps
        rows.append(
            {
                "position": place.position,
                "text": place.text,
                "state": place.state,
                "label": place.get_state_display(),
                "frames_done": place.frames_done,
                "frames_planned": place.frames_planned,
                "start": round(start, 3),
                "duration": round(duration, 3),
                "poster": url_for(place, "poster") or None,
            }
        )
        start += duration
    return rows


def seconds_left(render: Render, places: list[RenderSegment], now: datetime | None = None) -> int | None:
    """From the pace of this render so far, without what it found finished; None until there is a pace."""
    if render.state != Render.State.RUNNING or render.started is None:
        return None
    fresh = [place for place in places if not place.reused]
    done = sum(place.frames_done for place in fresh)
    left = sum(max(0, place.frames_planned - place.frames_done) for place in fresh)
    if done < SETTLED_FRAMES:
        return None
    elapsed = ((now or timezone.now()) - render.started).total_seconds()
    return round(elapsed * left / done)


def queue_position(render: Render) -> int | None:
    """1 for the next to start; None once it started."""
    if render.state != Render.State.QUEUED:
        return None
    return Render.objects.filter(state=Render.State.QUEUED, created__lt=render.created).count() + 1


def events_after(render: Render, number: int) -> list[dict[str, Any]]:
    """The numbered news after event `number`, oldest first, as the websocket sends them."""
    events = render.events.filter(number__gt=number).order_by("number")
    return [progress.event_message(event.number, event.kind, event.payload) for event in events]


def playlist_text(render: Render) -> str:
    """HLS playlist of the finished segments up to the first gap. Raises Http404 while there is none."""
    places = list(render.segments.select_related("segment").order_by("position"))
    fps = render.spec.get("format", {}).get("fps", DEFAULT_FPS)
    finished: list[tuple[str, float]] = []
    for place in places:
        if place.segment is None:
            break
        finished.append((url_for(place, "stream"), place.segment.duration))
    if not finished:
        raise Http404("Nothing can be played yet.")
    # Plans are estimates: leave room, as the target duration may not grow.
    target = 2 * max(place.frames_planned for place in places) / fps
    return hls.playlist(finished, ended=len(finished) == len(places), target=target)


def estimate(data: Any) -> dict[str, Any]:
    """Length and rendering time of a project, or of a dict with "scenes": [{"script", "speed", "head"}].

    render_seconds: None when a scene's engine was never timed here.
    """
    if isinstance(data, dict):
        scenes = [
            (scene.get("script") or "", scene.get("speed") or 1.0, scene.get("head") or PORTRAIT)
            for scene in data.get("scenes", [])
        ]
    else:
        scenes = list(data.scenes.values_list("script", "speed", "head"))
    seconds: dict[str, float] = defaultdict(float)
    for script, speed, head in scenes:
        seconds[head] += len(script.strip()) / CHARACTERS_PER_SECOND / speed
    paces = {head: measured_speed(head) for head in seconds if seconds[head]}
    waits = [seconds[head] * pace for head, pace in paces.items() if pace is not None]
    return {
        "characters": sum(len(script) for script, _, _ in scenes),
        "duration_seconds": round(sum(seconds.values()), 1),
        "render_seconds": round(sum(waits), 1) if len(waits) == len(paces) else None,
    }


def measured_speed(head: str = PORTRAIT) -> float | None:
    """Wall seconds per second of video of this instance's recent renders with that engine of faces that found
    nothing finished; else as the benchmark found on this machine; None when neither tells."""
    recent = (
        Render.objects.filter(state=Render.State.DONE, duration__gt=0, started__isnull=False)
        .exclude(segments__reused=True)
        .order_by("-finished")
        .annotate(wall=F("finished") - F("started"))
        .values_list("wall", "duration", "spec__scenes__0__avatar__head")[:SPEED_SEARCH]
    )
    alike = [(taken, duration) for taken, duration, of_head in recent if taken and of_head == head]
    if alike := alike[:SPEED_SAMPLE]:
        return sum(taken.total_seconds() for taken, _ in alike) / sum(duration for _, duration in alike)
    engine = engine_selectors.heads().filter(name=head).first()
    timed = engine.speed.get("factor") if engine else None
    return timed or (UNMEASURED_SPEED if head == PORTRAIT else None)
