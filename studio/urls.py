"""Addresses of the landing page and the studio."""

from django.urls import path

from studio import views

app_name = "studio"
urlpatterns = [
    path("", views.landing, name="landing"),
    path("studio/", views.studio, name="studio"),
    path("studio/draft", views.draft, name="draft"),
    path("studio/generate", views.generate, name="generate"),
    path("studio/example", views.example, name="example"),
    path("studio/estimate", views.estimate, name="estimate"),
    path("studio/hear", views.hear, name="hear"),
    path("studio/hear/<uuid:id>", views.heard, name="heard"),
    path("studio/avatars", views.upload_avatar, name="upload-avatar"),
    path("studio/avatars/<uuid:id>", views.avatar, name="avatar"),
    path("studio/avatars/<uuid:id>/delete", views.delete_avatar, name="delete-avatar"),
    path("studio/voices", views.upload_voice, name="upload-voice"),
    path("studio/voices/<uuid:id>", views.voice, name="voice"),
    path("studio/voices/<uuid:id>/delete", views.delete_voice, name="delete-voice"),
    path("studio/backgrounds", views.upload_background, name="upload-background"),
    path("studio/backgrounds/<uuid:id>/delete", views.delete_background, name="delete-background"),
]
