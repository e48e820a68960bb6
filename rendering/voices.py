"""From a recording to a cloned voice: what the check of a worker leaves in the row."""

import hashlib
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.files.base import ContentFile

from avatarlab.files import delete_files
from studio.models import Voice

if TYPE_CHECKING:
    from rendering.pipeline.media import MediaSource


def clone(voice: Voice, media: "MediaSource") -> None:
    """Hear the recording and keep what the engine speaks from: CHECKING -> READY.

    Raises MediaError with the remedy, ModelMissingError, EngineUnavailableError, StorageFull.
    """
    from rendering.engines.speech import cloning
    from rendering.pipeline.spec import MediaRef

    path = media.local_path(MediaRef(sha256=voice.sha256, name=voice.media.name))
    keep_bundle(voice, cloning.clone(voice.engine, path, voice.transcript))


def keep_bundle(voice: Voice, content: bytes) -> None:
    """Store a voice file and say that the voice is ready. Raises StorageFull."""
    before = [voice.bundle.name] if voice.bundle else []
    voice.bundle.save("voice.safetensors", ContentFile(content), save=False)
    kept = Voice.objects.filter(pk=voice.pk).update(
        bundle=voice.bundle.name,
        bundle_sha256=hashlib.sha256(content).hexdigest(),
        state=Voice.State.READY,
        problem="",
    )
    delete_files(before if kept else [voice.bundle.name])


def refuse(voice_id: UUID, problem: str) -> None:
    """CHECKING -> REFUSED, with what is wrong and what to do."""
    Voice.objects.filter(pk=voice_id).update(state=Voice.State.REFUSED, problem=problem)
