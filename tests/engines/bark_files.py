"""Bark's files in their released form, of a network small enough to speak in a second."""

import io
import json
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
from transformers import BarkConfig, BarkModel, EncodecConfig
from transformers.models.bark import BarkCoarseConfig, BarkFineConfig, BarkSemanticConfig
from transformers.models.bark.generation_configuration_bark import (
    BarkCoarseGenerationConfig,
    BarkFineGenerationConfig,
    BarkGenerationConfig,
    BarkSemanticGenerationConfig,
)

SPEAKER = "en_speaker_6"
_SIZES = {"num_layers": 1, "num_heads": 2, "hidden_size": 16, "initializer_range": 0.5}
"""With weights so large that what goes in is heard in what comes out."""
SECONDS = 0.6
"""Spoken of whatever text: a network that has learned nothing seldom ends by itself."""


def write(models_folder: Path) -> Path:
    """The folder bark-small below `models_folder`, with one speaker. Token numbers are the real ones."""
    folder = models_folder / "bark-small"
    (folder / "speakers").mkdir(parents=True)
    config = BarkConfig(
        semantic_config=BarkSemanticConfig(
            **_SIZES, input_vocab_size=129_600, output_vocab_size=10_048, block_size=1024
        ).to_dict(),
        coarse_acoustics_config=BarkCoarseConfig(
            **_SIZES, input_vocab_size=12_096, output_vocab_size=12_096, block_size=1024
        ).to_dict(),
        fine_acoustics_config=BarkFineConfig(
            **_SIZES, input_vocab_size=1056, output_vocab_size=1056, block_size=1024
        ).to_dict(),
        codec_config=EncodecConfig(hidden_size=16, num_filters=2, codebook_dim=16).to_dict(),
    )
    torch.manual_seed(3)
    model = BarkModel(config)
    for layer in model.codec_model.quantizer.layers:
        layer.codebook.embed.normal_()
    model.config.save_pretrained(folder)
    sampling = {"do_sample": True, "temperature": 0.7}
    generation = BarkGenerationConfig.from_sub_model_configs(
        BarkSemanticGenerationConfig(**sampling, max_new_tokens=round(SECONDS * 49.9)),
        BarkCoarseGenerationConfig(**sampling),
        BarkFineGenerationConfig(temperature=0.5),
    )
    (folder / "generation_config.json").write_text(json.dumps(generation.to_dict()))
    torch.save(model.state_dict(), folder / "pytorch_model.bin")
    (folder / "tokenizer.json").write_text(_tokenizer().to_str())
    (folder / "speakers" / f"{SPEAKER}.npz").write_bytes(prompt())
    return folder


def prompt(**changed: np.ndarray) -> bytes:
    """A speaker's prompt of two seconds, with arrays in place of its own."""
    draw = np.random.default_rng(5)
    arrays = {
        "semantic_prompt": draw.integers(0, 10_000, 100),
        "coarse_prompt": draw.integers(0, 1024, (2, 150)),
        "fine_prompt": draw.integers(0, 1024, (8, 150)),
    }
    outlet = io.BytesIO()
    np.savez(outlet, **(arrays | changed))
    return outlet.getvalue()


def _tokenizer() -> Tokenizer:
    """Letters as word pieces, in the form of BERT's."""
    letters = "abcdefghijklmnopqrstuvwxyz.,!?"
    vocabulary = {"[PAD]": 0, "[UNK]": 1}
    for piece in [*letters, *(f"##{letter}" for letter in letters)]:
        vocabulary[piece] = len(vocabulary)
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return tokenizer
