"""A film of anyone: what is said in it is found by listening."""

from pathlib import Path

from rendering.bench.lipsync.film import Script
from rendering.engines.speech.alignment import Aligner
from rendering.engines.speech.recording import listen, read_recording
from rendering.engines.text.script import parse_script


def heard(path: Path, text: str | None) -> Script:
    """The phones in a film's sound: aligned with its transcript if there is one and it fits, else estimated.
    What opening was intended nobody knows. Raises MediaError, ScriptError."""
    transcript = parse_script(text) if text else None
    speech = listen(read_recording(path), transcript, Aligner())
    return Script(speech.phones, None, speech.timing == "aligned")
