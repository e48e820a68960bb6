"""The table of voices. Loads nothing: pages and seeds may read it on any machine."""

from typing import Literal

from rendering.engines.speech.base import VoiceInfo
from rendering.engines.weights.bark import BARK_SPEAKERS, speaker_artifact
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
# Bark names a language by its first code.
_BARK_LANGUAGES = {"en": "en-us", "fr": "fr-fr", "pt": "pt-br"}
_BARK_WOMEN = frozenset(
    {
        *("en_speaker_9", "de_speaker_3", "es_speaker_8", "fr_speaker_5", "hi_speaker_0", "it_speaker_2"),
        *("ja_speaker_0", "ko_speaker_0", "pl_speaker_4", "ru_speaker_5", "tr_speaker_4", "zh_speaker_4"),
    }
)
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


def _bark_voice(key: str) -> VoiceInfo:
    language, _, number = key.partition("_speaker_")
    return VoiceInfo(
        engine="bark",
        key=key,
        name=f"Bark {number}",
        language=_BARK_LANGUAGES.get(language, language),
        gender="female" if key in _BARK_WOMEN else "male",
        licence="MIT",
        artifacts=(speaker_artifact(key),),
        note="Lively and unpredictable: may laugh, or add sounds and words.",
    )


BARK_VOICES = tuple(_bark_voice(key) for key in BARK_SPEAKERS)

_MADE_UP = (
    "Nobody's voice: made up by the model, and the same in every sentence. For non-commercial use only."
)


def _made_up(key: str, name: str, gender: Literal["female", "male"], artifacts: tuple[str, ...]) -> VoiceInfo:
    return VoiceInfo(
        engine="lina",
        key=key,
        name=name,
        language="en-us",
        gender=gender,
        licence="CC-BY-NC-4.0",
        artifacts=artifacts,
        note=_MADE_UP,
    )


_RELEASED = ("lina-169m", "lina-bpe", "wavtokenizer")
LINA_VOICES = (
    _made_up("one", "Made up, one", "female", _RELEASED),
    _made_up("two", "Made up, two", "male", _RELEASED),
    _made_up(
        "small-e", "Small-E (beta)", "male", ("small-e", "lina-bpe", "encodec-24khz", "encodec-24khz-config")
    ),
)
"""Which gender a made-up voice has is the model's choice; these are where people look for them."""
