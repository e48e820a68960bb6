"""Bark with a small network in files of the released form: what it says means nothing."""

import pickle
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from rendering.engines.errors import CheckpointError, ModelMissingError, ScriptError
from rendering.engines.speech.alignment import Aligner
from rendering.engines.speech.bark import BarkEngine
from rendering.engines.speech.base import SAMPLE_RATE, SpokenWord, Utterance
from rendering.engines.speech.registry import all_voices, availability, engine
from rendering.engines.speech.speak import speak
from rendering.engines.text.script import parse_script
from tests.engines import bark_files
from tests.engines.bark_files import SECONDS, SPEAKER

SENTENCE = parse_script("Hello there, dear friends!")[0]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("models")
    bark_files.write(home)
    return home


@pytest.fixture(autouse=True)
def models(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AVATARLAB_MODELS", str(folder))


@pytest.fixture(scope="module")
def bark(folder: Path) -> Iterator[BarkEngine]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AVATARLAB_MODELS", str(folder))
        yield engine("bark", threads=1)


@pytest.fixture
def own_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Files that a test may spoil."""
    monkeypatch.setenv("AVATARLAB_MODELS", str(tmp_path))
    return bark_files.write(tmp_path)


def test_a_sentence_becomes_samples(bark: BarkEngine) -> None:
    samples = bark.synthesize(SENTENCE, SPEAKER).samples
    assert samples.dtype == np.float32
    assert len(samples) / SAMPLE_RATE == pytest.approx(SECONDS, abs=0.05)
    assert 0 < np.abs(samples).max() <= 1


def test_equal_text_gives_equal_samples_and_other_text_others(bark: BarkEngine) -> None:
    first = bark.synthesize(SENTENCE, SPEAKER).samples
    other = bark.synthesize(parse_script("Good night.")[0], SPEAKER).samples
    assert not np.array_equal(other, first)
    assert np.array_equal(bark.synthesize(SENTENCE, SPEAKER).samples, first)


def test_the_random_numbers_of_others_are_left_alone(bark: BarkEngine) -> None:
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    bark.synthesize(SENTENCE, SPEAKER)
    assert torch.equal(torch.rand(3), expected)


def test_the_speakers_prompt_is_heard(
    bark: BarkEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = bark.synthesize(SENTENCE, SPEAKER).samples
    speaker = tmp_path / "bark-small" / "speakers" / f"{SPEAKER}.npz"
    speaker.parent.mkdir(parents=True)
    draw = np.random.default_rng(1)
    coarse, fine = draw.integers(0, 1024, (2, 150)), draw.integers(0, 1024, (8, 150))
    speaker.write_bytes(bark_files.prompt(coarse_prompt=coarse, fine_prompt=fine))
    monkeypatch.setenv("AVATARLAB_MODELS", str(tmp_path))
    assert not np.array_equal(bark.synthesize(SENTENCE, SPEAKER).samples, usual)


def test_a_long_sentence_is_said_in_parts(bark: BarkEngine) -> None:
    (long,) = parse_script("Apples and pears, " * 11 + "and plums.")
    samples = bark.synthesize(long, SPEAKER).samples
    assert len(samples) / SAMPLE_RATE == pytest.approx(2 * SECONDS, abs=0.1)


def test_speed_changes_the_tempo(bark: BarkEngine) -> None:
    plain, fast = (len(bark.synthesize(SENTENCE, SPEAKER, speed=speed).samples) for speed in (1.0, 2.0))
    assert plain / fast == pytest.approx(2, abs=0.2)


def test_marks_alone_are_nothing_to_say(bark: BarkEngine) -> None:
    with pytest.raises(ScriptError, match="nothing to say"):
        bark.synthesize(Utterance("?!", (SpokenWord("?!", "?!"),)), SPEAKER)


def test_a_sentence_is_spoken_with_a_time_for_each_word(bark: BarkEngine, aligner: Aligner) -> None:
    speech = speak(bark, SENTENCE, SPEAKER, aligner=aligner)
    assert [word.text for word in speech.words] == ["Hello", "there,", "dear", "friends!"]
    assert speech.phones[-1].end == pytest.approx(speech.duration)


def test_english_has_all_ten_speakers_and_twelve_languages_two_each() -> None:
    voices = [voice for voice in all_voices() if voice.engine == "bark"]
    assert sum(voice.language == "en-us" for voice in voices) == 10
    assert len(voices) == 34
    assert {voice.gender for voice in voices} == {"female", "male"}


def test_a_speaker_whose_prompt_is_missing_says_so(bark: BarkEngine) -> None:
    voice = next(voice for voice in all_voices() if voice.key == "de_speaker_3")
    assert availability(voice) == (
        "It needs bark-de_speaker_3. Run: python manage.py models pull bark-de_speaker_3"
    )
    with pytest.raises(ModelMissingError, match="bark-de_speaker_3"):
        bark.synthesize(SENTENCE, "de_speaker_3")


def test_missing_tensors_are_named(own_models: Path) -> None:
    path = own_models / "pytorch_model.bin"
    state = torch.load(path, weights_only=True)
    del state["semantic.layers.0.mlp.in_proj.weight"]
    torch.save(state, path)
    with pytest.raises(CheckpointError, match=r"lacks semantic\.layers\.0\.mlp\.in_proj\.weight"):
        BarkEngine(threads=1)


class Hostile:
    """Runs a program when an ordinary unpickler reads it."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.target,)


def test_a_program_in_the_weights_is_not_run(own_models: Path, tmp_path: Path) -> None:
    touched = tmp_path / "touched"
    torch.save({"semantic": Hostile(touched)}, own_models / "pytorch_model.bin")
    with pytest.raises(CheckpointError, match="cannot be read"):
        BarkEngine(threads=1)
    assert not touched.exists()


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04 no archive",
        bark_files.prompt(fine_prompt=np.zeros((8, 150))),
        bark_files.prompt(coarse_prompt=np.zeros(150, np.int64)),
        bark_files.prompt(semantic_prompt=np.full(100, 20_000)),
        bark_files.prompt(semantic_prompt=np.array([{"a": 1}], dtype=object)),
        pickle.dumps({"semantic_prompt": [1]}),
    ],
    ids=["damaged", "not tokens", "of another shape", "no such token", "objects", "a pickle"],
)
def test_a_prompt_that_is_none_is_refused(own_models: Path, content: bytes) -> None:
    (own_models / "speakers" / f"{SPEAKER}.npz").write_bytes(content)
    with pytest.raises(CheckpointError, match=f"{SPEAKER}.npz is no speaker's prompt"):
        BarkEngine(threads=1).synthesize(SENTENCE, SPEAKER)
