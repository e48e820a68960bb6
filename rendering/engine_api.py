"""The engines over the API: what there is, what works here, and under which terms."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers, viewsets

from avatarlab.api import CreatedCursorPagination
from rendering import engine_selectors
from rendering.models import Engine


class CatalogueCursorPagination(CreatedCursorPagination):
    ordering = ("position", "name")


class ArtifactSerializer(serializers.Serializer):
    name = serializers.CharField()
    bytes = serializers.IntegerField(help_text="About so many where no checksum is published.")
    licence = serializers.CharField()
    state = serializers.CharField(
        help_text="present, unpinned (here, and nobody vouches for it yet), missing or corrupt."
    )
    needed = serializers.BooleanField(help_text="Without it the engine does not work.")


class SpeedSerializer(serializers.Serializer):
    what = serializers.CharField(help_text="The work that was timed.")
    factor = serializers.FloatField(allow_null=True, help_text="Wall seconds per second of output.")
    machine = serializers.CharField()
    date = serializers.CharField()


class EngineSerializer(serializers.ModelSerializer):
    state = serializers.SerializerMethodField()
    problem = serializers.SerializerMethodField(help_text="Why it cannot be chosen; empty when it can.")
    languages = serializers.ListField(child=serializers.CharField(), read_only=True)
    qualities = serializers.ListField(child=serializers.CharField(), read_only=True)
    artifacts = ArtifactSerializer(many=True, read_only=True)
    speed = serializers.SerializerMethodField(help_text="Measured on this machine, null where it was not.")

    class Meta:
        model = Engine
        fields = [
            "name",
            "kind",
            "title",
            "summary",
            "state",
            "problem",
            "languages",
            "qualities",
            "hardware",
            "device_memory_mb",
            "code_licence",
            "weights_licence",
            "commercial",
            "source",
            "version",
            "artifacts",
            "speed",
            "updated",
        ]

    @extend_schema_field(serializers.ChoiceField(choices=Engine.State.choices))
    def get_state(self, engine: Engine) -> str:
        return engine_selectors.state_of(engine)

    def get_problem(self, engine: Engine) -> str:
        return engine_selectors.problem_of(engine)

    @extend_schema_field(SpeedSerializer(allow_null=True))
    def get_speed(self, engine: Engine) -> dict[str, Any] | None:
        return engine.speed or None


class EngineViewSet(viewsets.ReadOnlyModelViewSet):
    """What makes speech, faces and cut-outs. One that is not `ready` says in `problem` what is missing."""

    queryset = Engine.objects.none()
    serializer_class = EngineSerializer
    filterset_fields = ["kind", "commercial"]
    pagination_class = CatalogueCursorPagination
    lookup_value_regex = "[a-z0-9-]+"

    def get_queryset(self) -> QuerySet[Engine]:
        return engine_selectors.engines()
