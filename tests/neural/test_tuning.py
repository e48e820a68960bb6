"""Tuning: the voice gets better, the model stays, and being cut off costs nothing."""

from pathlib import Path

import numpy as np
import pytest
import torch

from rendering.bench.engines import formula
from rendering.engines.speech.lina import generation, voice
from rendering.engines.speech.lina.config import infer
from rendering.engines.speech.lina.model import LinaModel
from rendering.engines.speech.lina.tuning import Passage, Report, Settings, Tuning
from tests.golden import references


def tiny(name: str) -> LinaModel:
    torch.set_num_threads(1)
    listed = references.keys(name)
    built = LinaModel(infer(listed, source=name))
    formula.fill(built, keep=[key for key in listed if key.endswith("rotary.freqs")])
    return built


@pytest.fixture(scope="module")
def model() -> LinaModel:
    return tiny("lina_tiny")


def passages(model: LinaModel, count: int = 9) -> list[Passage]:
    """A speaker of few sounds, who is easily told from others."""
    drawing = np.random.default_rng(0)
    books, codes = model.config.codebooks, model.config.codes
    return [
        Passage(
            tuple(int(token) for token in drawing.integers(3, 100, 6)),
            torch.from_numpy(drawing.integers(0, min(5, codes), (books, 20 + place))),
        )
        for place in range(count)
    ]


SHORT = Settings(epochs=2)


@pytest.mark.parametrize("name", ["lina_tiny", "smalle_tiny"])
def test_the_voice_gets_better_also_where_it_did_not_learn(name: str) -> None:
    model = tiny(name)
    material = passages(model)
    tuning = Tuning(model, material, SHORT)
    before = tuning.loss(material), tuning.loss(material[7:8])
    tuning.run()
    assert tuning.loss(material) < before[0] - 0.01
    assert tuning.loss(material[7:8]) < before[1]


def test_the_model_stays_as_it_is(model: LinaModel) -> None:
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    Tuning(model, passages(model), SHORT).run()
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())


def test_what_was_learnt_can_be_kept_and_is_spoken_with(model: LinaModel, tmp_path: Path) -> None:
    learnt = Tuning(model, passages(model), SHORT).run()
    path = tmp_path / "voice.safetensors"
    path.write_bytes(voice.to_bytes(learnt))
    loaded = voice.read(path, model.config)
    assert isinstance(loaded, voice.TunedVoice)
    state = generation.tuned(model.start(1), loaded)
    for mixer, key, value in zip(state.mixers, learnt.keys, learnt.values, strict=False):
        torch.testing.assert_close(mixer.memory[0], key[:, :, None] * value[:, None])
    assert not torch.equal(state.mixers[0].memory, model.start(1).mixers[0].memory)


def test_learning_twice_gives_the_same_voice(model: LinaModel) -> None:
    first, second = (Tuning(model, passages(model), SHORT).run() for _ in range(2))
    assert all(torch.equal(*pair) for pair in zip(first.keys, second.keys, strict=True))


def test_being_cut_off_changes_nothing(model: LinaModel, tmp_path: Path) -> None:
    whole = Tuning(model, passages(model), SHORT).run()
    progress = tmp_path / "progress.safetensors"

    def cut(report: Report) -> None:
        if report.step == 9:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Tuning(model, passages(model), SHORT, progress=progress).run(cut)
    steps: list[int] = []
    gone_on = Tuning(model, passages(model), SHORT, progress=progress)
    resumed = gone_on.run(lambda report: steps.append(report.step))
    assert steps == list(range(10, gone_on.steps + 1))
    for before, after in zip((*whole.keys, *whole.values), (*resumed.keys, *resumed.values), strict=True):
        torch.testing.assert_close(after, before, rtol=0, atol=0)
    assert not progress.exists()


@pytest.mark.parametrize("content", [b"", b"no safetensors", None])
def test_progress_that_is_damaged_or_of_another_voice_is_not_used(
    model: LinaModel, tmp_path: Path, content: bytes | None
) -> None:
    progress = tmp_path / "progress.safetensors"
    if content is None:
        with pytest.raises(KeyboardInterrupt):
            Tuning(model, passages(model, 3), SHORT, progress=progress).run(_interrupt)
    else:
        progress.write_bytes(content)
    steps: list[int] = []
    Tuning(model, passages(model), SHORT, progress=progress).run(lambda report: steps.append(report.step))
    assert steps[0] == 1


def _interrupt(report: Report) -> None:
    raise KeyboardInterrupt


def test_nothing_to_learn_from_is_an_error(model: LinaModel) -> None:
    with pytest.raises(ValueError, match="nothing to learn from"):
        Tuning(model, [])
