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
