"""The client of Google's service against a server on this machine that answers as it does."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from rendering.engines.errors import EngineError, EngineUnavailableError, ScriptError
from rendering.engines.speech import google
from rendering.engines.speech.alignment import Aligner
from rendering.engines.speech.base import SAMPLE_RATE, Samples, SpeechEngine, SpokenWord, Utterance
from rendering.engines.speech.google import REQUEST_BYTES, GoogleEngine, parts
from rendering.engines.speech.registry import all_voices, availability
from rendering.engines.speech.speak import speak
from rendering.engines.text.script import parse_script
from tests.engines.google_server import GoogleServer, serve, write_key

KORE = "en-US-Chirp3-HD-Kore"
SENTENCE = parse_script("The bill is $5, Dr. Jones.")[0]


def beep(text: str) -> Samples:
    """A tenth of a second, whatever is to be said."""
    return np.full(SAMPLE_RATE // 10, 0.25, np.float32)


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_key(tmp_path_factory.mktemp("google") / "key.json")


@pytest.fixture
def server(key: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[GoogleServer]:
    with serve(beep) as state:
        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(key))
        monkeypatch.setenv("AVATARLAB_GOOGLE_TTS_ENDPOINT", state.url)
        yield state


def test_it_is_off_until_credentials_are_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    kore = next(voice for voice in all_voices() if voice.key == KORE)
    assert availability(kore) == "It needs GOOGLE_APPLICATION_CREDENTIALS in the environment."
    with pytest.raises(EngineUnavailableError, match=r"is off\. Set GOOGLE_APPLICATION_CREDENTIALS"):
        GoogleEngine()


def test_credentials_that_cannot_be_read_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "key.json"
    path.write_text("{}")
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))
    with pytest.raises(EngineUnavailableError, match=re.escape(f"names {path}, which cannot be used")):
        GoogleEngine()


def test_credentials_are_not_sent_unencrypted_to_another_machine(
    server: GoogleServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AVATARLAB_GOOGLE_TTS_ENDPOINT", "http://speech.example")
    with pytest.raises(EngineError, match="Use https://"):
        GoogleEngine()


def test_a_sentence_is_asked_for_as_it_is_spoken(server: GoogleServer) -> None:
    synthesis = GoogleEngine().synthesize(SENTENCE, KORE, speed=1.25)
    assert server.requests == [
        {
            "input": {"text": "The bill is five dollars, Doctor Jones."},
            "voice": {"languageCode": "en-US", "name": KORE},
            "audioConfig": {"audioEncoding": "LINEAR16", "sampleRateHertz": 24000, "speakingRate": 1.25},
        }
    ]
    assert server.authorizations[0].startswith("Bearer ")
    assert synthesis.samples.dtype == np.float32
    assert synthesis.samples == pytest.approx(np.full(SAMPLE_RATE // 10, 0.25), abs=1e-4)


def test_a_long_sentence_is_asked_for_in_parts_and_joined(server: GoogleServer) -> None:
    words = tuple(SpokenWord("Länge", "Länge") for _ in range(1500))
    synthesis = GoogleEngine().synthesize(Utterance("Länge " * 1500, words), "de-DE-Chirp3-HD-Kore")
    sent = [request["input"]["text"] for request in server.requests]
    assert len(sent) == 3
    assert max(len(text.encode()) for text in sent) <= REQUEST_BYTES
    assert " ".join(sent).split() == ["Länge"] * 1500
    assert len(synthesis.samples) == 3 * (SAMPLE_RATE // 10)


@pytest.mark.parametrize("text", ["字" * 4000, "word " * 3000, "x" * 12_000, "a " + "é" * 5000, "One."])
def test_parts_fit_a_request_and_lose_nothing(text: str) -> None:
    found = list(parts(text))
    assert all(0 < len(part.encode()) <= REQUEST_BYTES for part in found)
    assert "".join("".join(found).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("status", "name", "kind", "words"),
    [
        (401, "UNAUTHENTICATED", EngineUnavailableError, "did not permit.*GOOGLE_APPLICATION_CREDENTIALS"),
        (403, "PERMISSION_DENIED", EngineUnavailableError, "did not permit.*Text-to-Speech API enabled"),
        (429, "RESOURCE_EXHAUSTED", EngineError, "quota is used up.*Wait a minute"),
        (404, "NOT_FOUND", EngineError, "does not know this voice.*Choose another"),
        (400, "INVALID_ARGUMENT", ScriptError, "refused the text.*Shorten"),
        (500, "INTERNAL", EngineError, "service failed.*Try again later"),
    ],
)
def test_a_refusal_is_told_with_its_remedy(
    server: GoogleServer, status: int, name: str, kind: type[EngineError], words: str
) -> None:
    server.refusal = (status, name, "Because of the weather.")
    with pytest.raises(kind, match=words) as refusal:
        GoogleEngine().synthesize(SENTENCE, KORE)
    assert "Because of the weather" in str(refusal.value)


def test_a_busy_service_is_asked_again_for_a_while(
    server: GoogleServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(google, "PATIENCE", 2.0)
    server.refusal = (503, "UNAVAILABLE", "Busy.")
    with pytest.raises(EngineError, match=r"service failed: .*Busy\. Try again later"):
        GoogleEngine().synthesize(SENTENCE, KORE)
    assert len(server.requests) > 1


def test_without_a_connection_the_remedy_is_named(
    server: GoogleServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AVATARLAB_GOOGLE_TTS_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(EngineError, match="Google cannot be reached"):
        GoogleEngine().synthesize(SENTENCE, KORE)


def test_sound_of_another_rate_is_not_taken_for_speech(server: GoogleServer) -> None:
    server.rate = 16_000
    with pytest.raises(EngineError, match="16000 Hz"):
        GoogleEngine().synthesize(SENTENCE, KORE)


def test_a_speed_beyond_the_service_is_refused(server: GoogleServer) -> None:
    with pytest.raises(ScriptError, match=r"0\.25 to 2 times"):
        GoogleEngine().synthesize(SENTENCE, KORE, speed=2.4)
    assert server.requests == []


def test_every_voice_says_that_the_script_leaves_the_machine() -> None:
    voices = [voice for voice in all_voices() if voice.engine == "google"]
    assert len(voices) > 30
    assert all("script is sent to Google" in voice.note for voice in voices)


def test_a_sentence_is_spoken_with_its_words_aligned(
    server: GoogleServer, hibari: SpeechEngine, aligner: Aligner
) -> None:
    server.say = lambda text: hibari.synthesize(parse_script(text)[0], "heart").samples
    speech = speak(GoogleEngine(), SENTENCE, KORE, aligner=aligner)
    assert speech.timing == "aligned"
    assert [word.text for word in speech.words] == SENTENCE.text.split()
    assert speech.words[-1].end > speech.words[-1].start > 1
