"""The account as the API shows it."""

from rest_framework import serializers


class UsageSerializer(serializers.Serializer):
    """What was made and is kept, and the limits. Sizes in bytes, times in seconds."""

    renders = serializers.IntegerField()
    active_renders = serializers.IntegerField()
    max_active_renders = serializers.IntegerField()
    video_seconds = serializers.FloatField()
    uploads = serializers.IntegerField()
    storage_bytes = serializers.IntegerField()
    max_storage_bytes = serializers.IntegerField()


class MeSerializer(serializers.Serializer):
    email = serializers.EmailField()
    name = serializers.CharField()
    usage = UsageSerializer()
