"""Voices that users clone from a recording: of a person who agreed, and of nobody else."""

import hashlib

from django.core.files import File
from django.core.files.base import ContentFile
from django.db import transaction

from accounts.models import Consent, User
from accounts.services import VOICE_CONSENT_STATEMENT, record_consent
from avatarlab.errors import Conflict, UserError
from avatarlab.files import delete_files_on_commit
from rendering import services as rendering
from studio import selectors
from studio.models import Voice
from studio.scripts import clean_line
from studio.services.keeping import check_quota, check_unused, checked_name, named, stored
from studio.signatures import recognise_recording

TRANSCRIPT_LENGTH = 600
"""Characters: fifteen seconds of fast speech, and room."""
CLONED = "cloned"
"""Key of a voice that speaks from its voice file."""


def upload_voice(*, owner: User, file: File, transcript: str, name: str = "", consent: bool) -> Voice:
    """Keep a recording of 3 to 15 s of a voice and have a worker make a voice of it.

    transcript: exactly what is said in it. The voice is CHECKING until the worker answers. Raises UserError,
    QuotaExceeded, and Conflict while voices cannot be cloned here.
    """
    if consent is not True:
        message = "Confirm that you may use this voice: it is yours, or its owner agreed."
        raise UserError(message, fields={"consent": [message]})
    if problem := selectors.why_no_cloning():
        raise Conflict(f"No voice can be cloned just now. {problem}")
    transcript = _checked_transcript(transcript)
    upload = recognise_recording(file)
    check_quota(owner, upload)
    voice = Voice(
        owner=owner,
        name=named(name, file, "My voice"),
        engine=selectors.CLONING_ENGINE,
        key=CLONED,
        state=Voice.State.CHECKING,
        transcript=transcript,
        sha256=upload.sha256,
    )
    with stored(voice.media, file, upload), transaction.atomic():
        voice.save()
        record_consent(user=owner, subject=upload.sha256, statement=VOICE_CONSENT_STATEMENT)
        rendering.check_voice(voice=voice)
    return voice


def add_learnt_voice(*, owner: User, name: str, content: bytes, subject: str) -> Voice:
    """Keep a voice that was learnt from recordings, which are not kept.

    content: its voice file; subject: what the consent is about, recorded before anything was learnt. Raises
    UserError for a name that is none, and without that consent.
    """
    agreed = Consent.objects.filter(user=owner, subject=subject, statement=VOICE_CONSENT_STATEMENT)
    if not agreed.exists():
        raise UserError("No consent to this voice is recorded. Nothing was kept.")
    voice = Voice(
        owner=owner,
        name=checked_name(name),
        engine=selectors.CLONING_ENGINE,
        key=CLONED,
        sha256=subject,
        bundle_sha256=hashlib.sha256(content).hexdigest(),
    )
    voice.bundle.save("voice.safetensors", ContentFile(content), save=False)
    try:
        voice.save()
    except BaseException:
        voice.bundle.storage.delete(voice.bundle.name)
        raise
    return voice


def rename_voice(*, voice: Voice, name: str) -> Voice:
    voice.name = checked_name(name)
    voice.save(update_fields=["name"])
    return voice


@transaction.atomic
def delete_voice(*, voice: Voice) -> None:
    """Delete a cloned voice, its recording and its voice file. Finished videos stay. Raises Conflict while a
    render needs it."""
    if voice.bundle:
        check_unused(voice.bundle, "voice")
    delete_files_on_commit(voice)
    voice.delete()


def _checked_transcript(transcript: str) -> str:
    text = clean_line(transcript)
    if not any(character.isalpha() for character in text):
        message = "Write down what is said in the recording: the voice is learned from both."
        raise UserError(message, fields={"transcript": [message]})
    if len(text) > TRANSCRIPT_LENGTH:
        message = (
            f"The transcript has {len(text):,} characters, up to {TRANSCRIPT_LENGTH} fit 15 seconds. "
            "Keep what is said in the recording only."
        )
        raise UserError(message, fields={"transcript": [message]})
    return text
