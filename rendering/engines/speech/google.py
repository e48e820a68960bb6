"""Google Cloud Text-to-Speech (https://cloud.google.com/text-to-speech): a service that is paid for.

The sentence to be spoken leaves this machine. Nothing is sent before somebody sets
GOOGLE_APPLICATION_CREDENTIALS, the path of a service account's key. AVATARLAB_GOOGLE_TTS_ENDPOINT chooses
where it is sent: a regional host such as eu-texttospeech.googleapis.com, else Google's global one.
"""

import io
import os
import re
import wave
from collections.abc import Iterator
from urllib.parse import urlsplit

import numpy as np
import requests
from google.api_core import exceptions as api
from google.api_core.client_options import ClientOptions
from google.api_core.retry import Retry, if_exception_type
from google.auth.exceptions import GoogleAuthError, TransportError
from google.cloud import texttospeech

from rendering.engines.catalogue.speech import GOOGLE
from rendering.engines.errors import EngineError, EngineUnavailableError, ScriptError
from rendering.engines.speech.base import SAMPLE_RATE, Samples, Synthesis, Utterance, VoiceInfo
from rendering.engines.speech.voices import GOOGLE_VOICES

REQUEST_BYTES = 5000
"""Of UTF-8 text in one request (https://cloud.google.com/text-to-speech/quotas)."""
RATES = (0.25, 2.0)
"""Times the voice's own pace that the service speaks at."""
PATIENCE = 20.0
"""Seconds for which a request is repeated while the service is busy."""
_TIMEOUT = 60.0
"""Seconds for one request."""
_CREDENTIALS = "GOOGLE_APPLICATION_CREDENTIALS"
_ENDPOINT = "AVATARLAB_GOOGLE_TTS_ENDPOINT"
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class GoogleEngine:
    """The `google` engine. threads: not used, nothing is computed here.

    Raises EngineUnavailableError when credentials are not set or cannot be read, EngineError for an endpoint
    to which they must not be sent.
    """

    name = "google"
    version = GOOGLE.version

    def __init__(self, *, threads: int = 1) -> None:
        path = os.environ.get(_CREDENTIALS)
        if not path:
            raise EngineUnavailableError(
                f"{GOOGLE.title} is off. Set {_CREDENTIALS} to the path of a service account's key to use it."
            )
        try:
            self._client = texttospeech.TextToSpeechClient(
                transport="rest", client_options=ClientOptions(api_endpoint=_endpoint())
            )
        except (GoogleAuthError, OSError, ValueError) as error:
            raise EngineUnavailableError(
                f"{_CREDENTIALS} names {path}, which cannot be used: {error}. Download the key of a service "
                "account as JSON."
            ) from error

    def voices(self) -> tuple[VoiceInfo, ...]:
        return GOOGLE_VOICES

    def synthesize(self, utterance: Utterance, voice: str, *, speed: float = 1.0) -> Synthesis:
        """See SpeechEngine. The language is the voice's own. Raises EngineError when the service refuses or
        cannot be reached."""
        if voice not in {info.key for info in GOOGLE_VOICES}:
            raise ValueError(f"Google has no voice {voice!r}")
        if not RATES[0] <= speed <= RATES[1]:
            raise ScriptError(
                f"Google's voices speak {RATES[0]:g} to {RATES[1]:g} times as fast as usual, and this asks "
                f"for {speed:.2f}. Choose a speed nearer to 1, or less of a pitch change."
            )
        text = utterance.spoken
        return Synthesis(np.concatenate([self._speak(part, voice, speed) for part in parts(text)]))

    def _speak(self, text: str, voice: str, speed: float) -> Samples:
        try:
            response = self._client.synthesize_speech(
                input=texttospeech.SynthesisInput(text=text),
                voice=texttospeech.VoiceSelectionParams(
                    language_code="-".join(voice.split("-")[:2]), name=voice
                ),
                audio_config=texttospeech.AudioConfig(
                    audio_encoding=texttospeech.AudioEncoding.LINEAR16,
                    sample_rate_hertz=SAMPLE_RATE,
                    speaking_rate=speed,
                ),
                timeout=_TIMEOUT,
                retry=Retry(if_exception_type(api.ServiceUnavailable), initial=0.5, timeout=PATIENCE),
            )
        except (api.GoogleAPIError, GoogleAuthError, requests.RequestException) as error:
            raise _translated(error) from error
        return _samples(response.audio_content)


def parts(text: str) -> Iterator[str]:
    """The text in requests of at most REQUEST_BYTES, cut between words where there are any."""
    part = ""
    for piece in re.findall(r"\S+\s*|\s+", text):
        if part and len((part + piece).rstrip().encode()) > REQUEST_BYTES:
            yield part.rstrip()
            part = ""
        if len(piece.encode()) <= REQUEST_BYTES:
            part += piece
            continue
        for character in piece:
            if len((part + character).encode()) > REQUEST_BYTES:
                yield part
                part = ""
            part += character
    if part.strip():
        yield part.rstrip()


def _samples(content: bytes) -> Samples:
    """float32 of a reply, which is a WAV file."""
    try:
        with wave.open(io.BytesIO(content)) as file:
            form = (file.getframerate(), file.getnchannels(), file.getsampwidth())
            pcm = file.readframes(file.getnframes())
    except (wave.Error, EOFError) as error:
        raise EngineError(
            f"{GOOGLE.title} sent something that is no sound ({error}). Try again later."
        ) from error
    if form != (SAMPLE_RATE, 1, 2):
        raise EngineError(
            f"{GOOGLE.title} sent {form[0]} Hz, {form[1]} channels of {8 * form[2]} bits, not what was asked "
            "for. Choose another voice."
        )
    return np.frombuffer(pcm, "<i2").astype(np.float32) / np.float32(32768)


def _translated(error: Exception) -> EngineError:
    if isinstance(error, api.RetryError) and error.cause is not None:
        error = error.cause
    cause = str(getattr(error, "message", "") or error).strip().rstrip(".")
    match error:
        case api.Unauthorized() | api.Forbidden():
            remedy = (
                f"Check that {_CREDENTIALS} names the key of a service account whose project has the "
                "Text-to-Speech API enabled and pays for it"
            )
            return EngineUnavailableError(f"Google did not permit the request: {cause}. {remedy}.")
        case api.TooManyRequests():
            return EngineError(
                f"Google's quota is used up: {cause}. Wait a minute, or have it raised in the Cloud console."
            )
        case api.NotFound():
            return EngineError(f"Google does not know this voice any more: {cause}. Choose another one.")
        case api.BadRequest():
            return ScriptError(
                f"Google refused the text: {cause}. Shorten the sentence, or choose another voice."
            )
        case api.GoogleAPICallError():
            return EngineError(f"Google's service failed: {cause}. Try again later.")
        case TransportError() | requests.RequestException():
            return EngineError(
                "Google cannot be reached. Check this machine's connection to the internet, or choose a "
                "voice that works without."
            )
        case _:
            return EngineUnavailableError(
                f"Google did not accept the credentials that {_CREDENTIALS} names: {cause}."
            )


def _endpoint() -> str | None:
    """Where to send requests; None for Google's own. Credentials travel with them, so it must be encrypted
    unless it is on this machine."""
    endpoint = os.environ.get(_ENDPOINT, "").strip()
    if endpoint.startswith("http://") and urlsplit(endpoint).hostname not in _LOOPBACK:
        raise EngineError(f"{_ENDPOINT} is {endpoint}. Use https:// for another machine than this one.")
    return endpoint or None
