"""From recordings to voices: what the check of a worker leaves in the row, and what a command learns."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile

from avatarlab.files import delete_files
from rendering import engine_rows
from rendering.engines import catalogue
from rendering.engines.errors import EngineUnavailableError
from studio.models import Voice
from studio.selectors import CLONING_ENGINE

if TYPE_CHECKING:
    from rendering.engines.speech.lina.tuning import Report
    from rendering.engines.speech.material import Extract
    from rendering.pipeline.media import MediaSource


def clone(voice: Voice, media: "MediaSource") -> None:
    """Hear the recording and keep what the engine speaks from: CHECKING -> READY.

    Raises MediaError or ScriptError with the remedy, ModelMissingError, EngineUnavailableError, StorageFull.
    """
    from rendering.engines.speech import reference
    from rendering.engines.text.script import spoken_text
    from rendering.pipeline.spec import MediaRef

    path = media.local_path(MediaRef(sha256=voice.sha256, name=voice.media.name))
    spoken = spoken_text(voice.transcript)
    samples = reference.read(path, spoken)
    require_cloning()
    from rendering.engines.speech.lina import cloning

    keep_bundle(voice, cloning.cloned(samples, spoken, threads=settings.WORKER_THREADS))


def learn(
    extracts: "Sequence[Extract]",
    *,
    epochs: int,
    progress: Path,
    report: "Callable[[Report], None]",
) -> bytes:
    """The voice file of a speaker, from what `speech.material` gathered of them.

    progress: a file in which the learning is kept, and gone on from. Raises ModelMissingError,
    EngineUnavailableError, CheckpointError.
    """
    require_cloning()
    from rendering.engines.speech.lina import cloning
    from rendering.engines.speech.lina.tuning import Settings

    return cloning.learnt(
        extracts,
        settings=Settings(epochs=epochs),
        progress=progress,
        report=report,
        threads=settings.WORKER_THREADS,
    )


def require_cloning() -> None:
    """Raises EngineUnavailableError with the remedies while something, or the operator, keeps the engine of
    cloned voices from working here."""
    engine = catalogue.card(CLONING_ENGINE)
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
