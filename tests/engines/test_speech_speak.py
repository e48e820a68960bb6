"""From an utterance to Speech."""

from dataclasses import replace

import numpy as np
import pytest

from rendering.engines.errors import ScriptError
from rendering.engines.speech.alignment import Aligner
from rendering.engines.speech.base import SAMPLE_RATE, Speech, SpeechEngine, SpokenWord, Utterance
from rendering.engines.speech.levels import LEAD_IN
from rendering.engines.speech.speak import speak
from rendering.engines.text.script import parse_script

UTTERANCE = parse_script("We are all winners 🎉 in our minds.")[0]


def fundamental(speech: Speech) -> float:
    """Hz: the median over voiced frames of 40 ms, by autocorrelation between 70 and 450 Hz."""
    size, found = SAMPLE_RATE // 25, []
    shortest, longest = SAMPLE_RATE // 450, SAMPLE_RATE // 70
    for start in range(0, len(speech.samples) - size, size // 2):
        frame = speech.samples[start : start + size]
        correlation = np.correlate(frame, frame, "full")[size - 1 :]
        lag = shortest + int(np.argmax(correlation[shortest:longest]))
        if correlation[0] > 5 and correlation[lag] > 0.6 * correlation[0]:
            found.append(SAMPLE_RATE / lag)
    return float(np.median(found))


def test_a_short_lead_in_and_the_pause_are_silent(hibari: SpeechEngine, aligner: Aligner) -> None:
    speech = speak(hibari, replace(UTTERANCE, pause_after=1.5), "heart", aligner=aligner)
    assert np.abs(speech.samples[: int(LEAD_IN * SAMPLE_RATE)]).max() == 0
    assert np.abs(speech.samples[-int(1.5 * SAMPLE_RATE) :]).max() == 0
    assert speech.phones[-1].label == "SIL"
    assert speech.phones[-1].end == pytest.approx(speech.duration)
    assert speech.phones[-1].end - speech.phones[-1].start >= 1.5


def test_an_emoji_has_its_place_but_no_duration(hibari: SpeechEngine, aligner: Aligner) -> None:
    speech = speak(hibari, UTTERANCE, "heart", aligner=aligner)
    winners, emoji, following = speech.words[3:6]
    assert (emoji.text, emoji.end - emoji.start) == ("🎉", 0)
    assert winners.end == emoji.start <= following.start


def test_pitch_changes_the_voice_and_not_the_pace(hibari: SpeechEngine, aligner: Aligner) -> None:
    low, plain, high = (
        speak(hibari, UTTERANCE, "heart", pitch=pitch, aligner=aligner) for pitch in (-4.0, 0.0, 4.0)
    )
    semitones = 12 * np.log2(fundamental(high) / fundamental(low))
    assert 6.5 < semitones < 9.5
    assert low.timing == high.timing == "aligned"
    assert all(abs(other.duration / plain.duration - 1) < 0.15 for other in (low, high))


def test_equal_arguments_give_equal_speech(hibari: SpeechEngine, aligner: Aligner) -> None:
    first, second = (speak(hibari, UTTERANCE, "heart", pitch=2.0, aligner=aligner) for _ in range(2))
    assert np.array_equal(first.samples, second.samples)
    assert (first.words, first.phones) == (second.words, second.phones)


def test_voices_sound_equally_loud(hibari: SpeechEngine, kokoro: SpeechEngine, aligner: Aligner) -> None:
    (utterance,) = parse_script("Hello there.")
    voices = [(hibari, "heart"), (kokoro, "am_adam")]
    spoken = [speak(engine, utterance, voice, aligner=aligner) for engine, voice in voices]
    first, second = (np.sqrt(np.mean(s.samples[np.abs(s.samples) > 0.01] ** 2)) for s in spoken)
    assert 0.8 < first / second < 1.25
    assert all(np.abs(s.samples).max() <= 0.951 for s in spoken)


@pytest.mark.parametrize(
    ("argument", "value"), [("speed", 0.4), ("speed", 2.1), ("pitch", 7.0), ("pitch", -7.0)]
)
def test_speed_and_pitch_have_their_ranges(
    argument: str, value: float, hibari: SpeechEngine, aligner: Aligner
) -> None:
    with pytest.raises(ValueError, match=argument):
        speak(hibari, UTTERANCE, "heart", aligner=aligner, **{argument: value})


def test_an_utterance_without_words_is_refused(hibari: SpeechEngine, aligner: Aligner) -> None:
    silent = Utterance("🎉", (SpokenWord("🎉", ""),))
    with pytest.raises(ScriptError, match="nothing to say"):
        speak(hibari, silent, "heart", aligner=aligner)
