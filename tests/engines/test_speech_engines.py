"""hibari and Kokoro behind one protocol, and the table of all voices."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from rendering.engines import catalogue
from rendering.engines.errors import EngineError, ModelMissingError, ScriptError
from rendering.engines.speech.base import SAMPLE_RATE, SpeechEngine
from rendering.engines.speech.registry import all_voices, availability, engine
from rendering.engines.text.script import parse_script

SENTENCE = parse_script("Ask Xochitl about Kubernetes.")[0]


def test_hibari_speaks_and_tells_how_it_said_each_word(hibari: SpeechEngine) -> None:
    synthesis = hibari.synthesize(SENTENCE, "heart")
    assert synthesis.samples.dtype == np.float32
    assert 1.5 < len(synthesis.samples) / SAMPLE_RATE < 4
    assert 0.1 < np.abs(synthesis.samples).max() <= 1
    assert set(synthesis.pronunciations) == {"Ask", "Xochitl", "about", "Kubernetes"}


def test_equal_text_gives_equal_samples(hibari: SpeechEngine) -> None:
    first, second = (hibari.synthesize(SENTENCE, "heart").samples for _ in range(2))
    assert np.array_equal(first, second)


def test_speed_changes_the_duration(hibari: SpeechEngine) -> None:
    slow, fast = (len(hibari.synthesize(SENTENCE, "heart", speed=speed).samples) for speed in (0.8, 1.6))
    assert 1.6 < slow / fast < 2.4


def test_a_sentence_longer_than_the_model_takes_is_spoken_whole(hibari: SpeechEngine) -> None:
    (long,) = parse_script(" ".join(["1234567"] * 20))
    assert len(hibari.synthesize(long, "heart").samples) > 60 * SAMPLE_RATE


def test_an_english_voice_refuses_another_alphabet(hibari: SpeechEngine) -> None:
    (utterance,) = parse_script("你好世界", language="zh")
    with pytest.raises(ScriptError, match="Choose a voice of its language"):
        hibari.synthesize(utterance, "heart")


@pytest.mark.parametrize(
    ("voice", "language", "text", "word", "sound"),
    [
        ("af_heart", "en-us", "Good afternoon.", "afternoon", "ˌæftəɹnˈun"),
        ("bm_george", "en-gb", "Good afternoon.", "afternoon", "ˌɑːftənˈuːn"),
        ("ef_dora", "es", "Mucho gusto.", "Mucho", "mˈuʧo"),
        ("hf_alpha", "hi", "यह एक है।", "एक", "ˈeːk"),
    ],
)
def test_kokoro_speaks_in_the_language_of_the_voice(
    kokoro: SpeechEngine, voice: str, language: str, text: str, word: str, sound: str
) -> None:
    (utterance,) = parse_script(text, language=language)
    synthesis = kokoro.synthesize(utterance, voice)
    assert synthesis.pronunciations[word] == sound
    assert 0.5 < len(synthesis.samples) / SAMPLE_RATE < 4
    assert np.abs(synthesis.samples).max() > 0.1


def test_words_that_run_together_are_pronounced_one_by_one(kokoro: SpeechEngine) -> None:
    (utterance,) = parse_script("Bonjour tout le monde.", language="fr-fr")
    assert kokoro.synthesize(utterance, "ff_siwis").pronunciations["monde"] == "mˈɔ̃d"


def test_kanji_are_refused_with_the_remedy(kokoro: SpeechEngine) -> None:
    (utterance,) = parse_script("東京です。", language="ja")
    with pytest.raises(ScriptError, match="in kana"):
        kokoro.synthesize(utterance, "jf_alpha")


def test_every_voice_has_language_gender_and_artifacts() -> None:
    voices = all_voices()
    counts = Counter(voice.engine for voice in voices)
    assert (counts["hibari"], counts["kokoro"], counts["piper"]) == (1, 54, 1)
    assert {voice.language for voice in voices if voice.engine == "kokoro"} == {
        *("en-us", "en-gb", "es", "fr-fr", "hi", "it", "ja", "pt-br", "zh"),
    }
    emma = next(voice for voice in voices if voice.key == "bf_emma")
    assert (emma.name, emma.gender, emma.artifacts) == (
        "Emma",
        "female",
        ("kokoro-int8", "kokoro-voice-bf_emma"),
    )


def test_a_script_can_be_written_in_the_language_of_every_voice() -> None:
    for voice in all_voices():
        assert voice.language in catalogue.card(voice.engine, "speech").languages
        assert parse_script("A.", language=voice.language)


def test_engines_and_keys_name_a_voice() -> None:
    names = [(voice.engine, voice.key) for voice in all_voices()]
    assert len(set(names)) == len(names)


def test_a_voice_without_its_model_says_what_it_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AVATARLAB_MODELS", str(tmp_path))
    heart, emma = (next(v for v in all_voices() if v.key == key) for key in ("heart", "bf_emma"))
    assert availability(heart) is None
    assert availability(emma) == (
        "It needs kokoro-int8 and kokoro-voice-bf_emma. Run: python manage.py models pull "
        "kokoro-int8 kokoro-voice-bf_emma"
    )
    with pytest.raises(ModelMissingError, match="kokoro-int8"):
        engine("kokoro", threads=1)


def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(EngineError, match="no speech engine called festival"):
        engine("festival")


def test_listing_voices_loads_no_ml_library() -> None:
    program = (
        "import sys; from rendering.engines.speech.registry import all_voices; all_voices();"
        "print({'onnxruntime', 'hibari', 'kokoro_onnx', 'pocketsphinx', 'scipy', 'torch', 'transformers',"
        "'piper', 'google.cloud.texttospeech'} & set(sys.modules))"
    )
    output = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert output.stdout.strip() == "set()"
