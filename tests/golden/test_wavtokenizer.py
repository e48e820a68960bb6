"""WavTokenizer against its authors' code: tensors, encoder, codes, backbone and sound."""

import pytest
import torch
from torch import Tensor

from rendering.bench.engines import formula
from rendering.engines.neural import checkpoints
from rendering.engines.speech.wavtokenizer import released, sizes
from rendering.engines.speech.wavtokenizer.network import WavTokenizer
from tests.golden import references
from tests.golden.references import ONE_PASS

WINDOW = "head.istft.window"


@pytest.fixture(scope="module")
def state() -> dict[str, Tensor]:
    """What the released file holds, with the formula's values."""
    listed = references.keys("wavtokenizer_75tok")
    values = {name: torch.from_numpy(formula.weight(name, shape)) for name, shape in listed.items()}
    values[WINDOW] = torch.hann_window(1280)
    return values


@pytest.fixture(scope="module")
def network(state: dict[str, Tensor], device: torch.device) -> WavTokenizer:
    kept = released.state_of({"state_dict": state}, source="reference")
    built = WavTokenizer(sizes.of(kept, source="reference"))
    checkpoints.fill(built, kept, source="reference")
    return built.to(device)


@pytest.fixture(scope="module")
def stored() -> dict[str, Tensor]:
    return references.load("wavtokenizer")


def test_sizes_are_those_of_the_released_file(network: WavTokenizer) -> None:
    assert network.sizes == sizes.Sizes(
        strides=(2, 4, 5, 8),
        channels=32,
        latent=512,
        codes=4096,
        lstm_layers=2,
        width=768,
        inner=2304,
        blocks=12,
        conditions=4,
        fft=1280,
    )
    assert network.sizes.hop == 320


def test_tensors_are_those_of_the_released_file_with_weight_norm_folded(network: WavTokenizer) -> None:
    listed = references.keys("wavtokenizer_75tok")
    unused = ("feature_extractor.encodec.decoder.", "._codebook.inited", "cluster_size", "embed_avg")
    folded = {
        name.replace("weight_v", "weight"): shape
        for name, shape in listed.items()
        if not name.endswith("weight_g") and not any(part in name for part in unused)
    }
    assert references.shapes(network) == folded


def test_the_encoder(network: WavTokenizer, stored: dict, device: torch.device) -> None:
    samples = formula.array("wavtok.wav", (1, 1, 3840), -0.8, 0.8).to(device)
    assert references.difference(network.encoder(samples), stored["emb"]) < ONE_PASS


def test_the_encoder_fills_the_last_code(network: WavTokenizer, stored: dict, device: torch.device) -> None:
    samples = formula.array("wavtok.wav2", (1, 1, 3999), -0.8, 0.8).to(device)
    assert references.difference(network.encoder(samples), stored["emb_odd"]) < ONE_PASS


def test_codes_are_the_nearest(network: WavTokenizer, stored: dict) -> None:
    latents = torch.from_numpy(stored["emb"]).to(network.codebook.embed.device)
    assert network.codebook.nearest(latents).tolist() == stored["codes_enc"][0].tolist()


def test_the_backbone(network: WavTokenizer, stored: dict, device: torch.device) -> None:
    codes = torch.from_numpy(stored["codes"][0]).to(device)
    features = network.backbone(network.codebook.latents(codes))
    assert references.difference(features, stored["backbone"]) < ONE_PASS


def test_the_sound(network: WavTokenizer, stored: dict, device: torch.device) -> None:
    codes = torch.from_numpy(stored["codes"][0]).to(device)
    samples = network.head(network.backbone(network.codebook.latents(codes)))
    assert references.difference(samples, stored["audio"]) < ONE_PASS
