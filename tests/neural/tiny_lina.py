"""A language model and a tokenizer like the released ones in everything but size."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
from torch import nn
from transformers import EncodecConfig, EncodecModel

from rendering.bench.engines import formula
from rendering.engines.speech.lina.config import LinaConfig
from rendering.engines.speech.lina.model import LinaModel
from rendering.engines.weights.artifact import Artifact
from rendering.engines.weights.manifest import ARTIFACTS
from tests.neural import tiny_codec

CODEC = replace(tiny_codec.TINY, codes=128)
"""With enough codes that by chance the one that stops comes late."""
TINY = LinaConfig(
    width=32,
    hidden=42,
    encoder=1,
    decoder=1,
    heads=2,
    keys=16,
    values=32,
    rank=4,
    kernel=4,
    codebooks=1,
    codes=CODEC.codes,
    text_vocabulary=64,
    text_layers=1,
    text_heads=2,
    rotary=4,
    positions="convolutional",
    places=300,
    reach=31,
    cross_rotary=0,
    tied=False,
)
SMALL_E = replace(TINY, codebooks=4, kernel=0, positions="sinusoidal", places=0, reach=0)
KNOWN = "abcdefghijklmnopqrstuvwxyzé'.,?!-:"
"""Characters that the tokenizer has; digits and capitals are not among them."""


def model(config: LinaConfig = TINY) -> LinaModel:
    built = LinaModel(config)
    formula.fill(built, keep=[name for name in built.state_dict() if name.endswith("rotary.freqs")])
    return built


class Network(nn.Module):
    """Of a class that no reader has: released checkpoints hold modules beside their weights."""


def save(path: Path, config: LinaConfig = TINY) -> Path:
    """A checkpoint in the released form."""
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save(
        {
            "epoch": 3,
            "state_dict": {f"model.{name}": value for name, value in model(config).state_dict().items()},
            "optimizer_states": [{"state": {0: {"exp_avg": torch.zeros(4)}}}],
            "hyper_parameters": {"attentive_rnn": Network()},
        },
        path,
    )
    return path


def save_tokenizer(path: Path) -> Path:
    """Byte-pair encoding in lower case, whose unknown token is not in its vocabulary: what it does not know
    raises."""
    vocabulary = {
        token: number for number, token in enumerate(("[PAD]", "[BOS]", "[EOS]", " ", *KNOWN, "th", "he"))
    }
    tokenizer = Tokenizer(models.BPE(vocabulary, [("t", "h"), ("h", "e")], unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Split(" ", "isolated")
    tokenizer.add_special_tokens(["[PAD]", "[BOS]", "[EOS]"])
    path.parent.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(path))
    return path


def install(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A models folder in which the engine finds all it needs."""
    monkeypatch.setenv("AVATARLAB_MODELS", str(folder))
    monkeypatch.setitem(ARTIFACTS, "lina-bpe", write(folder))


def write(folder: Path) -> Artifact:
    """All that the engine needs, into a models folder. Returns what the manifest would have to know of the
    tokenizer: of the released one it knows the checksum."""
    save(folder / ARTIFACTS["lina-169m"].filename)
    tiny_codec.save(folder / ARTIFACTS["wavtokenizer"].filename, CODEC)
    tokenizer = save_tokenizer(folder / ARTIFACTS["lina-bpe"].filename)
    return replace(
        ARTIFACTS["lina-bpe"],
        size=tokenizer.stat().st_size,
        sha256=hashlib.sha256(tokenizer.read_bytes()).hexdigest(),
    )


def install_small_e(folder: Path, config: LinaConfig = SMALL_E) -> None:
    """The beta model and its codec, in a models folder."""
    save(folder / ARTIFACTS["small-e"].filename, config)
    torch.manual_seed(0)
    small = EncodecConfig(num_filters=2, hidden_size=8, codebook_size=SMALL_E.codes, codebook_dim=8)
    EncodecModel(small).save_pretrained((folder / ARTIFACTS["encodec-24khz"].filename).parent)
