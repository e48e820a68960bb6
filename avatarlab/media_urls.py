"""Addresses of stored media."""

from django.urls import path

from avatarlab import media

app_name = "media"
urlpatterns = [
    path("render/<uuid:id>/segment/<int:position>/<slug:field>", media.segment_file, name="segment"),
    path("<slug:kind>/<uuid:id>/<slug:field>", media.row_file, name="file"),
]
