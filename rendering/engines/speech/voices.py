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

_GOOGLE_LOCALES = {
    "en-us": "en-US",
    "en-gb": "en-GB",
    "de": "de-DE",
    "es": "es-ES",
    "fr-fr": "fr-FR",
    "hi": "hi-IN",
    "it": "it-IT",
    "ja": "ja-JP",
    "ko": "ko-KR",
    "nl": "nl-NL",
    "pl": "pl-PL",
    "pt-br": "pt-BR",
    "ru": "ru-RU",
    "tr": "tr-TR",
    "zh": "cmn-CN",
}
# The first eight of the family "Chirp 3: HD"; each speaks every locale.
_GOOGLE_SPEAKERS: dict[str, Literal["female", "male"]] = {
    "Kore": "female",
    "Charon": "male",
    "Aoede": "female",
    "Puck": "male",
    "Leda": "female",
    "Fenrir": "male",
    "Zephyr": "female",
    "Orus": "male",
}
_GOOGLE_PER_LANGUAGE = 2
"""Of all but American English, which has every speaker."""


def _google_voice(language: str, locale: str, name: str) -> VoiceInfo:
    return VoiceInfo(
        engine="google",
        key=f"{locale}-Chirp3-HD-{name}",
        name=f"{name} (Google)",
        language=language,
        gender=_GOOGLE_SPEAKERS[name],
        licence="Google's terms of service",
        note="The script is sent to Google, which charges for it.",
    )


GOOGLE_VOICES = tuple(
    _google_voice(language, locale, name)
    for language, locale in _GOOGLE_LOCALES.items()
    for name in list(_GOOGLE_SPEAKERS)[: None if language == "en-us" else _GOOGLE_PER_LANGUAGE]
)
