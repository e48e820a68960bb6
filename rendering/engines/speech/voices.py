"""The table of voices. Loads nothing: pages and seeds may read it on any machine."""

from typing import Literal

from rendering.engines.speech.base import VoiceInfo
from rendering.engines.weights.kokoro_voices import KOKORO_VOICES as _KOKORO_CHECKSUMS

# Kokoro names a voice by language and gender: the letters before the underscore.
_LANGUAGES = {
    "a": "en-us",
    "b": "en-gb",
    "e": "es",
    "f": "fr-fr",
    "h": "hi",
    "i": "it",
    "j": "ja",
    "p": "pt-br",
    "z": "zh",
}
_NOTES = {
    "ja": "Reads hiragana and katakana only: write the script without kanji.",
    "zh": "Tones are approximate.",
}


def _kokoro_voice(key: str) -> VoiceInfo:
    language = _LANGUAGES[key[0]]
    gender: Literal["female", "male"] = "female" if key[1] == "f" else "male"
    return VoiceInfo(
        engine="kokoro",
        key=key,
        name=key[3:].capitalize(),
        language=language,
        gender=gender,
        licence="Apache-2.0",
        artifacts=("kokoro-int8", f"kokoro-voice-{key}"),
        note=_NOTES.get(language, ""),
    )


HIBARI_VOICES = (
    VoiceInfo(
        engine="hibari",
        key="heart",
        name="Heart (fast)",
        language="en-us",
        gender="female",
        licence="Apache-2.0",
    ),
)
KOKORO_VOICES = tuple(_kokoro_voice(key) for key in _KOKORO_CHECKSUMS)
PIPER_VOICES = (
    VoiceInfo(
        engine="piper",
        key="joe",
        name="Joe",
        language="en-us",
        gender="male",
        licence="CC0-1.0",
        artifacts=("piper-joe", "piper-joe-config"),
    ),
)
