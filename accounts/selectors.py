"""What is known about one user: use of this instance, limits, stored files."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import QuerySet, Sum
from knox.models import AuthToken

from accounts.models import User
from rendering.models import Render


@dataclass(frozen=True)
class Usage:
    """What a user has made and keeps. video_seconds: length of the finished videos; storage: bytes."""

    renders: int
    active_renders: int
    video_seconds: float
    uploads: int
    storage_bytes: int
    max_active_renders: int
    max_storage_bytes: int

    @property
    def storage_mb(self) -> float:
        """Megabytes of 1,000,000 bytes, as the limits count them."""
        return self.storage_bytes / 1e6


def max_active_renders(user: User) -> int:
    """Renders this user may have waiting or running at once."""
    own = user.max_active_renders
    return settings.MAX_ACTIVE_RENDERS if own is None else own


def max_storage_bytes(user: User) -> int:
    """Bytes this user may keep."""
    own = user.max_storage_mb
    return (settings.MAX_STORAGE_MB if own is None else own) * 1_000_000


def files_of(user: User) -> Iterator[str]:
    """Storage names of everything kept for a user, also of files that no row names any more.

    Every upload and result of a user lies under the folder that is their id (see the `upload_to` functions).
    """
    return (name for name, _ in default_storage.files_under(str(user.pk)))


def storage_bytes(user: User) -> int:
    """Bytes kept for a user, counted in the storage itself."""
    return sum(size for _, size in default_storage.files_under(str(user.pk)))


def tokens_of(user: User) -> QuerySet[AuthToken]:
    """The user's API tokens, newest first; `token_key` is all that can be shown of one."""
    return AuthToken.objects.filter(user=user).order_by("-created")


def upload_count(user: User) -> int:
    """Avatars, voices and backgrounds the user has uploaded and not deleted."""
    return user.avatars.count() + user.voices.count() + user.backgrounds.count()


def usage(user: User) -> Usage:
    """Everything the account page and `GET /api/v1/me/` say about use and limits."""
    renders = Render.objects.filter(owner=user)
    return Usage(
        renders=renders.count(),
        active_renders=renders.filter(state__in=Render.ACTIVE).count(),
        video_seconds=renders.filter(state=Render.State.DONE).aggregate(total=Sum("duration"))["total"]
        or 0.0,
        uploads=upload_count(user),
        storage_bytes=storage_bytes(user),
        max_active_renders=max_active_renders(user),
        max_storage_bytes=max_storage_bytes(user),
    )
