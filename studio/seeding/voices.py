"""Preset voices: every voice of every engine, whether its model is here, and a recording to know it by."""

from collections.abc import Callable

from django.core.files.base import ContentFile

from rendering import engine_rows
from rendering.engines.speech import registry
from rendering.engines.speech.base import VoiceInfo
from studio.models import Voice
from studio.seeding.shipped import sample_path, voice_slug


def seed_voices(say: Callable[[str], None]) -> None:
    """Add new voices and renew whether each can speak."""
    rows = [_row(info, position) for position, info in enumerate(registry.all_voices())]
    ready = sum(not voice.problem for voice in rows)
    say(f"Voices: {len(rows)}, of which {ready} can speak.")


def _row(info: VoiceInfo, position: int) -> Voice:
    """The voice's row. What the engine knows is renewed; what an admin may change stays."""
    known = {
        "engine": info.engine,
        "key": info.key,
        "language": info.language,
        "gender": info.gender,
        "licence": info.licence,
        "note": info.note,
        "problem": engine_rows.voice_problem(info),
    }
    voice, _ = Voice.objects.update_or_create(
        owner=None,
        slug=voice_slug(info),
        defaults=known,
        create_defaults={**known, "name": info.name, "position": position},
    )
    recording = sample_path(info)
    if not voice.sample and recording.exists():
        voice.sample.save(recording.name, ContentFile(recording.read_bytes()), save=True)
    return voice
