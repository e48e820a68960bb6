"""Wav2Lip's generator, its judge and what both hear, against their authors' code."""

import numpy as np
import pytest
import torch

from rendering.bench.engines import formula
from rendering.engines.talking_head.wav2lip.expert import SyncExpert
from rendering.engines.talking_head.wav2lip.network import Wav2Lip
from rendering.engines.talking_head.wav2lip.sound import mel_spectrogram
from tests.golden.references import ONE_PASS, difference, keys, load, shapes


def heard(device: torch.device) -> torch.Tensor:
    return formula.array("wav2lip.mel", (2, 1, 80, 16), -4, 4).to(device)


@pytest.mark.parametrize(("network", "name"), [(Wav2Lip, "wav2lip"), (SyncExpert, "wav2lip_syncnet")])
def test_tensors_are_named_and_shaped_as_released(network: type[torch.nn.Module], name: str) -> None:
    with torch.device("meta"):
        assert shapes(network()) == keys(name)


@torch.inference_mode()
def test_faces_are_the_reference(device: torch.device) -> None:
    network = Wav2Lip()
    formula.fill(network)
    faces = formula.array("wav2lip.face", (2, 6, 96, 96), 0, 1).to(device)
    drawn = network.to(device)(heard(device), faces)
    assert difference(drawn, load("wav2lip")["out"]) < ONE_PASS


@torch.inference_mode()
def test_embeddings_are_the_references(device: torch.device) -> None:
    network = SyncExpert()
    formula.fill(network)
    network.to(device)
    mouths = formula.array("syncnet.face", (2, 15, 48, 96), 0, 1).to(device)
    references = load("wav2lip_syncnet")
    assert difference(network.hear(heard(device)), references["audio"]) < ONE_PASS
    assert difference(network.see(mouths), references["video"]) < ONE_PASS


def test_mel_spectrogram_is_the_reference() -> None:
    time = np.arange(16_000) / 16_000
    tremolo = 0.5 + 0.5 * np.sin(2 * np.pi * 3 * time)
    wave = 0.5 * np.sin(2 * np.pi * 220 * time) * tremolo + 0.1 * np.sin(2 * np.pi * 1800 * time)
    mel = mel_spectrogram(wave.astype(np.float32))
    assert difference(torch.from_numpy(mel), load("wav2lip_mel")["mel"]) < ONE_PASS
