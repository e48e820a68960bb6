"""What a user edits: avatars, voices, backgrounds, projects and their scenes.

Rows without an owner are presets: made by `manage.py seed`, kept in the admin, seen by everybody.
"""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from rendering.models import PORTRAIT


def media_name(instance: models.Model, filename: str) -> str:
    """Storage name of an upload. Nothing the user typed becomes part of it."""
    owner = getattr(instance, "owner_id", None) or "presets"
    suffix = filename.rpartition(".")[2].lower()
    return f"{owner}/{instance._meta.model_name}/{uuid.uuid4().hex}.{suffix}"


class VisibleQuerySet(models.QuerySet):
    def visible_to(self, user: object) -> "VisibleQuerySet":
        """Presets and what belongs to `user`. Another user's rows do not exist for them."""
        return self.filter(Q(owner=None, is_active=True) | Q(owner=user))


class Avatar(models.Model):
    """A face that can speak."""

    class Kind(models.TextChoices):
        STILL = "still", "Portrait"
        VIDEO = "video", "Video"

    class State(models.TextChoices):
        CHECKING = "checking", "Checking"
        READY = "ready", "Ready"
        REFUSED = "refused", "Cannot be used"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="avatars"
    )
    slug = models.SlugField(max_length=60, blank=True, help_text="Presets only.")
    name = models.CharField(max_length=80)
    description = models.CharField(max_length=200, blank=True, help_text="Used as alternative text.")
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.STILL)
    state = models.CharField(max_length=8, choices=State, default=State.CHECKING)
    problem = models.TextField(blank=True, help_text="Why it cannot be used, and what to do.")
    warnings = models.JSONField(default=list, blank=True)
    report = models.JSONField(
        default=list, blank=True, help_text="What was noticed in the upload, and what was put right."
    )
    media = models.FileField(upload_to=media_name, max_length=200)
    sha256 = models.CharField(max_length=64)
    bundle = models.FileField(upload_to=media_name, max_length=200, blank=True)
    bundle_sha256 = models.CharField(max_length=64, blank=True)
    cutout = models.FileField(upload_to=media_name, max_length=200, blank=True)
    picture = models.FileField(
        upload_to=media_name,
        max_length=200,
        blank=True,
        help_text="As framed, for the studio's stage.",
    )
    thumbnail = models.FileField(upload_to=media_name, max_length=200, blank=True)
    facts = models.JSONField(
        default=dict, blank=True, help_text="Picture size, face box and cut borders, for the studio's stage."
    )
    origin = models.TextField(blank=True, help_text="Where the face comes from and under which licence.")
    atlas = models.SlugField(
        max_length=60,
        blank=True,
        help_text="The viseme atlas made for this very face. Empty: teeth of the shipped one that fits best.",
    )
    position = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=True)
    created = models.DateTimeField(auto_now_add=True)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["position", "-created"]
        constraints = [
            models.UniqueConstraint(fields=["slug"], condition=Q(owner=None), name="avatar_preset_slug")
        ]

    def __str__(self) -> str:
        return self.name


class Voice(models.Model):
    """An engine and the voice inside it; with an owner, a voice cloned from a recording of theirs."""

    class Gender(models.TextChoices):
        FEMALE = "female", "Female"
        MALE = "male", "Male"

    class State(models.TextChoices):
        CHECKING = "checking", "Checking"
        READY = "ready", "Ready"
        REFUSED = "refused", "Cannot be used"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="voices"
    )
    slug = models.SlugField(max_length=60, blank=True, help_text="Presets only.")
    name = models.CharField(max_length=80)
    engine = models.CharField(max_length=40)
    key = models.CharField(max_length=80)
    language = models.CharField(max_length=12, default="en-us")
    gender = models.CharField(max_length=8, choices=Gender, blank=True, help_text="Presets only.")
    licence = models.CharField(max_length=80, blank=True)
    note = models.CharField(max_length=200, blank=True, help_text="What it cannot do well, for the user.")
    state = models.CharField(max_length=8, choices=State, default=State.READY)
    problem = models.TextField(
        blank=True, help_text="Why it is not available, and how to get it. Empty: ready."
    )
    sample = models.FileField(upload_to=media_name, max_length=200, blank=True)
    media = models.FileField(
        upload_to=media_name, max_length=200, blank=True, help_text="The recording it is cloned from."
    )
    sha256 = models.CharField(max_length=64, blank=True)
    transcript = models.TextField(blank=True, help_text="What is said in the recording.")
    bundle = models.FileField(
        upload_to=media_name, max_length=200, blank=True, help_text="What the engine speaks from."
    )
    bundle_sha256 = models.CharField(max_length=64, blank=True)
    position = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=True)
    created = models.DateTimeField(auto_now_add=True)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["position", "name"]
        constraints = [
            models.UniqueConstraint(fields=["slug"], condition=Q(owner=None), name="voice_preset_slug")
        ]

    def __str__(self) -> str:
        return self.name


class Background(models.Model):
    """What is behind the avatar."""

    class Kind(models.TextChoices):
        KEEP = "keep", "As in the picture"
        COLOUR = "colour", "Colour"
        GRADIENT = "gradient", "Gradient"
        IMAGE = "image", "Image"
        VIDEO = "video", "Video"
        BLUR = "blur", "Blurred picture"
        TRANSPARENT = "transparent", "Transparent"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="backgrounds"
    )
    slug = models.SlugField(max_length=60, blank=True, help_text="Presets only.")
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=12, choices=Kind)
    colours = models.JSONField(default=list, blank=True, help_text='"#rrggbb": one, or two for a gradient.')
    angle = models.FloatField(default=0, help_text="Degrees as in CSS: 0 points up, 90 to the right.")
    media = models.FileField(upload_to=media_name, max_length=200, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    thumbnail = models.FileField(upload_to=media_name, max_length=200, blank=True)
    position = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=True)
    created = models.DateTimeField(auto_now_add=True)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["position", "-created"]
        constraints = [
            models.UniqueConstraint(fields=["slug"], condition=Q(owner=None), name="background_preset_slug")
        ]

    def __str__(self) -> str:
        return self.name


class Project(models.Model):
    """What becomes a video: scenes in order and the format they share."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="projects")
    title = models.CharField(max_length=120, blank=True)
    aspect = models.CharField(
        max_length=5, default="16:9", choices=[(a, a) for a in ("16:9", "9:16", "1:1", "4:5")]
    )
    height = models.PositiveSmallIntegerField(
        default=720, choices=[(h, f"{h}p") for h in (480, 720, 1080)], help_text="The shorter side, pixels."
    )
    fps = models.PositiveSmallIntegerField(default=25, choices=[(25, "25 fps"), (30, "30 fps")])
    burn_captions = models.BooleanField(default=False)
    created = models.DateTimeField(auto_now_add=True)
    updated = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-updated"]

    def __str__(self) -> str:
        return self.title or "Untitled"


class Scene(models.Model):
    """Script, avatar, voice, background and framing."""

    class Layout(models.TextChoices):
        FULL = "full", "Full"
        CARD_LEFT = "card-left", "Card left"
        CARD_RIGHT = "card-right", "Card right"
        CIRCLE = "circle", "Circle"

    class Expression(models.TextChoices):
        CALM = "calm", "Calm"
        FRIENDLY = "friendly", "Friendly"
        SERIOUS = "serious", "Serious"
        ENERGETIC = "energetic", "Energetic"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, models.CASCADE, related_name="scenes")
    position = models.PositiveIntegerField(default=0)
    script = models.TextField(blank=True, max_length=settings.MAX_SCRIPT_CHARACTERS)
    avatar = models.ForeignKey(Avatar, models.SET_NULL, null=True, blank=True, related_name="+")
    voice = models.ForeignKey(Voice, models.SET_NULL, null=True, blank=True, related_name="+")
    background = models.ForeignKey(Background, models.SET_NULL, null=True, blank=True, related_name="+")
    layout = models.CharField(max_length=12, choices=Layout, default=Layout.FULL)
    title = models.CharField(max_length=120, blank=True)
    expression = models.CharField(max_length=10, choices=Expression, default=Expression.CALM)
    intensity = models.FloatField(
        default=1.0, help_text="Of the expression: 0 is none of it, 1 as usual, at most 2."
    )
    head = models.CharField(
        max_length=40, default=PORTRAIT, help_text="The engine that makes the face speak."
    )
    quality = models.CharField(
        max_length=20, blank=True, help_text="One of those the engine has. Empty: its usual one."
    )
    speed = models.FloatField(default=1.0, help_text="0.5 to 2.")
    pitch = models.FloatField(default=0.0, help_text="Semitones, -6 to 6.")
    recording = models.FileField(upload_to=media_name, max_length=200, blank=True)
    recording_sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return f"Scene {self.position + 1} of {self.project}"

    @property
    def owner_id(self):
        return self.project.owner_id


class Pronunciation(models.Model):
    """How a user wants a word to sound: "Xochitl" as "SO cheel"."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="pronunciations")
    word = models.CharField(max_length=80)
    spoken = models.CharField(max_length=120)

    class Meta:
        ordering = ["word"]
        constraints = [models.UniqueConstraint(fields=["owner", "word"], name="pronunciation_once_per_word")]

    def __str__(self) -> str:
        return f"{self.word}: {self.spoken}"
