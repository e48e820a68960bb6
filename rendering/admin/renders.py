"""Renders for the operator: what happened, why it failed, and another try."""

import json

from django.contrib import admin, messages
from django.db.models import QuerySet, Sum
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from avatarlab.admin_parts import DeletesByService, GoesWithItsOwner, ReadOnlyInline
from avatarlab.errors import UserError
from rendering import services
from rendering.models import Render, RenderEvent, RenderSegment, Segment


class SegmentInline(ReadOnlyInline):
    model = RenderSegment
    fields = ["position", "state", "frames_done", "frames_planned", "reused", "worker", "claimed", "key"]


class EventInline(ReadOnlyInline):
    model = RenderEvent
    fields = ["number", "kind", "payload", "created"]


@admin.register(Render)
class RenderAdmin(DeletesByService, admin.ModelAdmin):
    """Read-only but for cancelling, retrying and deleting: a render is a snapshot."""

    list_display = ["title", "owner", "state", "progress", "attempt", "short_problem", "wall_time", "created"]
    list_filter = ["state", "created", "attempt"]
    search_fields = ["id", "title", "owner__email", "problem", "log"]
    date_hierarchy = "created"
    list_select_related = ["owner"]
    inlines = [SegmentInline, EventInline]
    actions = ["retry", "cancel"]
    fieldsets = [
        (None, {"fields": ["id", "title", "owner", "project", "state", "attempt", "progress", "wall_time"]}),
        ("What went wrong", {"fields": ["problem", "log_text"]}),
        (
            "Times",
            {"fields": ["created", "started", "first_playable", "finished", "duration", "seconds_text"]},
        ),
        ("Specification", {"classes": ["collapse"], "fields": ["idempotency_key", "spec_text"]}),
    ]

    @staticmethod
    def delete_service(render: Render) -> None:
        services.delete_render(render=render)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Render]:
        sums = {"sum_done": Sum("segments__frames_done"), "sum_planned": Sum("segments__frames_planned")}
        return super().get_queryset(request).annotate(**sums)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Render | None = None) -> bool:
        # Actions are offered on the list; a single row is a snapshot.
        return obj is None and super().has_change_permission(request)

    @admin.display(description="progress")
    def progress(self, render: Render) -> str:
        planned = render.sum_planned or render.frames_planned  # type: ignore[attr-defined]
        return f"{render.sum_done or 0} of {planned} frames"  # type: ignore[attr-defined]

    @admin.display(description="problem")
    def short_problem(self, render: Render) -> str:
        return render.problem[:80]

    @admin.display(description="took")
    def wall_time(self, render: Render) -> str:
        if not (render.started and render.finished):
            return "–"
        return f"{(render.finished - render.started).total_seconds():.1f} s for {render.duration:.1f} s"

    @admin.display(description="log")
    def log_text(self, render: Render) -> SafeString | str:
        return format_html("<pre>{}</pre>", render.log) if render.log else "–"

    @admin.display(description="seconds per stage")
    def seconds_text(self, render: Render) -> SafeString | str:
        return _pretty(render.seconds)

    @admin.display(description="RenderSpec")
    def spec_text(self, render: Render) -> SafeString | str:
        return _pretty(render.spec)

    @admin.action(description="Try the selected renders again", permissions=["change"])
    def retry(self, request: HttpRequest, renders: QuerySet[Render]) -> None:
        started = 0
        for render in renders:
            try:
                services.retry_render(render=render)
                started += 1
            except UserError as error:
                messages.warning(request, f"{render}: {error}")
        if started:
            messages.success(request, f"{started} started again.")

    @admin.action(description="Cancel the selected renders", permissions=["change"])
    def cancel(self, request: HttpRequest, renders: QuerySet[Render]) -> None:
        stopped = 0
        for render in renders:
            try:
                services.cancel_render(render=render)
                stopped += 1
            except UserError as error:
                messages.warning(request, f"{render}: {error}")
        if stopped:
            messages.success(request, f"{stopped} cancelled.")


def _pretty(value: object) -> SafeString:
    return format_html("<pre>{}</pre>", json.dumps(value, indent=1, ensure_ascii=False))


@admin.register(Segment)
class SegmentAdmin(GoesWithItsOwner, admin.ModelAdmin):
    """Finished sentences in storage. They go with the renders that use them."""

    list_display = ["key", "owner", "frames", "duration", "timing", "created"]
    fields = [*list_display, "words", "seconds"]
    list_filter = ["timing", "created"]
    search_fields = ["key", "owner__email"]
    list_select_related = ["owner"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Segment | None = None) -> bool:
        return False
