"""Presets for the operator: faces, voices, backgrounds. Users' own pictures are listed, not shown."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models, transaction
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from avatarlab.admin_parts import DeletesByService, PresetFilter, ReadOnlyInline, picture, player
from avatarlab.errors import UserError
from avatarlab.files import delete_files
from rendering.services import check_avatar
from studio import services
from studio.models import Avatar, Background, Project, Pronunciation, Scene, Voice
from studio.signatures import Upload, recognise_picture


class MediaForm(forms.ModelForm):
    """Checks a new file as an upload of a user's is checked, and keeps what was recognised."""

    upload: Upload | None = None

    def clean_media(self) -> Any:
        media = self.cleaned_data["media"]
        if media and "media" in self.changed_data:
            try:
                self.upload = recognise_picture(media)
            except UserError as error:
                raise forms.ValidationError(str(error)) from None
            media.name = f"upload.{self.upload.suffix}"
        return media


class MediaAdmin(DeletesByService, admin.ModelAdmin):
    """Rows with a picture or video; new ones are presets."""

    form = MediaForm
    # Stored files have no address of their own that the usual widget could link to.
    formfield_overrides = {models.FileField: {"widget": forms.FileInput}}
    list_editable = ["position", "is_active"]
    search_fields = ["name", "slug", "owner__email"]
    ordering = [models.F("owner").asc(nulls_first=True), "position", "-created"]
    list_select_related = ["owner"]
    readonly_fields = ["preview", "owner", "sha256", "created"]
    prepopulated_fields = {"slug": ["name"]}

    def save_model(self, request: HttpRequest, obj: Any, form: MediaForm, change: bool) -> None:
        replaced = [type(obj).objects.get(pk=obj.pk).media.name] if change and form.upload else []
        super().save_model(request, obj, form, change)
        transaction.on_commit(lambda: delete_files(filter(None, replaced)))

    @admin.display(description="")
    def thumb(self, row: Any) -> SafeString | str:
        return picture(row, "thumbnail")

    @admin.display(description="picture")
    def preview(self, row: Any) -> SafeString | str:
        return picture(row, "media", height=240)

    @admin.display(description="whose", ordering="owner")
    def whose(self, row: Any) -> str:
        return row.owner.email if row.owner else "preset"


@admin.register(Avatar)
class AvatarAdmin(MediaAdmin):
    list_display = ["thumb", "name", "whose", "kind", "availability", "position", "is_active", "created"]
    list_display_links = ["thumb", "name"]
    list_filter = [PresetFilter, "state", "kind", "is_active"]
    fields = [
        "preview",
        "name",
        "slug",
        "description",
        "media",
        "state",
        "problem",
        "warnings",
        "report",
        "origin",
        "position",
        "is_active",
        "owner",
        "sha256",
        "created",
    ]
    readonly_fields = [*MediaAdmin.readonly_fields, "state", "problem", "warnings", "report"]

    @staticmethod
    def delete_service(avatar: Avatar) -> None:
        services.delete_avatar(avatar=avatar)

    @admin.display(ordering="state")
    def availability(self, avatar: Avatar) -> str:
        label = avatar.get_state_display()
        return f"{label}: {avatar.problem}" if avatar.problem else label

    def save_model(self, request: HttpRequest, obj: Avatar, form: MediaForm, change: bool) -> None:
        if form.upload:
            obj.kind = Avatar.Kind.VIDEO if form.upload.kind == "video" else Avatar.Kind.STILL
            obj.sha256, obj.state, obj.problem = form.upload.sha256, Avatar.State.CHECKING, ""
        super().save_model(request, obj, form, change)
        if form.upload:
            check_avatar(avatar=obj)


@admin.register(Background)
class BackgroundAdmin(MediaAdmin):
    list_display = ["swatch", "name", "whose", "kind", "position", "is_active", "created"]
    list_display_links = ["swatch", "name"]
    list_filter = [PresetFilter, "kind", "is_active"]
    fields = [
        "preview",
        "name",
        "slug",
        "kind",
        "colours",
        "angle",
        "media",
        "position",
        "is_active",
        "owner",
        "sha256",
        "created",
    ]

    @staticmethod
    def delete_service(background: Background) -> None:
        services.delete_background(background=background)

    @admin.display(description="")
    def swatch(self, background: Background) -> SafeString | str:
        if not background.colours:
            return picture(background, "thumbnail")
        first, last = background.colours[0], background.colours[-1]
        return format_html(
            '<svg width="100" height="56" role="presentation"><linearGradient id="g{0}">'
            '<stop stop-color="{1}"/><stop offset="1" stop-color="{2}"/></linearGradient>'
            '<rect width="100" height="56" rx="6" fill="url(#g{0})"/></svg>',
            background.pk.hex,
            first,
            last,
        )

    def save_model(self, request: HttpRequest, obj: Background, form: MediaForm, change: bool) -> None:
        if form.upload:
            obj.sha256 = form.upload.sha256
        super().save_model(request, obj, form, change)


class AvailabilityFilter(admin.SimpleListFilter):
    title = "availability"
    parameter_name = "available"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Ready"), ("no", "Not available")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        match self.value():
            case "yes":
                return queryset.filter(problem="", state=Voice.State.READY)
            case "no":
                return queryset.exclude(problem="", state=Voice.State.READY)
        return queryset


@admin.register(Voice)
class VoiceAdmin(DeletesByService, admin.ModelAdmin):
    """Presets come with their engines: `manage.py seed` adds them and sees which can speak. Voices of users
    are listed; their recordings are theirs to hear."""

    list_display = [
        "name",
        "hear",
        "whose",
        "engine",
        "language",
        "gender",
        "availability",
        "position",
        "is_active",
    ]
    list_editable = ["position", "is_active"]
    list_filter = [PresetFilter, AvailabilityFilter, "engine", "language", "gender", "is_active"]
    search_fields = ["name", "key", "language", "owner__email"]
    list_select_related = ["owner"]
    readonly_fields = [
        *("slug", "owner", "engine", "key", "language", "gender", "licence", "note", "state", "problem"),
        "hear",
    ]
    fields = ["name", "hear", *readonly_fields[:-1], "position", "is_active"]

    @staticmethod
    def delete_service(voice: Voice) -> None:
        services.delete_voice(voice=voice)

    @admin.display(description="sample")
    def hear(self, voice: Voice) -> SafeString | str:
        return player(voice, "sample")

    @admin.display(ordering="problem")
    def availability(self, voice: Voice) -> str:
        return voice.problem or voice.get_state_display()

    @admin.display(description="whose", ordering="owner")
    def whose(self, voice: Voice) -> str:
        return voice.owner.email if voice.owner else "preset"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


class SceneInline(ReadOnlyInline):
    model = Scene
    fields = [
        "position",
        "avatar",
        "voice",
        "background",
        "layout",
        "expression",
        "intensity",
        "head",
        "quality",
        "speed",
        "pitch",
    ]


@admin.register(Project)
class ProjectAdmin(DeletesByService, admin.ModelAdmin):
    list_display = ["title", "owner", "scene_count", "aspect", "height", "fps", "updated"]
    list_filter = ["aspect", "height", "updated"]
    search_fields = ["title", "owner__email"]
    list_select_related = ["owner"]
    readonly_fields = ["owner", "title", "aspect", "height", "fps", "burn_captions", "created", "updated"]
    inlines = [SceneInline]

    @staticmethod
    def delete_service(project: Project) -> None:
        services.delete_project(project=project)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Project]:
        return super().get_queryset(request).annotate(scenes_made=Count("scenes"))

    @admin.display(ordering="scenes_made", description="scenes")
    def scene_count(self, project: Project) -> int:
        return project.scenes_made  # type: ignore[attr-defined]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(Pronunciation)
class PronunciationAdmin(admin.ModelAdmin):
    list_display = ["word", "spoken", "owner"]
    search_fields = ["word", "owner__email"]
    list_select_related = ["owner"]
    raw_id_fields = ["owner"]
