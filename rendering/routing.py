"""Websocket addresses."""

from django.urls import path

from rendering.consumers import RenderConsumer

websocket_urlpatterns = [path("ws/renders/<uuid:id>/", RenderConsumer.as_asgi())]
