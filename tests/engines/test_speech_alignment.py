"""Forced alignment: words and phones where they are heard."""

from itertools import pairwise

import numpy as np
import pytest

from rendering.engines.speech.alignment import Aligner
from rendering.engines.speech.base import SAMPLE_RATE, Samples, Speech, SpeechEngine
from rendering.engines.speech.phonemes import spoken_words
from rendering.engines.speech.speak import speak
from rendering.engines.text.script import parse_script

SENTENCE = "Dr. Xochitl paid $5 for Kubernetes, didn't she?"


@pytest.fixture(scope="module")
def speech(hibari: SpeechEngine, aligner: Aligner) -> Speech:
    (utterance,) = parse_script(SENTENCE)
    return speak(hibari, utterance, "heart", aligner=aligner)


def loudness(samples: Samples, start: float, end: float) -> float:
    part = samples[int(start * SAMPLE_RATE) : int(end * SAMPLE_RATE)]
    return float(np.sqrt(np.mean(part**2)))


def test_a_sentence_with_unknown_names_is_aligned(speech: Speech) -> None:
    assert speech.timing == "aligned"
    assert {"CH", "K", "B"} <= {phone.label for phone in speech.phones}


def test_words_are_as_written_in_order(speech: Speech) -> None:
    assert " ".join(word.text for word in speech.words) == SENTENCE
    assert all(word.end > word.start for word in speech.words)
    assert all(a.end <= b.start + 1e-9 for a, b in pairwise(speech.words))


def test_a_written_word_spans_all_its_spoken_words(speech: Speech) -> None:
    five_dollars = speech.words[3]
    sounds = [p.label for p in speech.phones if five_dollars.start <= p.start < five_dollars.end - 1e-6]
    assert sounds[:3] == ["F", "AY", "V"]
    assert "D" in sounds
    assert "Z" in sounds


def test_phones_cover_the_whole_duration(speech: Speech) -> None:
    assert speech.phones[0].start == 0
    assert speech.phones[-1].end == pytest.approx(speech.duration)
    assert all(a.end == b.start for a, b in pairwise(speech.phones))


def test_silence_is_silent_and_vowels_are_loud(speech: Speech) -> None:
    silent = [loudness(speech.samples, p.start, p.end) for p in speech.phones if p.label == "SIL"]
    vowels = [
        loudness(speech.samples, p.start, p.end) for p in speech.phones if p.label in ("AA", "EY", "AO")
    ]
    assert max(silent) < 0.2 * np.median(vowels)


def test_the_transcript_of_another_sentence_is_not_aligned(speech: Speech, aligner: Aligner) -> None:
    wrong = spoken_words("The quick brown fox jumps over the lazy dog and sleeps")
    assert aligner.align(speech.samples, wrong, {}) is None


@pytest.mark.parametrize("amplitude", [0.0, 0.1])
def test_silence_and_noise_are_not_aligned(amplitude: float, aligner: Aligner) -> None:
    noise = np.random.default_rng(0).normal(0, amplitude, 2 * SAMPLE_RATE).astype(np.float32)
    assert aligner.align(noise, ("hello", "there"), {}) is None


def test_a_failed_alignment_does_not_spoil_the_next(speech: Speech, aligner: Aligner) -> None:
    words = spoken_words("Doctor Xochitl paid five dollars for Kubernetes, didn't she?")
    before = aligner.align(speech.samples, words, {})
    aligner.align(np.zeros(SAMPLE_RATE, dtype=np.float32), ("hello",), {})
    assert before is not None
    assert aligner.align(speech.samples, words, {}) == before


def test_spanish_is_aligned_by_the_sounds_of_its_voice(kokoro: SpeechEngine, aligner: Aligner) -> None:
    (utterance,) = parse_script("Mucho gusto en conocerte, amigo mío.", language="es")
    speech = speak(kokoro, utterance, "ef_dora", aligner=aligner)
    assert speech.timing == "aligned"
    assert [word.text for word in speech.words] == utterance.text.split()
    assert [phone.label for phone in speech.phones if phone.label != "SIL"][:3] == ["M", "UW", "CH"]


def test_an_acronym_is_spelled_and_not_read_as_a_word(hibari: SpeechEngine, aligner: Aligner) -> None:
    (utterance,) = parse_script("The US agreed with us.")
    speech = speak(hibari, utterance, "heart", aligner=aligner)
    acronym, pronoun = speech.words[1], speech.words[4]
    sounds = [p.label for p in speech.phones if acronym.start <= p.start < acronym.end - 1e-6]
    assert sounds == ["Y", "UW", "EH", "S"]
    assert acronym.end - acronym.start > pronoun.end - pronoun.start
