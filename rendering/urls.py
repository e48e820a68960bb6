"""Addresses of the library and of one render's page."""

from django.urls import path

from rendering import views

app_name = "rendering"
urlpatterns = [
    path("renders/", views.library, name="library"),
    path("renders/delete", views.delete_many, name="delete"),
    path("renders/<uuid:id>/", views.render_page, name="render"),
    path("renders/<uuid:id>/snapshot.json", views.snapshot, name="snapshot"),
    path("renders/<uuid:id>/live.m3u8", views.playlist, name="playlist"),
    path("renders/<uuid:id>/cancel", views.cancel, name="cancel"),
    path("renders/<uuid:id>/retry", views.retry, name="retry"),
    path("renders/<uuid:id>/rename", views.rename, name="rename"),
]
