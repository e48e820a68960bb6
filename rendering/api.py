"""Endpoints of renders: ask for one, follow it, stop it, take the files."""

from typing import Any

import django_filters
from django.db.models import QuerySet, Sum
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from avatarlab.api import UUID_PATTERN
from rendering import selectors, services
from rendering.models import Render
from rendering.serializers import (
    RenderDetailSerializer,
    RenderFileSerializer,
    RenderRequestSerializer,
    RenderSegmentSerializer,
    RenderSerializer,
    RenderTitleSerializer,
)
from studio.selectors import project_for
from studio.services import request_render, request_render_of


class RenderFilter(django_filters.FilterSet):
    """search: part of the title."""

    state = django_filters.MultipleChoiceFilter(choices=Render.State.choices)
    search = django_filters.CharFilter("title", "icontains")
    created_after = django_filters.IsoDateTimeFilter("created", "gte")
    created_before = django_filters.IsoDateTimeFilter("created", "lt")
    project = django_filters.UUIDFilter("project_id")


IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="Sent again with the same content, the answer is the same render; with other content, 409.",
)


class RenderViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Videos: waiting, being rendered, done."""

    queryset = Render.objects.none()
    serializer_class = RenderDetailSerializer
    filterset_class = RenderFilter
    lookup_value_regex = UUID_PATTERN

    def get_queryset(self) -> QuerySet[Render]:
        renders = selectors.renders_of(self.request.user)
        if self.action == "list":
            return renders.annotate(
                sum_done=Sum("segments__frames_done"), sum_planned=Sum("segments__frames_planned")
            )
        return renders

    def get_serializer_class(self) -> type:
        return RenderSerializer if self.action == "list" else RenderDetailSerializer

    @extend_schema(
        request=RenderRequestSerializer, responses={201: RenderDetailSerializer}, parameters=[IDEMPOTENCY_KEY]
    )
    def create(self, request: Request) -> Response:
        """Ask for a video of a project, or of scenes sent along."""
        serializer = RenderRequestSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        data = serializer.validated_data
        key = request.headers.get("Idempotency-Key")
        if "project" in data:
            project = project_for(request.user, data["project"])
            render = request_render(owner=request.user, project=project, idempotency_key=key)
        else:
            render = request_render_of(
                owner=request.user,
                title=data.get("title", ""),
                scenes=data["scenes"],
                idempotency_key=key,
                **data.get("format", {}),
            )
        location = reverse("api:render-detail", args=[render.pk], request=request)
        return Response(self._shown(render), status=status.HTTP_201_CREATED, headers={"Location": location})

    @extend_schema(request=RenderTitleSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Rename a video."""
        render = self.get_object()
        serializer = RenderTitleSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return Response(self._shown(services.rename_render(render=render, **serializer.validated_data)))

    def destroy(self, request: Request, pk: str) -> Response:
        """Delete a video and its files; one that is being rendered is cancelled first."""
        services.delete_render(render=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Stop it at the next chunk of frames. 409 when it is over."""
        return Response(self._shown(services.cancel_render(render=self.get_object())))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: str) -> Response:
        """Start a failed or cancelled one again; finished sentences are kept. 409 otherwise."""
        return Response(self._shown(services.retry_render(render=self.get_object())))

    @extend_schema(responses=RenderSegmentSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def segments(self, request: Request, pk: str) -> Response:
        """Its sentences in order."""
        return self._part("segments", RenderSegmentSerializer)

    @extend_schema(responses=RenderFileSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def files(self, request: Request, pk: str) -> Response:
        """What can be downloaded so far."""
        return self._part("files", RenderFileSerializer)

    def _part(self, name: str, serializer: type) -> Response:
        rows = selectors.snapshot(self.get_object())[name]
        return Response(serializer(rows, many=True, context=self.get_serializer_context()).data)

    def _shown(self, render: Render) -> dict[str, Any]:
        return RenderDetailSerializer(render, context=self.get_serializer_context()).data
