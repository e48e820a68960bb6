"""Endpoints of the studio. Everything is looked up among what the user may see, so the rest is 404."""

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from avatarlab.api import UUID_PATTERN, CreatedCursorPagination, PositionCursorPagination
from avatarlab.errors import Conflict, NotFound
from avatarlab.parsers import BoundedJSONParser, BoundedMultiPartParser
from rendering import engine_selectors
from studio import selectors, services
from studio.models import Avatar, Background, Project, Pronunciation, Voice
from studio.serializers import (
    AvatarSerializer,
    AvatarUploadSerializer,
    BackgroundSerializer,
    BackgroundUploadSerializer,
    ProjectSerializer,
    PronunciationSerializer,
    RecordingUploadSerializer,
    VoiceSerializer,
    VoiceUploadSerializer,
)

UPLOAD_PARSERS = [BoundedJSONParser, BoundedMultiPartParser]


class WordCursorPagination(CreatedCursorPagination):
    ordering = "word"


class MediaFilter(django_filters.FilterSet):
    """search: part of the name; preset: offered to everybody."""

    search = django_filters.CharFilter("name", "icontains")
    preset = django_filters.BooleanFilter("owner", "isnull")


class AvatarFilter(MediaFilter):
    class Meta:
        model = Avatar
        fields = ["kind", "state"]


class BackgroundFilter(MediaFilter):
    class Meta:
        model = Background
        fields = ["kind"]


class VoiceFilter(django_filters.FilterSet):
    """available: it can speak; preset: offered to everybody."""

    search = django_filters.CharFilter("name", "icontains")
    preset = django_filters.BooleanFilter("owner", "isnull")
    available = django_filters.BooleanFilter(method="filter_available")

    class Meta:
        model = Voice
        fields = ["engine", "language", "gender"]

    def filter_available(self, voices: QuerySet, name: str, value: bool) -> QuerySet:
        down = [one.name for one in engine_selectors.engines() if engine_selectors.problem_of(one)]
        able = Q(problem="", state=Voice.State.READY) & ~Q(engine__in=down)
        return voices.filter(able) if value else voices.exclude(able)


class ProjectFilter(django_filters.FilterSet):
    search = django_filters.CharFilter("title", "icontains")


def _checked(serializer: Any) -> dict[str, Any]:
    serializer.is_valid(raise_exception=True)
    return serializer.validated_data


class OwnRowMixin:
    """Changes are for one's own rows; a preset exists, so it says why it stays."""

    def get_own(self, preset_says: str) -> Any:
        row = self.get_object()  # type: ignore[attr-defined]
        if row.owner_id is None:
            raise Conflict(preset_says)
        return row


class AvatarViewSet(OwnRowMixin, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Faces that can speak: presets and one's own."""

    queryset = Avatar.objects.none()
    serializer_class = AvatarSerializer
    filterset_class = AvatarFilter
    pagination_class = PositionCursorPagination
    parser_classes = UPLOAD_PARSERS
    lookup_value_regex = UUID_PATTERN

    def get_queryset(self) -> QuerySet[Avatar]:
        return selectors.avatars_for(self.request.user)

    @extend_schema(request={"multipart/form-data": AvatarUploadSerializer}, responses={201: AvatarSerializer})
    def create(self, request: Request) -> Response:
        """Upload a face. It is `checking` until a worker has looked at it; then `ready` or `refused`."""
        data = _checked(AvatarUploadSerializer(data=request.data))
        avatar = services.upload_avatar(owner=request.user, **data)
        return Response(self.get_serializer(avatar).data, status=status.HTTP_201_CREATED)

    def partial_update(self, request: Request, pk: str) -> Response:
        """Rename a face of one's own."""
        avatar = self.get_own("Preset avatars cannot be renamed.")
        data = _checked(self.get_serializer(avatar, data=request.data))
        return Response(self.get_serializer(services.rename_avatar(avatar=avatar, **data)).data)

    def destroy(self, request: Request, pk: str) -> Response:
        """Delete a face of one's own and its files."""
        services.delete_avatar(avatar=self.get_own("Preset avatars cannot be deleted."))
        return Response(status=status.HTTP_204_NO_CONTENT)


class VoiceViewSet(OwnRowMixin, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Voices: presets and one's own. One that is not `available` says in `problem` what is missing."""

    queryset = Voice.objects.none()
    serializer_class = VoiceSerializer
    filterset_class = VoiceFilter
    pagination_class = PositionCursorPagination
    parser_classes = UPLOAD_PARSERS
    lookup_value_regex = UUID_PATTERN

    def get_queryset(self) -> QuerySet[Voice]:
        return selectors.voices_for(self.request.user)

    def get_serializer_context(self) -> dict[str, Any]:
        engines = {engine.name: engine for engine in engine_selectors.engines()}
        return {**super().get_serializer_context(), "engines": engines}

    @extend_schema(request={"multipart/form-data": VoiceUploadSerializer}, responses={201: VoiceSerializer})
    def create(self, request: Request) -> Response:
        """Clone a voice from a recording. It is `checking` until a worker has heard it; then `ready` or
        `refused`."""
        data = _checked(VoiceUploadSerializer(data=request.data))
        voice = services.upload_voice(owner=request.user, **data)
        return Response(self.get_serializer(voice).data, status=status.HTTP_201_CREATED)

    def partial_update(self, request: Request, pk: str) -> Response:
        """Rename a voice of one's own."""
        voice = self.get_own("Preset voices cannot be renamed.")
        data = _checked(self.get_serializer(voice, data=request.data))
        return Response(self.get_serializer(services.rename_voice(voice=voice, **data)).data)

    def destroy(self, request: Request, pk: str) -> Response:
        """Delete a voice of one's own, its recording and what was learned from it."""
        services.delete_voice(voice=self.get_own("Preset voices cannot be deleted."))
        return Response(status=status.HTTP_204_NO_CONTENT)


class BackgroundViewSet(
    OwnRowMixin, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet
):
    """What can be behind an avatar: presets and one's own."""

    queryset = Background.objects.none()
    serializer_class = BackgroundSerializer
    filterset_class = BackgroundFilter
    pagination_class = PositionCursorPagination
    parser_classes = UPLOAD_PARSERS
    lookup_value_regex = UUID_PATTERN

    def get_queryset(self) -> QuerySet[Background]:
        return selectors.backgrounds_for(self.request.user)

    @extend_schema(
        request={"multipart/form-data": BackgroundUploadSerializer}, responses={201: BackgroundSerializer}
    )
    def create(self, request: Request) -> Response:
        """Upload a picture or a video."""
        data = _checked(BackgroundUploadSerializer(data=request.data))
        background = services.upload_background(owner=request.user, **data)
        return Response(self.get_serializer(background).data, status=status.HTTP_201_CREATED)

    def partial_update(self, request: Request, pk: str) -> Response:
        """Rename a background of one's own."""
        background = self.get_own("Preset backgrounds cannot be renamed.")
        data = _checked(self.get_serializer(background, data=request.data))
        return Response(self.get_serializer(services.rename_background(background=background, **data)).data)

    def destroy(self, request: Request, pk: str) -> Response:
        """Delete a background of one's own and its files."""
        services.delete_background(background=self.get_own("Preset backgrounds cannot be deleted."))
        return Response(status=status.HTTP_204_NO_CONTENT)


class ProjectViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """What becomes videos: scenes in order and the format they share."""

    queryset = Project.objects.none()
    serializer_class = ProjectSerializer
    filterset_class = ProjectFilter
    pagination_class = CreatedCursorPagination
    lookup_value_regex = UUID_PATTERN

    def get_queryset(self) -> QuerySet[Project]:
        return selectors.projects_of(self.request.user)

    def create(self, request: Request) -> Response:
        """Keep a project. It need not be complete before a render is asked for."""
        data = _checked(self.get_serializer(data=request.data))
        project = services.create_project(owner=request.user, **data)
        return Response(self._shown(project), status=status.HTTP_201_CREATED)

    def partial_update(self, request: Request, pk: str) -> Response:
        """Change a project. `scenes`, when given, is the full list; one without `id` takes the place of the
        scene at its position."""
        project = self.get_object()
        data = _checked(self.get_serializer(project, data=request.data, partial=True))
        return Response(self._shown(services.update_project(project=project, **data)))

    def destroy(self, request: Request, pk: str) -> Response:
        """Delete a project. Its renders stay."""
        services.delete_project(project=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        request={"multipart/form-data": RecordingUploadSerializer}, responses={200: ProjectSerializer}
    )
    @action(
        detail=True,
        methods=["post"],
        url_path=f"scenes/(?P<scene>{UUID_PATTERN})/recording",
        parser_classes=UPLOAD_PARSERS,
    )
    def recording(self, request: Request, pk: str, scene: str) -> Response:
        """Upload a recording that replaces the voice of a scene."""
        project = self.get_object()
        row = project.scenes.filter(pk=scene).first()
        if row is None:
            raise NotFound("This project has no such scene.")
        services.upload_recording(scene=row, **_checked(RecordingUploadSerializer(data=request.data)))
        return Response(self._shown(project))

    def _shown(self, project: Project) -> dict[str, Any]:
        return self.get_serializer(selectors.project_for(self.request.user, project.pk)).data


class PronunciationViewSet(mixins.ListModelMixin, viewsets.GenericViewSet):
    """One's own dictionary: how words sound."""

    queryset = Pronunciation.objects.none()
    serializer_class = PronunciationSerializer
    pagination_class = WordCursorPagination
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[Pronunciation]:
        return selectors.pronunciations_of(self.request.user)

    def create(self, request: Request) -> Response:
        """Add a word, or change how it sounds."""
        data = _checked(self.get_serializer(data=request.data))
        row = services.set_pronunciation(owner=request.user, **data)
        return Response(self.get_serializer(row).data, status=status.HTTP_201_CREATED)

    def destroy(self, request: Request, pk: str) -> Response:
        """Forget a word."""
        services.delete_pronunciation(pronunciation=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)
