"""What the admin pages of several apps share."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils.html import format_html
from django.utils.safestring import SafeString

from avatarlab.errors import UserError
from avatarlab.media import url_for


def picture(row: Model, field: str, *, height: int = 56) -> SafeString | str:
    """A stored picture as the admin may see it: presets only. What users upload is theirs to see."""
    address = url_for(row, field)
    if not address or getattr(row, "owner_id", None) is not None:
        return "–"
    return format_html('<img src="{}" height="{}" alt="" loading="lazy">', address, height)


def player(row: Model, field: str) -> SafeString | str:
    """A stored sound, ready to be played."""
    address = url_for(row, field)
    if not address:
        return "–"
    return format_html('<audio src="{}" controls preload="none"></audio>', address)


class DeletesByService:
    """Deletes rows through their service, so that files go too and what is in use stays."""

    delete_service: Callable[[Any], None]

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        type(self).delete_service(obj)

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        for row in queryset:
            type(self).delete_service(row)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return self._or_say_why(request, super().delete_view, *args, **kwargs)  # type: ignore[misc]

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return self._or_say_why(request, super().changelist_view, *args, **kwargs)  # type: ignore[misc]

    def _or_say_why(
        self, request: HttpRequest, view: Callable, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except UserError as error:
            messages.error(request, f"Nothing was deleted. {error}")
            return HttpResponseRedirect(request.path.removesuffix("delete/"))


class GoesWithItsOwner:
    """Rows that are deleted with the row they belong to, never on their own."""

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        own_pages = f"{self.opts.app_label}_{self.opts.model_name}_"  # type: ignore[attr-defined]
        match = request.resolver_match
        if match is not None and (match.url_name or "").startswith(own_pages):
            return False
        return super().has_delete_permission(request, obj)  # type: ignore[misc]


class ReadOnlyInline(admin.TabularInline):
    """Rows that belong to another, to look at."""

    extra = 0
    can_delete = False

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return self.fields

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class PresetFilter(admin.SimpleListFilter):
    """Presets, or what users brought."""

    title = "whose"
    parameter_name = "whose"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("preset", "Presets"), ("user", "Users' own")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() is None:
            return queryset
        return queryset.filter(owner__isnull=self.value() == "preset")
