"""The codec: files it takes and refuses, long clips, edges."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch

from rendering.engines.errors import CheckpointError, MediaError
from rendering.engines.neural import checkpoints
from rendering.engines.neural.runtime import Runtime
from rendering.engines.speech.base import SAMPLE_RATE
from rendering.engines.speech.wavtokenizer import released, sizes, windows
from rendering.engines.speech.wavtokenizer.codec import Codec
from rendering.engines.speech.wavtokenizer.network import WavTokenizer
from tests.neural import tiny_codec

HOP = 320
CPU = Runtime(torch.device("cpu"), half=False)


@pytest.fixture(scope="module")
def codec() -> Codec:
    return Codec(tiny_codec.network(), CPU)


def codes(count: int, seed: int = 0) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(seed).integers(0, tiny_codec.TINY.codes, (1, count)))


def tone(seconds: float) -> np.ndarray:
    t = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (0.3 * np.sin(2 * np.pi * 180 * t)).astype(np.float32)


def read(path: Path) -> WavTokenizer:
    return released.network(released.state_of(checkpoints.read(path), path.name), source=path.name)


class TestFile:
    def test_a_training_checkpoint_gives_the_network_that_was_saved(self, tmp_path: Path) -> None:
        loaded = read(tiny_codec.save(tmp_path / "codec.ckpt"))
        saved = tiny_codec.network()
        assert loaded.sizes == saved.sizes
        for name, tensor in saved.state_dict().items():
            torch.testing.assert_close(loaded.state_dict()[name], tensor, rtol=1e-5, atol=1e-6)

    def test_a_copy_with_folded_weights_loads_too(self, tmp_path: Path) -> None:
        from safetensors.torch import save_file

        save_file(tiny_codec.network().state_dict(), tmp_path / "lean.safetensors")
        assert read(tmp_path / "lean.safetensors").sizes == tiny_codec.TINY

    def test_a_file_of_another_model_is_named(self, tmp_path: Path) -> None:
        torch.save({"state_dict": {"backbone.embed.weight": torch.zeros(8, 4, 7)}}, tmp_path / "other.ckpt")
        with pytest.raises(CheckpointError, match=r"other\.ckpt holds no WavTokenizer"):
            read(tmp_path / "other.ckpt")

    @pytest.mark.parametrize("name", ["head.out.weight", f"{sizes.CODEBOOK}embed"])
    def test_a_tensor_without_its_dimensions_is_no_codec(self, name: str, tmp_path: Path) -> None:
        state = {**tiny_codec.released(tiny_codec.network()), name: torch.tensor(1.0)}
        torch.save({"state_dict": state}, tmp_path / "odd.ckpt")
        with pytest.raises(CheckpointError, match=r"odd\.ckpt holds no WavTokenizer: its tensors"):
            read(tmp_path / "odd.ckpt")

    def test_missing_surplus_and_misshapen_tensors_are_named(self, tmp_path: Path) -> None:
        state = tiny_codec.released(tiny_codec.network())
        del state["head.out.bias"]
        state["backbone.surplus"] = torch.zeros(1)
        state["backbone.norm.shift.weight"] = torch.zeros(4, 7)
        torch.save({"state_dict": state}, tmp_path / "odd.ckpt")
        with pytest.raises(CheckpointError) as caught:
            read(tmp_path / "odd.ckpt")
        assert "lacks head.out.bias" in str(caught.value)
        assert "unexpected backbone.surplus" in str(caught.value)
        assert "backbone.norm.shift.weight (4x7 instead of 4x64)" in str(caught.value)


class TestDecoding:
    def test_there_are_320_samples_per_code(self, codec: Codec) -> None:
        samples = codec.decode(codes(41))
        assert samples.shape == (1, 41 * HOP)
        assert samples.dtype == torch.float32

    def test_clips_of_a_batch_do_not_hear_each_other(self, codec: Codec) -> None:
        first, second = codes(30, seed=1), codes(30, seed=2)
        together = codec.decode(torch.cat([first, second]))
        torch.testing.assert_close(together[1:], codec.decode(second), rtol=0, atol=1e-4)

    def test_both_ends_are_faded(self, codec: Codec) -> None:
        samples = codec.decode(codes(60))[0]
        assert samples[0] == samples[-1] == 0
        middle = samples[720:-720].abs().mean()
        assert samples[:100].abs().mean() < middle / 5
        assert samples[-100:].abs().mean() < middle / 5

    def test_a_single_code_can_be_heard(self, codec: Codec) -> None:
        assert codec.decode(codes(1)).abs().max() > 0

    def test_a_minute_is_decoded_in_windows_of_at_most_20_seconds(self, codec: Codec) -> None:
        asked: list[int] = []

        def window(part: torch.Tensor) -> torch.Tensor:
            asked.append(part.shape[1])
            return torch.zeros(1, part.shape[1] * HOP)

        samples = windows.decode(codes(60 * 75), window, HOP)
        assert samples.shape == (1, 60 * 75 * HOP)
        assert max(asked) <= 20 * 75

    @pytest.mark.parametrize("length", [1, 1500, 1501, 1502, 2925, 2926, 45_000])
    def test_windows_cover_a_clip_and_share_a_second(self, length: int) -> None:
        spans = windows.spans(length)
        assert spans[0][0] == 0
        assert spans[-1][1] == length
        assert all(0 < end - start <= windows.LONGEST for start, end in spans)
        pairs = list(pairwise(spans))
        assert all(end - start == windows.OVERLAP for (_, end), (start, _) in pairs)

    def test_windows_meet_without_a_step(self) -> None:
        def ramp(part: torch.Tensor) -> torch.Tensor:
            return part.repeat_interleave(HOP, dim=1).float()

        clip = torch.arange(4000)[None]
        torch.testing.assert_close(windows.decode(clip, ramp, HOP), ramp(clip))

    @pytest.mark.parametrize("wrong", [[[64]], [[-1]], [[]]])
    def test_codes_that_do_not_exist_are_refused(self, codec: Codec, wrong: list[list[int]]) -> None:
        with pytest.raises(ValueError, match="codes are"):
            codec.decode(torch.tensor(wrong, dtype=torch.int64))


class TestEncoding:
    def test_a_code_stands_for_320_samples_and_the_last_for_what_is_left(self, codec: Codec) -> None:
        assert len(codec.encode(tone(1.0))) == 75
        assert len(codec.encode(tone(1.0)[:-1])) == 75
        assert len(codec.encode(np.append(tone(1.0), np.float32(0)))) == 76

    def test_codes_are_of_the_codebook(self, codec: Codec) -> None:
        found = codec.encode(tone(0.5))
        assert found.dtype == np.int64
        assert found.min() >= 0
        assert found.max() < tiny_codec.TINY.codes

    def test_what_is_too_short_to_encode_is_refused(self, codec: Codec) -> None:
        with pytest.raises(MediaError, match=r"lasts 0\.05 s"):
            codec.encode(tone(0.05))
