"""The lina engine from sentences to sound, on small weights in the released form."""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from rendering.engines.errors import (
    CheckpointError,
    EngineError,
    EngineUnavailableError,
    MediaError,
    ModelMissingError,
    ScriptError,
)
from rendering.engines.speech import registry
from rendering.engines.speech.alignment import Aligner
from rendering.engines.speech.base import SAMPLE_RATE, SpokenWord, Utterance
from rendering.engines.speech.lina import voice
from rendering.engines.speech.lina.engine import LinaEngine
from rendering.engines.speech.lina.voice import ClonedVoice, TunedVoice
from rendering.engines.speech.phonemes import spoken_words
from rendering.engines.speech.speak import speak, speak_many
from rendering.engines.text.script import parse_script
from rendering.engines.weights.manifest import ARTIFACTS
from tests.neural import tiny_codec, tiny_lina

SENTENCES = parse_script("Dr. No has 3 naïve cats! Café? Is it so?")


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(autouse=True)
def installed(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tiny_lina.install(models, monkeypatch)


@pytest.fixture(scope="module")
def engine(models: Path) -> LinaEngine:
    with pytest.MonkeyPatch.context() as patched:
        tiny_lina.install(models, patched)
        return LinaEngine(threads=1, precision="full")


def cloned(folder: Path, seed: int = 0) -> Path:
    codes = torch.from_numpy(np.random.default_rng(seed).integers(0, tiny_lina.TINY.codes, (1, 90)))
    path = folder / f"voice-{seed}.safetensors"
    path.write_bytes(voice.to_bytes(ClonedVoice(codes, "this is how i speak")))
    return path


def test_the_registry_builds_it(engine: LinaEngine) -> None:
    built = registry.engine("lina", threads=1)

    assert built.name == engine.name == "lina"
    assert {info.key for info in built.voices()} == {"one", "two", "small-e"}


def test_a_sentence_becomes_samples(engine: LinaEngine) -> None:
    samples = engine.synthesize(SENTENCES[0], "one").samples

    assert samples.dtype == np.float32
    assert samples.ndim == 1
    assert len(samples) % 320 == 0
    assert np.isfinite(samples).all()


def test_equal_text_and_voice_give_equal_samples(engine: LinaEngine) -> None:
    first, second = (engine.synthesize(SENTENCES[0], "one").samples for _ in range(2))

    np.testing.assert_array_equal(first, second)


def test_voices_differ(engine: LinaEngine) -> None:
    first, second = (engine.synthesize(SENTENCES[0], key).samples for key in ("one", "two"))

    assert len(first) != len(second) or not np.array_equal(first, second)


def test_sentences_decoded_together_are_those_decoded_alone(engine: LinaEngine) -> None:
    together = engine.synthesize_many(SENTENCES, "one")
    alone = [engine.synthesize(sentence, "one") for sentence in SENTENCES]

    for one, other in zip(together, alone, strict=True):
        np.testing.assert_allclose(one.samples, other.samples, atol=1e-4)


def test_a_reference_changes_the_voice(engine: LinaEngine, tmp_path: Path) -> None:
    own = engine.synthesize(SENTENCES[0], "one").samples
    like_them = engine.synthesize(SENTENCES[0], "one", reference=cloned(tmp_path)).samples
    like_others = engine.synthesize(SENTENCES[0], "one", reference=cloned(tmp_path, seed=1)).samples

    assert not np.array_equal(own, like_them)
    assert not np.array_equal(like_them, like_others)


def test_a_tuned_voice_speaks(engine: LinaEngine, tmp_path: Path) -> None:
    generator = torch.Generator().manual_seed(0)
    path = tmp_path / "tuned.safetensors"
    path.write_bytes(
        voice.to_bytes(
            TunedVoice(
                tuple(torch.randn(2, 8, generator=generator) for _ in range(2)),
                tuple(torch.randn(2, 16, generator=generator) for _ in range(2)),
            )
        )
    )

    tuned = engine.synthesize(SENTENCES[0], "one", reference=path).samples

    assert len(tuned)
    assert not np.array_equal(tuned, engine.synthesize(SENTENCES[0], "one").samples)


def test_a_file_that_is_no_voice_is_refused(engine: LinaEngine, tmp_path: Path) -> None:
    (tmp_path / "voice").write_text("ha ha")

    with pytest.raises(MediaError, match="voice file cannot be used"):
        engine.synthesize(SENTENCES[0], "one", reference=tmp_path / "voice")


def test_another_pace_keeps_all_that_is_said(engine: LinaEngine) -> None:
    usual, slow, fast = (
        len(engine.synthesize(SENTENCES[0], "one", speed=speed).samples) for speed in (1.0, 0.5, 2.0)
    )

    assert slow == pytest.approx(2 * usual, rel=0.1)
    assert fast == pytest.approx(usual / 2, rel=0.1)


def test_words_have_times_in_order(engine: LinaEngine) -> None:
    synthesis = engine.synthesize(SENTENCES[0], "one")

    spans = [span for span in synthesis.words if span]
    assert len(synthesis.words) == len(spoken_words(SENTENCES[0].spoken))
    assert spans == sorted(spans)
    assert spans[-1][1] <= len(synthesis.samples) / SAMPLE_RATE + 1e-6


def test_its_word_times_serve_where_the_sound_cannot_be_aligned(engine: LinaEngine) -> None:
    speech = speak(engine, SENTENCES[0], "one", aligner=Aligner())

    assert speech.timing == "estimated"
    assert [word.text for word in speech.words] == ["Dr.", "No", "has", "3", "naïve", "cats!"]
    assert all(word.start <= word.end <= speech.duration for word in speech.words)


def test_a_script_spoken_at_once_is_its_sentences(engine: LinaEngine, tmp_path: Path) -> None:
    aligner, reference = Aligner(), cloned(tmp_path)

    together = speak_many(engine, SENTENCES, "one", reference=reference, aligner=aligner)
    alone = [speak(engine, each, "one", reference=reference, aligner=aligner) for each in SENTENCES]

    for one, other in zip(together, alone, strict=True):
        np.testing.assert_allclose(one.samples, other.samples, atol=1e-3)
        assert one.words == other.words


@pytest.mark.parametrize("text", ["…", "🎉🎉", "日本語", "—"])
def test_what_holds_no_english_is_refused_in_words(engine: LinaEngine, text: str) -> None:
    with pytest.raises(ScriptError, match="cannot read"):
        engine.synthesize(Utterance(text, (SpokenWord(text, text),)), "one")


def test_a_sentence_beyond_its_places_is_refused(engine: LinaEngine) -> None:
    long = "word " * 200

    with pytest.raises(ScriptError, match="too long"):
        engine.synthesize(Utterance(long, (SpokenWord(long, long),)), "one")


def test_a_voice_it_does_not_have(engine: LinaEngine) -> None:
    with pytest.raises(ValueError, match="no voice 'heart'"):
        engine.synthesize(SENTENCES[0], "heart")


def test_engines_that_cannot_clone_say_so() -> None:
    hibari = registry.engine("hibari", threads=1)

    with pytest.raises(EngineUnavailableError, match="voices of its own only"):
        speak(hibari, SENTENCES[0], "heart", reference=Path("voice"), aligner=Aligner())


def test_a_precision_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AVATARLAB_LINA_PRECISION", "double")

    with pytest.raises(EngineError, match="AVATARLAB_LINA_PRECISION is double"):
        LinaEngine(threads=1)


@pytest.mark.parametrize("precision", ["half", "int8"])
def test_weights_of_fewer_bits_speak(precision: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AVATARLAB_LINA_PRECISION", precision)

    assert len(LinaEngine(threads=1).synthesize(SENTENCES[0], "one").samples)


def test_the_beta_speaks_with_its_own_codec(engine: LinaEngine, models: Path) -> None:
    tiny_lina.install_small_e(models)

    samples = engine.synthesize(SENTENCES[1], "small-e").samples

    assert len(samples)
    assert np.isfinite(samples).all()


def test_a_codec_with_holes_is_not_filled_up_by_chance(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny_lina.install(tmp_path, monkeypatch)
    tiny_lina.install_small_e(tmp_path)
    weights = tmp_path / ARTIFACTS["encodec-24khz"].filename
    tensors = load_file(weights)
    del tensors["quantizer.layers.0.codebook.embed"]
    save_file(tensors, weights, {"format": "pt"})

    with pytest.raises(CheckpointError, match=r"lacks quantizer\.layers\.0\.codebook\.embed"):
        LinaEngine(threads=1).synthesize(SENTENCES[1], "small-e")


def test_a_codec_of_another_model_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tiny_lina.install(tmp_path, monkeypatch)
    tiny_codec.save(tmp_path / ARTIFACTS["wavtokenizer"].filename)

    with pytest.raises(CheckpointError, match="lina-169m speaks in 128 codes, its codec in 64"):
        LinaEngine(threads=1)


def test_weights_that_are_not_there_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tiny_lina.install(tmp_path, monkeypatch)
    (tmp_path / ARTIFACTS["lina-169m"].filename).unlink()

    with pytest.raises(ModelMissingError, match="models pull lina-169m"):
        LinaEngine(threads=1)
