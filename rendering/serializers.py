"""Renders as the API shows them, and what it takes to ask for one."""

from typing import Any

from rest_framework import serializers

from avatarlab.api import AddressField
from rendering import selectors
from rendering.models import Render, RenderSegment
from studio.models import Project
from studio.serializers import LineField, SceneSerializer, StoredFileField


class RenderSerializer(serializers.ModelSerializer):
    """In a list. Progress comes from the sums that the view adds to its rows."""

    progress = serializers.SerializerMethodField(help_text="0 to 1: frames done of frames planned.")
    poster = StoredFileField("poster")
    video = StoredFileField("video")

    class Meta:
        model = Render
        fields = [
            "id",
            "project",
            "title",
            "state",
            "progress",
            "problem",
            "duration",
            "poster",
            "video",
            "created",
            "started",
            "first_playable",
            "finished",
        ]

    def get_progress(self, render: Render) -> float:
        planned = getattr(render, "sum_planned", None) or render.frames_planned
        return selectors.done_share(render, getattr(render, "sum_done", None) or 0, planned)


class RenderSegmentSerializer(serializers.Serializer):
    """A sentence of a render. start, duration: seconds, estimated until it is done."""

    position = serializers.IntegerField()
    text = serializers.CharField()
    state = serializers.ChoiceField(choices=RenderSegment.State.choices)
    frames_done = serializers.IntegerField()
    frames_planned = serializers.IntegerField()
    start = serializers.FloatField()
    duration = serializers.FloatField()
    poster = AddressField()


class RenderFileSerializer(serializers.Serializer):
    """A finished file. name: what it is called when saved."""

    kind = serializers.CharField(help_text="mp4, webm, vtt or srt.")
    url = AddressField()
    download = AddressField(help_text="The same file, sent as an attachment.")
    name = serializers.CharField()


class RenderDetailSerializer(RenderSerializer):
    """One render with its sentences and files; built from the snapshot the pages show."""

    label = serializers.CharField(help_text="What happens now, in words.", read_only=True)
    seconds_left = serializers.IntegerField(allow_null=True, read_only=True)
    queue_position = serializers.IntegerField(allow_null=True, read_only=True)
    can_cancel = serializers.BooleanField(read_only=True)
    can_retry = serializers.BooleanField(read_only=True)
    playlist = AddressField(help_text="HLS; grows while the video is rendered.")
    segments = RenderSegmentSerializer(many=True, read_only=True)
    files = RenderFileSerializer(many=True, read_only=True)

    class Meta(RenderSerializer.Meta):
        fields = [
            *RenderSerializer.Meta.fields,
            "label",
            "seconds_left",
            "queue_position",
            "can_cancel",
            "can_retry",
            "playlist",
            "segments",
            "files",
        ]

    def to_representation(self, render: Render) -> dict[str, Any]:
        shown = selectors.snapshot(render)
        listed = RenderSerializer(render, context=self.context).data
        live = {name: field for name, field in self.fields.items() if name not in listed}
        values = {
            name: field.to_representation(shown[name]) if shown[name] is not None else None
            for name, field in live.items()
        }
        return {**listed, **values, "progress": shown["progress"]}


class RenderTitleSerializer(serializers.Serializer):
    title = LineField(max_length=120)


class FormatSerializer(serializers.ModelSerializer):
    class Meta:
        model = Project
        fields = ["aspect", "height", "fps", "burn_captions"]


class RenderRequestSerializer(serializers.Serializer):
    """Either a project that is kept, or scenes to make one of."""

    project = serializers.UUIDField(required=False)
    title = LineField(required=False, allow_blank=True, max_length=120)
    format = FormatSerializer(required=False)
    scenes = SceneSerializer(many=True, required=False)

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        if ("project" in data) == ("scenes" in data):
            raise serializers.ValidationError("Give either `project` or `scenes`.")
        if "project" in data and len(data) > 1:
            raise serializers.ValidationError("A project brings its own title and format.")
        return data
