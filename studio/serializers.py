"""The studio's rows as the API shows and takes them. Shapes only: rules live in the services."""

from typing import Any

from rest_framework import serializers

from avatarlab.api import AddressField
from avatarlab.media import url_for
from rendering import engine_selectors
from rendering.models import PORTRAIT
from studio.models import Avatar, Background, Project, Pronunciation, Scene, Voice
from studio.scripts import clean_line, clean_text
from studio.services.keeping import NAME_LENGTH
from studio.services.voices import TRANSCRIPT_LENGTH


class TextField(serializers.CharField):
    """Text of several lines; control characters are dropped, markup stays text."""

    def to_internal_value(self, data: Any) -> str:
        return clean_text(super().to_internal_value(data))


class LineField(serializers.CharField):
    """A title or a name: one line."""

    def to_internal_value(self, data: Any) -> str:
        return clean_line(super().to_internal_value(data))


class StoredFileField(AddressField):
    """Address of one of a row's files."""

    def __init__(self, stored: str, **options: Any) -> None:
        self.stored = stored
        super().__init__(source="*", **options)

    def to_representation(self, value: Any) -> str | None:
        return super().to_representation(url_for(value, self.stored))


class PresetField(serializers.BooleanField):
    """Whether a row is everybody's."""

    def __init__(self, **options: Any) -> None:
        super().__init__(source="*", read_only=True, **options)

    def to_representation(self, value: Any) -> bool:
        return value.owner_id is None


class FindingSerializer(serializers.Serializer):
    what = serializers.CharField(help_text='Its lasting name, such as "blurred".')
    severity = serializers.ChoiceField(
        choices=["refuse", "warn", "fixed"],
        help_text="refuse: cannot be used; warn: works, but could be better; fixed: it was put right.",
    )
    value = serializers.FloatField(help_text="What was measured.")
    sentence = serializers.CharField(help_text="What is so, and what to do about it.")


class AvatarSerializer(serializers.ModelSerializer):
    name = LineField(max_length=NAME_LENGTH)
    preset = PresetField(help_text="Offered to everybody; cannot be changed.")
    thumbnail = StoredFileField("thumbnail")
    media = StoredFileField("media", help_text="The picture or video as uploaded.")
    cutout = StoredFileField("cutout", help_text="The prepared avatar without a background.")
    warnings = serializers.ListField(child=serializers.CharField(), read_only=True)
    report = FindingSerializer(many=True, read_only=True)

    class Meta:
        model = Avatar
        fields = [
            "id",
            "name",
            "description",
            "kind",
            "state",
            "problem",
            "warnings",
            "report",
            "preset",
            "thumbnail",
            "cutout",
            "media",
            "origin",
            "created",
        ]
        read_only_fields = ["id", "description", "kind", "state", "problem", "origin", "created"]


class AvatarUploadSerializer(serializers.Serializer):
    file = serializers.FileField(help_text="JPEG, PNG or WebP; MP4, MOV or WebM.")
    name = LineField(required=False, allow_blank=True, default="")
    consent = serializers.BooleanField(
        default=False, help_text="You may use this face: it is yours, or its owner agreed."
    )


class VoiceSerializer(serializers.ModelSerializer):
    """context: `engines`, the rows of engines by name."""

    name = LineField(max_length=NAME_LENGTH)
    preset = PresetField(help_text="Offered to everybody; cannot be changed.")
    available = serializers.SerializerMethodField()
    problem = serializers.SerializerMethodField(help_text="Why it cannot be used; empty when it can.")
    commercial = serializers.SerializerMethodField(
        help_text="Whether its engine permits commercial use: yes, no, unclear; empty where nobody told yet."
    )
    sample = StoredFileField("sample")
    media = StoredFileField("media", help_text="The recording that a voice of one's own is cloned from.")

    class Meta:
        model = Voice
        fields = [
            "id",
            "slug",
            "name",
            "engine",
            "language",
            "gender",
            "licence",
            "commercial",
            "note",
            "state",
            "available",
            "problem",
            "preset",
            "sample",
            "media",
            "transcript",
            "created",
        ]
        read_only_fields = [
            "id",
            "slug",
            "engine",
            "language",
            "gender",
            "licence",
            "note",
            "state",
            "problem",
            "transcript",
            "created",
        ]

    def get_available(self, voice: Voice) -> bool:
        return voice.state == Voice.State.READY and not self.get_problem(voice)

    def get_problem(self, voice: Voice) -> str:
        engine = self.context["engines"].get(voice.engine)
        return voice.problem or (engine_selectors.problem_of(engine) if engine else "")

    def get_commercial(self, voice: Voice) -> str:
        engine = self.context["engines"].get(voice.engine)
        return engine.commercial if engine else ""


class VoiceUploadSerializer(serializers.Serializer):
    file = serializers.FileField(help_text="3 to 15 s of speech: WAV, MP3, M4A, Ogg, FLAC or WebM.")
    name = LineField(required=False, allow_blank=True, default="")
    transcript = TextField(max_length=TRANSCRIPT_LENGTH, help_text="Exactly what is said in the recording.")
    consent = serializers.BooleanField(
        default=False, help_text="You may use this voice: it is yours, or its owner agreed."
    )


class BackgroundSerializer(serializers.ModelSerializer):
    name = LineField(max_length=NAME_LENGTH)
    preset = PresetField(help_text="Offered to everybody; cannot be changed.")
    colours = serializers.ListField(child=serializers.CharField(), read_only=True)
    thumbnail = StoredFileField("thumbnail")
    media = StoredFileField("media")

    class Meta:
        model = Background
        fields = ["id", "name", "kind", "colours", "angle", "preset", "thumbnail", "media", "created"]
        read_only_fields = ["id", "kind", "angle", "created"]


class BackgroundUploadSerializer(serializers.Serializer):
    file = serializers.FileField(help_text="JPEG, PNG or WebP; MP4, MOV or WebM.")
    name = LineField(required=False, allow_blank=True, default="")


class RecordingUploadSerializer(serializers.Serializer):
    file = serializers.FileField(help_text="WAV, MP3, M4A, Ogg, FLAC or WebM.")


class SceneSerializer(serializers.ModelSerializer):
    id = serializers.UUIDField(required=False, help_text="Of a scene of this project that is to be changed.")
    script = TextField(required=False, allow_blank=True, trim_whitespace=False, default="")
    avatar = serializers.UUIDField(source="avatar_id", required=False, allow_null=True, default=None)
    voice = serializers.UUIDField(source="voice_id", required=False, allow_null=True, default=None)
    background = serializers.UUIDField(source="background_id", required=False, allow_null=True, default=None)
    title = LineField(required=False, allow_blank=True, max_length=120, default="")
    intensity = serializers.FloatField(
        min_value=0,
        max_value=2,
        default=1.0,
        help_text="Of the expression: 0 is none of it, 1 as usual, at most 2.",
    )
    head = serializers.CharField(
        max_length=40, default=PORTRAIT, help_text="The engine that makes the face speak: see /engines."
    )
    quality = serializers.CharField(
        max_length=20, allow_blank=True, default="", help_text="One of the engine's; empty: its usual one."
    )
    speed = serializers.FloatField(min_value=0.5, max_value=2.0, default=1.0)
    pitch = serializers.FloatField(min_value=-6, max_value=6, default=0.0, help_text="Semitones.")
    recorded = serializers.SerializerMethodField(help_text="A recording replaces the voice.")

    class Meta:
        model = Scene
        fields = [
            "id",
            "script",
            "avatar",
            "voice",
            "background",
            "layout",
            "title",
            "expression",
            "intensity",
            "head",
            "quality",
            "speed",
            "pitch",
            "recorded",
        ]

    def get_recorded(self, scene: Scene) -> bool:
        return bool(scene.recording)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        # The services know a scene by the names the API uses, not by columns.
        values = super().to_internal_value(data)
        return {name.removesuffix("_id"): value for name, value in values.items()}


class ProjectSerializer(serializers.ModelSerializer):
    title = LineField(required=False, allow_blank=True, max_length=120)
    scenes = SceneSerializer(many=True, required=False)

    class Meta:
        model = Project
        fields = [
            "id",
            "title",
            "aspect",
            "height",
            "fps",
            "burn_captions",
            "scenes",
            "created",
            "updated",
        ]


class PronunciationSerializer(serializers.ModelSerializer):
    word = LineField(max_length=80)
    spoken = LineField(max_length=120, help_text='As one would spell the sound: "SO cheel".')

    class Meta:
        model = Pronunciation
        fields = ["id", "word", "spoken"]
        # "Once per word" is kept by the service, which changes the word that is there.
        validators: list = []
