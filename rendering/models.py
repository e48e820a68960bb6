"""What the machine does. The Render row is the truth; Redis messages are only news."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

PORTRAIT = "portrait"
"""The engine of faces that is always there."""


def segment_name(instance: "Segment", filename: str) -> str:
    return f"{instance.owner_id}/segment/{instance.key[:2]}/{instance.key}-{filename}"


def result_name(instance: "Render", filename: str) -> str:
    return f"{instance.owner_id}/render/{instance.id}/{uuid.uuid4().hex[:8]}-{filename}"


class Render(models.Model):
    """An immutable snapshot of a project on its way to a finished video."""

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting"
        RUNNING = "running", "Rendering"
        JOINING = "joining", "Joining"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    ACTIVE = (State.QUEUED, State.RUNNING, State.JOINING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="renders")
    project = models.ForeignKey(
        "studio.Project", models.SET_NULL, null=True, blank=True, related_name="renders"
    )
    title = models.CharField(max_length=120, blank=True)
    spec = models.JSONField(help_text="RenderSpec (rendering.pipeline.spec).")
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED, db_index=True)
    attempt = models.PositiveIntegerField(default=1)
    idempotency_key = models.CharField(max_length=200, null=True, blank=True)  # noqa: DJ001 - null is "none given" under a unique constraint

    frames_planned = models.PositiveIntegerField(default=0)
    frames_done = models.PositiveIntegerField(default=0)
    event_number = models.PositiveIntegerField(default=0)

    worker = models.CharField(max_length=80, blank=True, help_text="Who plans or joins it now.")
    claimed = models.DateTimeField(null=True, blank=True, help_text="Renewed while that worker lives.")
    crashes = models.PositiveSmallIntegerField(default=0, help_text="Workers lost while planning or joining.")

    problem = models.TextField(blank=True, help_text="What happened and what to do, for the owner.")
    log = models.TextField(blank=True, help_text="For the admin: tracebacks and notes.")
    seconds = models.JSONField(default=dict, blank=True, help_text="Wall seconds per stage.")

    created = models.DateTimeField(default=timezone.now, db_index=True)
    started = models.DateTimeField(null=True, blank=True)
    first_playable = models.DateTimeField(null=True, blank=True)
    finished = models.DateTimeField(null=True, blank=True)

    duration = models.FloatField(default=0, help_text="Seconds of video.")
    video = models.FileField(upload_to=result_name, max_length=200, blank=True)
    transparent = models.FileField(upload_to=result_name, max_length=200, blank=True)
    captions_vtt = models.FileField(upload_to=result_name, max_length=200, blank=True)
    captions_srt = models.FileField(upload_to=result_name, max_length=200, blank=True)
    poster = models.FileField(upload_to=result_name, max_length=200, blank=True)
    preview = models.FileField(upload_to=result_name, max_length=200, blank=True)

    class Meta:
        ordering = ["-created"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "idempotency_key"], name="render_idempotency_key")
        ]

    def __str__(self) -> str:
        return self.title or str(self.id)

    @property
    def is_active(self) -> bool:
        return self.state in self.ACTIVE


class Segment(models.Model):
    """One rendered utterance in storage, named by the hash of everything that went into it.

    Owned, so that one user's files never answer for another's and deletion is complete.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="segments")
    key = models.CharField(max_length=64)
    frames = models.PositiveIntegerField()
    duration = models.FloatField(help_text="Seconds.")
    words = models.JSONField(default=list, help_text="[text, start, end] in seconds.")
    timing = models.CharField(max_length=10)
    seconds = models.JSONField(default=dict, help_text="Wall seconds per stage.")
    stream = models.FileField(upload_to=segment_name, max_length=200)
    alpha = models.FileField(upload_to=segment_name, max_length=200, blank=True)
    audio = models.FileField(upload_to=segment_name, max_length=200)
    poster = models.FileField(upload_to=segment_name, max_length=200)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="segment_once_per_owner")]

    def __str__(self) -> str:
        return self.key[:12]


class RenderSegment(models.Model):
    """A segment's place in a render, and who is working on it."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SPEECH = "speech", "Speaking"
        FACE = "face", "Face"
        DONE = "done", "Done"

    render = models.ForeignKey(Render, models.CASCADE, related_name="segments")
    position = models.PositiveIntegerField()
    key = models.CharField(max_length=64, db_index=True)
    text = models.TextField()
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    frames_planned = models.PositiveIntegerField(default=0)
    frames_done = models.PositiveIntegerField(default=0)
    segment = models.ForeignKey(Segment, models.SET_NULL, null=True, blank=True, related_name="places")
    worker = models.CharField(max_length=80, blank=True, help_text="Who renders it now.")
    claimed = models.DateTimeField(null=True, blank=True, help_text="Renewed while that worker lives.")
    crashes = models.PositiveSmallIntegerField(default=0, help_text="Workers lost while rendering it.")
    reused = models.BooleanField(default=False, help_text="Found in storage, not rendered again.")

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["render", "position"], name="one_segment_per_place")]
        # Asked for by every worker's heartbeat, among the places of all renders there ever were.
        indexes = [models.Index(fields=["worker"]), models.Index(fields=["claimed"])]

    def __str__(self) -> str:
        return f"{self.position + 1}: {self.text[:40]}"


class RenderEvent(models.Model):
    """Numbered news of a render, replayed to a browser that was away."""

    render = models.ForeignKey(Render, models.CASCADE, related_name="events")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=20)
    payload = models.JSONField(default=dict)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["render", "number"], name="event_number_once")]

    def __str__(self) -> str:
        return f"{self.number} {self.kind}"


class Engine(models.Model):
    """What the catalogue of engines says of one, and whether it works here: told by the workers, so that
    pages and API need not load the engines."""

    class State(models.TextChoices):
        READY = "ready", "Ready"
        LACKING = "lacking", "Not ready"
        PLANNED = "planned", "Planned"
        FORBIDDEN = "forbidden", "Not allowed here"

    class Kind(models.TextChoices):
        SPEECH = "speech", "Voices"
        TALKING_HEAD = "talking head", "Faces"
        MATTING = "matting", "Cut-out of the person"

    class Commercial(models.TextChoices):
        YES = "yes", "Commercial use permitted"
        NO = "no", "Not for commercial use"
        UNCLEAR = "unclear", "Commercial use unclear"

    name = models.SlugField(primary_key=True, max_length=40)
    kind = models.CharField(max_length=12, choices=Kind)
    title = models.CharField(max_length=80)
    summary = models.CharField(max_length=300)
    state = models.CharField(max_length=9, choices=State)
    problem = models.TextField(blank=True, help_text="What it lacks, and what brings it. Empty: ready.")
    languages = models.JSONField(default=list, help_text="BCP 47; empty for engines that do not speak.")
    qualities = models.JSONField(default=list, help_text="Names of its presets, cheapest first.")
    hardware = models.CharField(max_length=120)
    device_memory_mb = models.PositiveIntegerField(default=0, help_text="On a GPU.")
    code_licence = models.CharField(max_length=200)
    weights_licence = models.CharField(max_length=200)
    commercial = models.CharField(max_length=7, choices=Commercial)
    source = models.CharField(max_length=200)
    version = models.CharField(max_length=40, blank=True)
    artifacts = models.JSONField(
        default=list, help_text="Model files: name, bytes, licence, state, needed, by_hand."
    )
    speed = models.JSONField(default=dict, help_text="Measured on this machine: what, factor, machine, date.")
    position = models.PositiveIntegerField(default=0)
    updated = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["position"]
        verbose_name_plural = "engines and models"

    def __str__(self) -> str:
        return self.title


class ModelPull(models.Model):
    """The model files of an engine on their way to this machine. Like a render, the row is the truth."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Fetching"
        DONE = "done", "Fetched"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    ACTIVE = (State.WAITING, State.RUNNING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    engine = models.ForeignKey(Engine, models.CASCADE, related_name="pulls")
    names = models.JSONField(help_text="Artifacts to fetch.")
    state = models.CharField(max_length=9, choices=State, default=State.WAITING, db_index=True)
    artifact = models.CharField(max_length=80, blank=True, help_text="What is being fetched now.")
    done_bytes = models.PositiveBigIntegerField(default=0)
    total_bytes = models.PositiveBigIntegerField(default=0)
    problem = models.TextField(blank=True)
    worker = models.CharField(max_length=80, blank=True, help_text="Who fetches it now.")
    claimed = models.DateTimeField(null=True, blank=True, help_text="Renewed while that worker lives.")
    crashes = models.PositiveSmallIntegerField(default=0, help_text="Workers lost while fetching it.")
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created = models.DateTimeField(default=timezone.now)
    finished = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created"]
        constraints = [
            models.UniqueConstraint(
                fields=["engine"],
                condition=models.Q(state__in=["waiting", "running"]),
                name="one_pull_per_engine",
            )
        ]

    def __str__(self) -> str:
        return f"{self.engine_id}: {self.get_state_display()}"

    @property
    def is_active(self) -> bool:
        return self.state in self.ACTIVE
