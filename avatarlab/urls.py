"""Addresses: pages of the apps, the API, the admin and media."""

from django.contrib import admin
from django.urls import include, path

from avatarlab.health import healthz

urlpatterns = [
    path("", include("studio.urls")),
    path("", include("rendering.urls")),
    path("account/", include("accounts.urls")),
    path("account/", include("allauth.urls")),
    path("api/v1/", include("avatarlab.api_urls")),
    path("media/", include("avatarlab.media_urls")),
    path("healthz", healthz, name="healthz"),
    path("admin/rq/", include("django_rq.urls")),
    path("admin/", admin.site.urls),
]
