"""The wav2lip engine on real pictures, weights from a formula: what it reads, paints and leaves alone."""

from pathlib import Path

import numpy as np
import pytest
import torch

from rendering.bench.engines import formula
from rendering.engines.errors import CheckpointError, ModelMissingError
from rendering.engines.neural.runtime import Runtime
from rendering.engines.speech.base import SAMPLE_RATE, Speech
from rendering.engines.talking_head import registry
from rendering.engines.talking_head.base import Actor, Placement, VideoSource
from rendering.engines.talking_head.dubbing.actor import CropBatch
from rendering.engines.talking_head.dubbing.template import template
from rendering.engines.talking_head.portrait.performance import Expression
from rendering.engines.talking_head.wav2lip.engine import Wav2LipHead, painted_only
from rendering.engines.talking_head.wav2lip.folded import PAINTED, FaceFeatures, FoldedWav2Lip
from rendering.engines.talking_head.wav2lip.network import Wav2Lip
from rendering.engines.talking_head.wav2lip.painter import KEPT_PICTURES, MouthPainter, faces
from rendering.engines.talking_head.wav2lip.sound import at_rate, mel_spectrogram, windows
from rendering.engines.talking_head.wav2lip.winograd import WinogradConvolution
from tests.engines import wav2lip_files
from tests.engines.clips import nodding
from tests.engines.test_portrait import FPS, speech, still

SMALL = Placement(width=320, height=320, scale=0.5, offset_x=0.0, offset_y=0.0)
SAME = 1e-4
"""Largest difference between the network and its faster form."""
CPU = Runtime(torch.device("cpu"), half=False)


@pytest.fixture(scope="module")
def network() -> Wav2Lip:
    return wav2lip_files.network()


@pytest.fixture(scope="module")
def models(network: Wav2Lip, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A models folder with a checkpoint in the released form."""
    folder = tmp_path_factory.mktemp("models")
    wav2lip_files.write(folder, network)
    return folder


@pytest.fixture(scope="module")
def head(models: Path) -> Wav2LipHead:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AVATARLAB_MODELS", str(models))
        patch.setenv("AVATARLAB_DEVICE", "cpu")
        return Wav2LipHead(threads=1)


@pytest.fixture(scope="module")
def fast(network: Wav2Lip) -> FoldedWav2Lip:
    return FoldedWav2Lip(network)


@pytest.fixture
def painter(fast: FoldedWav2Lip) -> MouthPainter:
    return MouthPainter(fast, CPU)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> VideoSource:
    return nodding(tmp_path_factory.mktemp("clip"))


def render(who: Actor, spoken: Speech, frames: int, seed: int = 3) -> np.ndarray:
    return np.concatenate([c.rgb for c in who.animate(spoken, frames=frames, fps=FPS, seed=seed)])


# ---- the faster form -------------------------------------------------------------------------------------


@pytest.mark.parametrize("on_cpu", [True, False])
def test_the_faster_form_paints_the_same_lower_halves(network: Wav2Lip, on_cpu: bool) -> None:
    fast = FoldedWav2Lip(network, on_cpu=on_cpu)
    mels = formula.array("test.mels", (3, 1, 80, 16), -4, 4)
    seen = formula.array("test.faces", (3, 6, 96, 96), 0, 1)
    plain = network(mels, seen)[:, :, PAINTED:]
    assert (fast.paint(mels, fast.features(seen)) - plain).abs().max() < SAME


def test_one_picture_serves_every_frame(network: Wav2Lip, fast: FoldedWav2Lip) -> None:
    mels = formula.array("test.mels", (3, 1, 80, 16), -4, 4)
    seen = formula.array("test.faces", (1, 6, 96, 96), 0, 1)
    plain = network(mels, seen.expand(3, -1, -1, -1))[:, :, PAINTED:]
    assert (fast.paint(mels, fast.features(seen)) - plain).abs().max() < SAME


def test_features_are_taken_apart_and_joined(fast: FoldedWav2Lip) -> None:
    together = fast.features(formula.array("test.faces", (2, 6, 96, 96), 0, 1))
    first, second = together.each()
    joined = FaceFeatures.joined([second, first])
    for both, swapped in zip(together.added, joined.added, strict=True):
        assert torch.equal(both.flip(0), swapped)


@pytest.mark.parametrize("size", [(4, 4), (8, 12), (5, 7), (1, 1)])
def test_winograd_convolutions_are_convolutions(size: tuple[int, int]) -> None:
    torch.manual_seed(0)
    plain = torch.nn.Conv2d(6, 5, 3, padding=1).requires_grad_(False)
    pictures = torch.randn(2, 6, *size)
    assert (WinogradConvolution(plain)(pictures) - plain(pictures)).abs().max() < SAME


# ---- what it hears ---------------------------------------------------------------------------------------


def test_each_frame_hears_the_fifth_of_a_second_that_begins_with_it() -> None:
    mel = np.broadcast_to(np.arange(200, dtype=np.float32), (80, 200))
    found = windows(mel, np.array([0, 1, 10]), 25)
    assert found.shape == (3, 1, 80, 16)
    assert found[:, 0, 0, 0].tolist() == [0, 3, 32]
    assert found[2, 0, 0].tolist() == list(range(32, 48))


@pytest.mark.parametrize("fps", [24, 25, 30, 60])
def test_films_of_any_rate_keep_time(fps: int) -> None:
    mel = np.broadcast_to(np.arange(2000, dtype=np.float32), (80, 2000))
    [found] = windows(mel, np.array([10 * fps]), fps)
    assert found[0, 0, 0] == 800


def test_beyond_its_end_a_film_is_silent() -> None:
    [found] = windows(np.zeros((80, 20), np.float32), np.array([5]), 25)
    assert (found[0, :, :4] == 0).all()
    assert (found[0, :, 4:] == -4).all()


@pytest.mark.parametrize("samples", [np.zeros(4000), np.full(4000, np.nan), np.zeros(0), np.zeros(3)])
def test_silence_and_nonsense_are_silent(samples: np.ndarray) -> None:
    mel = mel_spectrogram(samples.astype(np.float32))
    assert mel.shape == (80, 1 + len(samples) // 200)
    assert (mel == -4).all()


def test_sound_is_heard_at_16_khz() -> None:
    tone = np.sin(2 * np.pi * 1000 * np.arange(SAMPLE_RATE) / SAMPLE_RATE).astype(np.float32)
    heard = at_rate(tone)
    assert len(heard) == 16_000
    assert np.argmax(np.abs(np.fft.rfft(heard))) == 1000


# ---- what it sees ----------------------------------------------------------------------------------------


def test_the_network_sees_bgr_with_and_without_the_lower_half() -> None:
    crop = np.zeros((1, 96, 96, 3), np.uint8)
    crop[..., 0], crop[..., 2] = 255, 51  # red, blue
    [seen] = faces(crop)
    assert seen.shape == (6, 96, 96)
    assert [round(float(value), 2) for value in seen[:, 0, 0]] == [0.2, 0, 1, 0.2, 0, 1]
    assert not seen[:3, PAINTED:].any()
    assert (seen[3:, PAINTED:] == seen[3:, :PAINTED]).all()


def batch(pictures: list[int], first: int = 0) -> CropBatch:
    images = np.stack([np.full((96, 96, 3), 10 + 10 * number, np.uint8) for number in pictures])
    return CropBatch(np.arange(first, first + len(pictures)), np.array(pictures), images)


def dub(painter: MouthPainter, *batches: CropBatch) -> np.ndarray:
    return np.concatenate(list(painter.dub(batches, speech(), frames=40, fps=FPS, seed=1)))


def test_the_upper_half_of_a_crop_is_kept(painter: MouthPainter) -> None:
    given = batch([1, 2])
    crops = dub(painter, given)
    assert np.array_equal(crops[:, :PAINTED], given.images[:, :PAINTED])
    assert not np.array_equal(crops[:, PAINTED:], given.images[:, PAINTED:])


def test_colours_come_back_in_their_order(painter: MouthPainter, network: Wav2Lip) -> None:
    given = batch([3], first=12)
    [crop] = dub(painter, given)
    mel = mel_spectrogram(at_rate(np.pad(speech().samples, (0, SAMPLE_RATE))))
    [drawn] = network(torch.from_numpy(windows(mel, given.frames, FPS)), faces(given.images))
    red_first = drawn.flip(0).permute(1, 2, 0).numpy() * 255
    assert np.abs(crop[PAINTED:] - red_first[PAINTED:]).max() <= 0.51


def test_mouths_follow_the_sound(painter: MouthPainter) -> None:
    given = batch([3, 3], first=8)
    heard = [
        np.concatenate(list(painter.dub([given], said, frames=40, fps=FPS, seed=1)))
        for said in (speech(("AA",) * 8), speech(("SIL",) * 8))
    ]
    assert not np.array_equal(*heard)
    silent = heard[1]
    assert np.array_equal(silent[0], silent[1])


def test_frames_do_not_depend_on_their_batch(fast: FoldedWav2Lip) -> None:
    pictures = [0, 1, 1, 2, 0, 3]
    whole = dub(MouthPainter(fast, CPU), batch(pictures))
    alone = [batch([number], first=at) for at, number in enumerate(pictures)]
    apart = dub(MouthPainter(fast, CPU), *alone)
    assert np.abs(whole.astype(int) - apart).max() <= 1


def test_more_pictures_than_are_kept_are_painted_right(painter: MouthPainter) -> None:
    many = batch(list(range(KEPT_PICTURES + 3)))
    first = dub(painter, many)
    assert np.abs(first.astype(int) - dub(painter, many)).max() <= 1


# ---- the actor -------------------------------------------------------------------------------------------


@pytest.mark.models
@pytest.mark.parametrize("kind", ["still", "clip"])
def test_a_sentence_is_the_same_each_time_and_joins_the_next(
    kind: str, clip: VideoSource, head: Wav2LipHead
) -> None:
    who = head.prepare(still() if kind == "still" else clip, SMALL)
    rgb = render(who, speech(), 32)
    assert rgb.shape == (32, 320, 320, 3)
    assert np.array_equal(rgb, render(who, speech(), 32))
    assert np.array_equal(rgb[0], rgb[-1])


@pytest.mark.models
def test_silence_shows_the_template_to_the_bit(head: Wav2LipHead) -> None:
    hush = speech(("SIL",) * 8)
    rgb = render(head.prepare(still(), SMALL), hush, 4)
    shown = template(still(), SMALL)
    with shown.opened() as reader:
        first, alpha = np.zeros((320, 320, 3), np.uint8), np.zeros((320, 320), np.uint8)
        reader.draw(0, Expression(), None, first, alpha)
    assert np.array_equal(rgb[0], first)


def test_only_what_is_painted_is_pasted() -> None:
    region = np.array([[[10, 20], [90, 20], [50, 90]]], np.float32)
    [cut] = painted_only(region, np.array([[0, 0, 100, 100]]))
    assert cut.tolist() == [[10, 50], [90, 50], [50, 90]]


# ---- weights ---------------------------------------------------------------------------------------------


def test_the_registry_loads_the_released_file(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AVATARLAB_MODELS", str(models))
    head = registry.engine("wav2lip", threads=1)
    assert (head.name, head.version) == ("wav2lip", registry.version("wav2lip"))


def test_missing_weights_are_named_with_the_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AVATARLAB_MODELS", str(tmp_path))
    with pytest.raises(ModelMissingError, match="models pull wav2lip-gan"):
        Wav2LipHead(threads=1)


def test_a_file_that_does_not_fit_is_told_tensor_by_tensor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, network: Wav2Lip
) -> None:
    tensors = {f"module.{name}": tensor for name, tensor in network.state_dict().items()}
    del tensors["module.output_block.1.bias"]
    tensors["module.output_block.1.weight"] = torch.zeros(3, 16, 1, 1)
    tensors["module.surprise"] = torch.zeros(1)
    wav2lip_files.save(tmp_path, tensors)
    monkeypatch.setenv("AVATARLAB_MODELS", str(tmp_path))
    with pytest.raises(CheckpointError) as caught:
        Wav2LipHead(threads=1)
    message = str(caught.value)
    assert "lacks output_block.1.bias" in message
    assert "unexpected surprise" in message
    assert "output_block.1.weight (3x16x1x1 instead of 3x32x1x1)" in message
