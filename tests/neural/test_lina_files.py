"""Checkpoints and voice files that the language model takes and refuses."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from rendering.engines.errors import CheckpointError, MediaError
from rendering.engines.neural import checkpoints
from rendering.engines.speech.lina import loading, voice
from rendering.engines.speech.lina.config import infer
from rendering.engines.speech.lina.model import LinaModel
from rendering.engines.speech.lina.voice import ClonedVoice, TunedVoice
from tests.neural import tiny_lina

State = dict[str, Tensor]


def load(path: Path) -> LinaModel:
    state = loading.extract(checkpoints.read(path), path.name)
    return loading.build(state, source=path.name)


class TestCheckpoint:
    @pytest.mark.parametrize("config", [tiny_lina.TINY, tiny_lina.SMALL_E])
    def test_sizes_are_read_from_the_tensors(self, config: Any, tmp_path: Path) -> None:
        assert load(tiny_lina.save(tmp_path / "last.ckpt", config)).config == config

    @pytest.mark.parametrize("wrapped", [lambda state: state, lambda state: {"model": state}])
    def test_other_wrappings_of_the_same_tensors(
        self, wrapped: Callable[[State], Any], tmp_path: Path
    ) -> None:
        saved = tiny_lina.model()
        torch.save(wrapped(saved.state_dict()), tmp_path / "last.ckpt")

        loaded = load(tmp_path / "last.ckpt")

        assert all(
            torch.equal(loaded.state_dict()[name], value) for name, value in saved.state_dict().items()
        )

    def test_a_head_that_is_tied_reads_with_the_embedding(self, tmp_path: Path) -> None:
        saved = tiny_lina.model(replace(tiny_lina.TINY, tied=True))
        torch.save({"model": saved.state_dict()}, tmp_path / "last.ckpt")

        loaded = load(tmp_path / "last.ckpt")

        assert loaded.config.tied
        assert loaded.head is loaded.rvq_embed.weight

    def test_weights_of_half_precision_are_widened(self, tmp_path: Path) -> None:
        halves = {name: value.half() for name, value in tiny_lina.model().state_dict().items()}
        torch.save(halves, tmp_path / "last.ckpt")

        assert load(tmp_path / "last.ckpt").rvq_embed.weight.dtype == torch.float32

    def test_a_speaker_encoder_is_refused(self, tmp_path: Path) -> None:
        state = tiny_lina.model().state_dict() | {"spk_encoder.0.weight": torch.zeros(2, 2)}
        torch.save(
            {"state_dict": {f"model.{name}": value for name, value in state.items()}}, tmp_path / "x.ckpt"
        )

        with pytest.raises(CheckpointError, match=r"x\.ckpt holds a speaker encoder"):
            load(tmp_path / "x.ckpt")

    def test_missing_surplus_and_misshapen_tensors_are_named(self, tmp_path: Path) -> None:
        state = tiny_lina.model().state_dict()
        del state["attentive_rnn.decoder.0.norm2.bias"]
        state["attentive_rnn.surplus"] = torch.zeros(1)
        state["attentive_rnn.cross_att.q.bias"] = torch.zeros(7)
        torch.save(state, tmp_path / "odd.ckpt")

        with pytest.raises(CheckpointError) as caught:
            load(tmp_path / "odd.ckpt")

        message = str(caught.value)
        assert "lacks attentive_rnn.decoder.0.norm2.bias" in message
        assert "unexpected attentive_rnn.surplus" in message
        assert "attentive_rnn.cross_att.q.bias (7 instead of 32)" in message

    def test_another_model_is_named(self, tmp_path: Path) -> None:
        torch.save({"state_dict": {"conv.weight": torch.zeros(3, 3)}}, tmp_path / "other.ckpt")

        with pytest.raises(
            CheckpointError, match=r"other\.ckpt is not a Lina-Speech model: it lacks txt_embed"
        ):
            load(tmp_path / "other.ckpt")

    @pytest.mark.parametrize(
        ("name", "shape"),
        [
            ("txt_embed.weight", (64,)),
            ("rvq_embed.weight", (1, 3, 32)),
            ("rvq_embed.weight", (1, 0, 32)),
            ("attentive_rnn.encoder.0.tmix.g_norm_swish_gate.weight", (5,)),
            ("txt_encoder.sa.0.tmix.rotary.freqs", (3,)),
        ],
    )
    def test_sizes_that_make_no_model(self, name: str, shape: tuple[int, ...]) -> None:
        shapes = {key: tuple(value.shape) for key, value in tiny_lina.model().state_dict().items()}

        with pytest.raises(CheckpointError, match=r"odd\.ckpt"):
            infer(shapes | {name: shape}, source="odd.ckpt")


METADATA = {"format": "avatarlab-voice", "version": "1", "transcript": "hello there"}


def written(folder: Path, tensors: State, **metadata: str) -> Path:
    save_file(tensors, folder / "voice.safetensors", METADATA | metadata)
    return folder / "voice.safetensors"


class TestVoiceFile:
    def test_a_cloned_voice_comes_back(self, tmp_path: Path) -> None:
        saved = ClonedVoice(torch.arange(50)[None], "I speak so. Ünïcödé!")
        (tmp_path / "voice").write_bytes(voice.to_bytes(saved))

        read = voice.read(tmp_path / "voice", tiny_lina.TINY)

        assert isinstance(read, ClonedVoice)
        assert read.transcript == saved.transcript
        assert torch.equal(read.codes, saved.codes)

    def test_codes_of_one_codebook_may_be_a_row(self, tmp_path: Path) -> None:
        read = voice.read(written(tmp_path, {"codes": torch.arange(50)}), tiny_lina.TINY)

        assert isinstance(read, ClonedVoice)
        assert read.codes.shape == (1, 50)

    def test_a_tuned_voice_comes_back(self, tmp_path: Path) -> None:
        saved = TunedVoice((torch.ones(2, 8), torch.zeros(2, 8)), (torch.ones(2, 16), torch.zeros(2, 16)))
        (tmp_path / "voice").write_bytes(voice.to_bytes(saved))

        read = voice.read(tmp_path / "voice", tiny_lina.TINY)

        assert isinstance(read, TunedVoice)
        assert torch.equal(read.keys[0], saved.keys[0])
        assert torch.equal(read.values[1], saved.values[1])

    @pytest.mark.parametrize(
        "tensors",
        [
            {},
            {"codes": torch.zeros(1, 0, dtype=torch.int64)},
            {"codes": torch.zeros(1, 20, dtype=torch.int32)},
            {"codes": torch.zeros(1, 20)},
            {"codes": torch.zeros(2, 20, dtype=torch.int64)},
            {"codes": torch.zeros(1, 1, 20, dtype=torch.int64)},
            {"codes": torch.full((1, 20), -1)},
            {"codes": torch.full((1, 20), tiny_lina.TINY.codes)},
            {"codes": torch.zeros(1, voice.LONGEST_REFERENCE + 1, dtype=torch.int64)},
            {"codes": torch.zeros(1, 20, dtype=torch.int64), "layer0_k": torch.zeros(2, 8)},
            {"layer0_k": torch.zeros(2, 8), "layer0_v": torch.zeros(2, 16)},
        ],
    )
    def test_contents_that_are_no_voice(self, tensors: State, tmp_path: Path) -> None:
        with pytest.raises(MediaError, match="voice file cannot be used"):
            voice.read(written(tmp_path, tensors), tiny_lina.TINY)

    @pytest.mark.parametrize("value", [float("nan"), float("inf")])
    def test_memories_are_finite(self, value: float, tmp_path: Path) -> None:
        tensors = {
            f"layer{layer}_{part}": torch.full((2, size), value)
            for layer in range(2)
            for part, size in (("k", 8), ("v", 16))
        }
        with pytest.raises(MediaError, match="finite"):
            voice.read(written(tmp_path, tensors), tiny_lina.TINY)

    @pytest.mark.parametrize(
        "metadata",
        [{"format": "other"}, {"version": "2"}, {"transcript": " "}, {"transcript": "a" * 601}],
    )
    def test_metadata_that_are_no_voice(self, metadata: dict[str, str], tmp_path: Path) -> None:
        path = written(tmp_path, {"codes": torch.zeros(1, 20, dtype=torch.int64)}, **metadata)

        with pytest.raises(MediaError, match="voice file cannot be used"):
            voice.read(path, tiny_lina.TINY)

    @pytest.mark.parametrize("content", [b"", b"RIFF....WAVE", b"\xff" * 64, b"\x08\0\0\0\0\0\0\0not json"])
    def test_other_files(self, content: bytes, tmp_path: Path) -> None:
        (tmp_path / "voice").write_bytes(content)

        with pytest.raises(MediaError, match="damaged, or no voice file"):
            voice.read(tmp_path / "voice", tiny_lina.TINY)

    def test_a_huge_file_is_not_read(self, tmp_path: Path) -> None:
        with (tmp_path / "voice").open("wb") as file:
            file.truncate(1 << 30)

        with pytest.raises(MediaError, match="larger than 16 MB"):
            voice.read(tmp_path / "voice", tiny_lina.TINY)
