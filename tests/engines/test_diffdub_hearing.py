"""What DiffDub hears: 50 moments a second, however loud and however long the speech."""

import json

import numpy as np
import pytest
import torch

from rendering.engines.speech.base import SAMPLE_RATE, Samples
from rendering.engines.talking_head.diffdub import hearing
from rendering.engines.talking_head.diffdub.hearing import Hearing
from tests.engines import diffdub_files

STATES, SIZE = diffdub_files.LAYERS + 1, diffdub_files.HEARD


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> hearing.HubertModel:
    config = tmp_path_factory.mktemp("hubert") / "config.json"
    config.write_text(json.dumps(diffdub_files.HUBERT))
    return hearing.build(
        config, diffdub_files.hubert_file(), source="pytorch_model.bin", states=STATES, size=SIZE
    )


@pytest.fixture
def ear(network: hearing.HubertModel) -> Hearing:
    return Hearing(network, torch.device("cpu"))


def hum(seconds: float, loud: float = 0.3) -> Samples:
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (loud * np.sin(2 * np.pi * 140 * time) * np.sin(2 * np.pi * 1.7 * time)).astype(np.float32)


@pytest.mark.parametrize("seconds", [0.5, 2.0, 41.3])
def test_every_state_is_heard_fifty_times_a_second(ear: Hearing, seconds: float) -> None:
    assert ear.hear(hum(seconds)).shape == (STATES, round(seconds * 50), SIZE)


def test_the_last_moment_comes_twice(ear: Hearing) -> None:
    heard = ear.hear(hum(1.0))
    assert torch.equal(heard[:, -1], heard[:, -2])


def test_the_level_of_the_recording_makes_no_difference(ear: Hearing) -> None:
    quiet, loud = (ear.hear(hum(1.0, level)) for level in (0.02, 0.5))
    assert torch.allclose(quiet, loud, atol=1e-2)


def test_all_states_are_those_of_the_network(ear: Hearing, network: hearing.HubertModel) -> None:
    samples = hum(1.0)
    wave = hearing._prepared(samples, 400)
    with torch.inference_mode():
        states = network(torch.from_numpy(wave)[None], output_hidden_states=True).hidden_states
    assert torch.equal(ear.hear(samples)[:, :-1], torch.cat(states))


def test_long_speech_is_heard_in_windows_of_twenty_seconds(
    ear: Hearing, network: hearing.HubertModel
) -> None:
    lengths: list[int] = []
    hook = network.feature_extractor.register_forward_pre_hook(
        lambda _, given: lengths.append(given[0].shape[-1])
    )
    ear.hear(hum(61.0))
    hook.remove()
    assert len(lengths) == 4
    assert max(lengths) <= 20 * hearing.RATE + 400


@pytest.mark.parametrize("samples", [0, 1, 500])
def test_speech_too_short_to_be_heard_is_followed_by_silence(ear: Hearing, samples: int) -> None:
    heard = ear.hear(np.full(samples, 0.1, np.float32))
    assert heard.shape[1] >= 2
    assert bool(heard.isfinite().all())


def test_silence_is_heard_without_a_division_by_nothing(ear: Hearing) -> None:
    assert bool(ear.hear(np.zeros(SAMPLE_RATE, np.float32)).isfinite().all())
