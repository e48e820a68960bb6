"""Addresses of the API, version 1."""

from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView
from rest_framework.routers import SimpleRouter

from accounts.api import MeView
from avatarlab.api import UnknownAddress
from rendering.api import RenderViewSet
from rendering.engine_api import EngineViewSet
from studio.api import (
    AvatarViewSet,
    BackgroundViewSet,
    ProjectViewSet,
    PronunciationViewSet,
    VoiceViewSet,
)

router = SimpleRouter()
router.trailing_slash = "/?"
router.register("avatars", AvatarViewSet, basename="avatar")
router.register("voices", VoiceViewSet, basename="voice")
router.register("backgrounds", BackgroundViewSet, basename="background")
router.register("engines", EngineViewSet, basename="engine")
router.register("projects", ProjectViewSet, basename="project")
router.register("renders", RenderViewSet, basename="render")
router.register("pronunciations", PronunciationViewSet, basename="pronunciation")

endpoints = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerView.as_view(url_name="api:schema"), name="docs"),
    re_path("^me/?$", MeView.as_view(), name="me"),
    path("", include(router.urls)),
    re_path("", UnknownAddress.as_view()),
]
urlpatterns = [path("", include((endpoints, "api")))]
