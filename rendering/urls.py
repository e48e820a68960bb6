"""Addresses of this app."""

from django.urls import URLPattern

app_name = "rendering"
urlpatterns: list[URLPattern] = []
