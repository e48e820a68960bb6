"""Users, their limits and what they agreed to, for the operator."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as AuthUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest

from accounts import selectors, services
from accounts.models import Consent, User
from avatarlab.admin_parts import DeletesByService, GoesWithItsOwner
from rendering.models import Render


class EmailUserCreationForm(AdminUserCreationForm):
    class Meta:
        model = User
        fields = ("email",)


@admin.register(User)
class UserAdmin(DeletesByService, AuthUserAdmin):
    """Deleting a user deletes all their rows and files."""

    @staticmethod
    def delete_service(user: User) -> None:
        services.delete_account(user=user)

    add_form = EmailUserCreationForm
    ordering = ["email"]
    list_display = ["email", "name", "is_active", "is_staff", "renders", "date_joined", "last_login"]
    list_filter = ["is_active", "is_staff", "date_joined"]
    search_fields = ["email", "name"]
    readonly_fields = ["date_joined", "last_login", "usage"]
    fieldsets = [
        (None, {"fields": ["email", "password", "name"]}),
        ("Use and limits", {"fields": ["usage", "max_active_renders", "max_storage_mb"]}),
        ("Permissions", {"fields": ["is_active", "is_staff", "is_superuser", "groups", "user_permissions"]}),
        ("Dates", {"fields": ["date_joined", "last_login"]}),
    ]
    add_fieldsets = [(None, {"fields": ["email", "usable_password", "password1", "password2"]})]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        done = Count("renders", filter=Q(renders__state=Render.State.DONE))
        return super().get_queryset(request).annotate(done_renders=done)

    @admin.display(ordering="done_renders", description="videos")
    def renders(self, user: User) -> int:
        return user.done_renders  # type: ignore[attr-defined]

    @admin.display(description="use")
    def usage(self, user: User) -> str:
        use = selectors.usage(user)
        return (
            f"{use.renders} renders, {use.active_renders} of them on their way; "
            f"{use.video_seconds / 60:.1f} minutes of video; {use.uploads} uploads; {use.storage_mb:,.1f} MB"
        )


@admin.register(Consent)
class ConsentAdmin(GoesWithItsOwner, admin.ModelAdmin):
    """What people declared: evidence, so it can be read and not changed."""

    list_display = ["user", "subject", "created"]
    search_fields = ["user__email", "subject"]
    date_hierarchy = "created"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Consent | None = None) -> bool:
        return False
