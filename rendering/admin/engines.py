"""Engines and their model files for the operator: what is here, under which terms, and fetching the rest."""

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from avatarlab.errors import UserError
from rendering import engine_selectors, pull_services
from rendering.models import Engine, ModelPull

PERMISSION = "rendering.add_modelpull"
"""To fetch model files and to cancel that."""


@admin.register(Engine)
class EngineAdmin(admin.ModelAdmin):
    """Read-only but for fetching: engines come with the project, their state from what is on the machine."""

    change_list_template = "admin/rendering/engine/page.html"
    fields = [
        "name",
        "title",
        "summary",
        "kind",
        "state",
        "problem",
        "version",
        "languages",
        "qualities",
        "hardware",
        "device_memory_mb",
        "code_licence",
        "weights_licence",
        "commercial",
        "source",
        "artifacts",
        "speed",
        "updated",
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Engine | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Engine | None = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("table/", self._for_staff(self.table), name="rendering_engine_table"),
            path(
                "<slug:name>/fetch/", self._for_staff(require_POST(self.fetch)), name="rendering_engine_fetch"
            ),
            path(
                "pulls/<uuid:id>/cancel/",
                self._for_staff(require_POST(self.cancel)),
                name="rendering_pull_cancel",
            ),
        ]
        return own + super().get_urls()

    def _for_staff(self, view: Any) -> Any:
        return self.admin_site.admin_view(view)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """All engines by kind; while something is fetched, the table renews itself."""
        self._check_view(request)
        context = {
            **self.admin_site.each_context(request),
            **self._context(request),
            "title": "Engines and models",
        }
        return TemplateResponse(request, self.change_list_template, context)

    def table(self, request: HttpRequest) -> HttpResponse:
        """The part of the page that changes while something is fetched."""
        self._check_view(request)
        return TemplateResponse(request, "admin/rendering/engine/table.html", self._context(request))

    def fetch(self, request: HttpRequest, name: str) -> HttpResponse:
        """Have a worker fetch what an engine lacks."""
        self._check_fetch(request)
        engine = get_object_or_404(Engine, pk=name)
        try:
            pull_services.request_pull(engine=engine, user=request.user)
        except UserError as error:
            messages.warning(request, f"{engine}: {error}")
        return HttpResponseRedirect(reverse("admin:rendering_engine_changelist"))

    def cancel(self, request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002 - the name in the address
        """Stop fetching."""
        self._check_fetch(request)
        pull = ModelPull.objects.filter(pk=id).first()
        if pull is None:
            raise Http404
        try:
            pull_services.cancel_pull(pull=pull)
        except UserError as error:
            messages.warning(request, str(error))
        return HttpResponseRedirect(reverse("admin:rendering_engine_changelist"))

    def _check_view(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied

    def _check_fetch(self, request: HttpRequest) -> None:
        if not request.user.has_perm(PERMISSION):
            raise PermissionDenied

    def _context(self, request: HttpRequest) -> dict[str, Any]:
        rows = [_row(engine) for engine in engine_selectors.engines()]
        kinds = [
            (label, [row for row in rows if row["engine"].kind == kind])
            for kind, label in Engine.Kind.choices
        ]
        return {
            "kinds": [(label, of_kind) for label, of_kind in kinds if of_kind],
            "fetching": any(row["pull"] and row["pull"].is_active for row in rows),
            "may_fetch": request.user.has_perm(PERMISSION),
        }


def _row(engine: Engine) -> dict[str, Any]:
    """What the table shows of one engine. pull: the latest fetch, unless everything came of it."""
    pull = engine.pulls.first()
    state = engine_selectors.state_of(engine)
    absent = pull_services.absent_artifacts(engine)
    files = {artifact["name"]: artifact for artifact in engine.artifacts}
    fetchable = state in (Engine.State.READY, Engine.State.LACKING)
    return {
        "engine": engine,
        "state": state,
        "state_label": Engine.State(state).label,
        "problem": engine_selectors.problem_of(engine),
        "pull": pull if pull and pull.state != ModelPull.State.DONE else None,
        "fetch_bytes": sum(files[name]["bytes"] for name in absent) if fetchable else 0,
        "fetches_needed": any(files[name]["needed"] for name in absent),
        "present": sum(artifact["state"] in ("present", "unpinned") for artifact in engine.artifacts),
    }
