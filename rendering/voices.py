"""From a recording to a cloned voice: what the check of a worker leaves in the row."""

import hashlib
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile

from avatarlab.files import delete_files
from rendering import engine_rows
from rendering.engines import catalogue
from rendering.engines.catalogue import EngineCard
from rendering.engines.errors import EngineUnavailableError
from studio.models import Voice
from studio.selectors import CLONING_ENGINE

if TYPE_CHECKING:
    from rendering.engines.speech.base import Samples
    from rendering.pipeline.media import MediaSource


def clone(voice: Voice, media: "MediaSource") -> None:
    """Hear the recording and keep what the engine speaks from: CHECKING -> READY.

    Raises MediaError with the remedy, ModelMissingError, EngineUnavailableError, StorageFull.
    """
    from rendering.engines.speech import reference
    from rendering.pipeline.spec import MediaRef

    path = media.local_path(MediaRef(sha256=voice.sha256, name=voice.media.name))
    keep_bundle(voice, voice_file(reference.read(path, voice.transcript), voice.transcript))


def voice_file(samples: "Samples", transcript: str) -> bytes:
    """The voice file of a recording at its engine's rate, as `reference.read` gives it.

    Raises EngineUnavailableError or ModelMissingError while the engine is not ready here.
    """
    require(catalogue.card(CLONING_ENGINE))
    from rendering.engines.speech.lina import cloning

    return cloning.voice_file(samples, transcript, threads=settings.WORKER_THREADS)


def require(engine: EngineCard) -> None:
    """Raises EngineUnavailableError with the remedies while something, or the operator, keeps the engine from
    working here."""
    engine_rows.check_allowed(engine.name)
    if reasons := catalogue.lacking(engine):
        raise EngineUnavailableError(f"{engine.title} cannot be used. {' '.join(reasons)}")


def keep_bundle(voice: Voice, content: bytes) -> None:
    """Store a voice file and say that the voice is ready. Raises StorageFull."""
    voice.bundle.save("voice.safetensors", ContentFile(content), save=False)
    # Two workers may have checked one recording; the second finds it done.
    kept = Voice.objects.filter(pk=voice.pk, state=Voice.State.CHECKING).update(
        bundle=voice.bundle.name,
        bundle_sha256=hashlib.sha256(content).hexdigest(),
        state=Voice.State.READY,
        problem="",
    )
    if not kept:
        delete_files([voice.bundle.name])


def refuse(voice_id: UUID, problem: str) -> None:
    """CHECKING -> REFUSED, with what is wrong and what to do."""
    Voice.objects.filter(pk=voice_id).update(state=Voice.State.REFUSED, problem=problem)
