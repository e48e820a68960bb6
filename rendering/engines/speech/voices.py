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

_MADE_UP = (
    "Nobody's voice: the model makes it up, and it is the same in every sentence. Non-commercial use only."
)


def _made_up(key: str, gender: Literal["female", "male"]) -> VoiceInfo:
    return VoiceInfo(
        engine="lina",
        key=key,
        name=f"Made up, {key}",
        language="en-us",
        gender=gender,
        licence="CC-BY-NC-4.0",
        artifacts=("lina-169m", "lina-bpe", "wavtokenizer"),
        note=_MADE_UP,
    )


LINA_VOICES = (_made_up("one", "female"), _made_up("two", "male"))
"""Which gender a made-up voice has is the model's choice; these are where people look for them."""
