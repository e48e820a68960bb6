"""Pages of renders: the library, and the page on which one comes to life."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render as render_template
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from avatarlab.media import url_for
from avatarlab.pages import json_body
from rendering import engine_selectors, selectors, services
from rendering.models import Render
from studio.models import Voice

PAGE_SIZE = 24
ORDERS = {
    "newest": ("Newest first", "-created"),
    "oldest": ("Oldest first", "created"),
    "title": ("Title", "title"),
    "longest": ("Longest first", "-duration"),
}
TIMINGS = {"aligned": "from the sounds of each word", "estimated": "from the sound of the voice"}


@require_GET
@login_required
def library(request: HttpRequest) -> HttpResponse:
    """All videos of the user; htmx asks for the grid alone while they type."""
    query, order = request.GET.get("q", "").strip(), request.GET.get("order", "newest")
    own = selectors.renders_of(request.user)
    found = _matching(own, query, order)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "cards": [_card(render) for render in page],
        "page": page,
        "query": query,
        "order": order,
        "orders": [(key, label) for key, (label, _) in ORDERS.items()],
        "is_empty": not own.exists(),
    }
    template = "rendering/_grid.html" if request.headers.get("HX-Request") else "rendering/library.html"
    return render_template(request, template, context)


def _matching(renders: QuerySet[Render], query: str, order: str) -> QuerySet[Render]:
    if query:
        renders = renders.filter(title__icontains=query)
    return renders.order_by(ORDERS.get(order, ORDERS["newest"])[1], "-created")


def _card(render: Render) -> dict[str, object]:
    return {
        "row": render,
        "poster": url_for(render, "poster") or url_for(render, "preview"),
        "clip": url_for(render, "video"),
    }


@require_GET
@login_required
@never_cache
def render_page(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002 - the name in the address
    """One render; everything that changes is drawn by the browser from its snapshot."""
    render = selectors.render_for(request.user, id)
    snapshot = selectors.snapshot(render)
    page = {
        "snapshot": snapshot,
        "playlistUrl": reverse("rendering:playlist", args=[render.id]),
        "snapshotUrl": reverse("rendering:snapshot", args=[render.id]),
        "socketPath": f"/ws/renders/{render.id}/",
        "cancelUrl": reverse("rendering:cancel", args=[render.id]),
        "retryUrl": reverse("rendering:retry", args=[render.id]),
        "renameUrl": reverse("rendering:rename", args=[render.id]),
        "studioUrl": f"{reverse('studio:studio')}?project={render.project_id}" if render.project_id else None,
    }
    context = {"render": render, "snapshot": snapshot, "page": page, **_details(render, snapshot)}
    return render_template(request, "rendering/render.html", context)


def _details(render: Render, snapshot: dict[str, Any]) -> dict[str, Any]:
    """What the render was made from, out of its spec. ratio: the aspect as the name of a CSS class."""
    scenes, form = render.spec["scenes"], render.spec["format"]
    return {
        "format": form,
        "ratio": form["aspect"].replace(":", "x"),
        "avatars": sorted({scene["avatar"]["name"] for scene in scenes}),
        "voices": _voices(render, [scene["voice"] for scene in scenes if scene["recording"] is None]),
        "engines": engine_selectors.used_in(render.spec),
        "timing": TIMINGS.get(snapshot["timing"], snapshot["timing"]),
        "stages": sorted(render.seconds.items()),
    }


def _voices(render: Render, spoken: list[dict[str, Any]]) -> list[str]:
    """Keys of the presets' voices, and names of the owner's own, which share one key."""
    references = {voice["reference"]["sha256"] for voice in spoken if voice.get("reference")}
    own = Voice.objects.filter(owner=render.owner, bundle_sha256__in=references)
    names = dict(own.values_list("bundle_sha256", "name"))
    return sorted(
        {
            names.get(voice["reference"]["sha256"], "a voice that was deleted")
            if voice.get("reference")
            else voice["key"]
            for voice in spoken
        }
    )


@require_GET
@login_required
@never_cache
def snapshot(request: HttpRequest, id: UUID) -> JsonResponse:  # noqa: A002
    """What the websocket's first message says, for browsers behind a wall that blocks websockets."""
    return JsonResponse(selectors.snapshot(selectors.render_for(request.user, id)))


@require_GET
@login_required
@never_cache
def playlist(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    """The finished sentences so far, as HLS."""
    text = selectors.playlist_text(selectors.render_for(request.user, id))
    return HttpResponse(text, content_type="application/vnd.apple.mpegurl")


@require_POST
@login_required
def cancel(request: HttpRequest, id: UUID) -> JsonResponse:  # noqa: A002
    """Stop it."""
    render = services.cancel_render(render=selectors.render_for(request.user, id))
    return JsonResponse(selectors.snapshot(render))


@require_POST
@login_required
def retry(request: HttpRequest, id: UUID) -> JsonResponse:  # noqa: A002
    """Start a failed or cancelled one again."""
    render = services.retry_render(render=selectors.render_for(request.user, id))
    return JsonResponse(selectors.snapshot(render))


@require_POST
@login_required
def rename(request: HttpRequest, id: UUID) -> JsonResponse:  # noqa: A002
    """Give it another title."""
    title = json_body(request).get("title")
    render = services.rename_render(
        render=selectors.render_for(request.user, id), title=title if isinstance(title, str) else ""
    )
    return JsonResponse({"title": render.title})


@require_POST
@login_required
def delete_many(request: HttpRequest) -> HttpResponse:
    """Delete the listed videos; those already gone are no error, as undo windows of two tabs may overlap."""
    ids = json_body(request).get("ids")
    for render in selectors.renders_of(request.user).filter(pk__in=_uuids(ids)):
        services.delete_render(render=render)
    return HttpResponse(status=204)


def _uuids(values: object) -> list[UUID]:
    found = []
    for value in values if isinstance(values, list) else []:
        try:
            found.append(UUID(str(value)))
        except ValueError:
            continue
    return found
