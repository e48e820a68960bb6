"""Robust Video Matting in PyTorch: released files in, mattes out, and the same ones as ONNX Runtime's."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from rendering.bench.engines import formula
from rendering.bench.engines.rvm import alpha_difference
from rendering.engines.errors import CheckpointError, EngineError
from rendering.engines.face.base import Image
from rendering.engines.face.images import read_image
from rendering.engines.matting import registry
from rendering.engines.matting.rvm import RobustVideoMatting
from rendering.engines.matting.rvm_torch import engine as module
from rendering.engines.matting.rvm_torch import weights
from rendering.engines.matting.rvm_torch.engine import TorchVideoMatting
from rendering.engines.matting.rvm_torch.network import MattingNetwork
from rendering.engines.neural.runtime import Runtime
from rendering.engines.weights import locate
from tests import pictures

PRESETS = Path(__file__).parents[2] / "studio" / "presets" / "avatars"
CPU = Runtime(torch.device("cpu"), half=False)


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file in the form of rvm_mobilenetv3.pth: tensors by name, the segmentation head among them."""
    network = MattingNetwork("mobilenetv3", segmentation=True)
    formula.fill(network)
    path = tmp_path_factory.mktemp("rvm") / "rvm_mobilenetv3.pth"
    torch.save(network.state_dict(), path)
    return path


@pytest.fixture(scope="module")
def matting(released: Path) -> TorchVideoMatting:
    return TorchVideoMatting(variant="mobilenetv3", model=released, threads=1, runtime=CPU)


@pytest.fixture(scope="module")
def clip() -> list[Image]:
    """Five frames of a person who moves to the right."""
    photo = pictures.astronaut(160)
    return [np.ascontiguousarray(np.roll(photo, 4 * number, axis=1)) for number in range(5)]


def test_its_version_names_the_network(matting: TorchVideoMatting) -> None:
    assert (matting.name, matting.version) == ("rvm-torch", "mobilenetv3-1")


def test_one_matte_for_each_frame(matting: TorchVideoMatting, clip: list[Image]) -> None:
    mattes = list(matting.matte_video(clip))
    assert [matte.shape for matte in mattes] == [frame.shape[:2] for frame in clip]
    assert all(matte.dtype == np.uint8 for matte in mattes)


def test_a_clip_without_frames_has_no_mattes(matting: TorchVideoMatting) -> None:
    assert list(matting.matte_video([])) == []


def test_frames_taken_at_once_get_the_mattes_of_frames_taken_one_by_one(
    matting: TorchVideoMatting, clip: list[Image], monkeypatch: pytest.MonkeyPatch
) -> None:
    one_by_one = list(matting.matte_video(clip))
    monkeypatch.setattr(Runtime, "on_gpu", property(lambda _: True))
    monkeypatch.setattr(module, "CHUNK", 3)
    at_once = list(matting.matte_video(clip))
    assert len(at_once) == len(one_by_one)
    assert max(np.abs(a.astype(int) - b).max() for a, b in zip(at_once, one_by_one, strict=True)) <= 1


def test_nothing_of_a_clip_is_remembered_in_the_next(matting: TorchVideoMatting, clip: list[Image]) -> None:
    fresh = list(matting.matte_video(clip))
    list(matting.matte_video([255 - frame for frame in clip]))
    again = list(matting.matte_video(clip))
    assert all(np.array_equal(a, b) for a, b in zip(fresh, again, strict=True))


def test_a_still_gives_the_same_matte_twice(matting: TorchVideoMatting) -> None:
    photo = pictures.astronaut(600)[:500]
    first = matting.matte_still(photo)
    assert first.shape == (500, 600)
    assert np.array_equal(matting.matte_still(photo), first)


def test_a_file_of_the_other_network_is_refused(released: Path) -> None:
    with pytest.raises(CheckpointError, match=r"rvm_mobilenetv3\.pth does not fit MattingNetwork: it lacks"):
        weights.load(released, "resnet50")


def test_missing_extra_and_misshapen_tensors_are_named(released: Path, tmp_path: Path) -> None:
    state = torch.load(released, weights_only=True)
    del state["refiner.conv.6.bias"]
    state["refiner.conv.9.bias"] = torch.zeros(4)
    state["aspp.aspp2.1.weight"] = torch.zeros(128, 480, 1, 1)
    torch.save(state, tmp_path / "odd.pth")
    with pytest.raises(CheckpointError) as refusal:
        weights.load(tmp_path / "odd.pth", "mobilenetv3")
    assert "lacks refiner.conv.6.bias" in str(refusal.value)
    assert "unexpected refiner.conv.9.bias" in str(refusal.value)
    assert "aspp.aspp2.1.weight (128x480x1x1 instead of 128x960x1x1)" in str(refusal.value)


def test_a_damaged_graph_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rvm.onnx"
    path.write_bytes(b"\x0aThis is no graph.")
    with pytest.raises(CheckpointError, match=r"rvm\.onnx"):
        weights.load(path, "mobilenetv3")


@pytest.fixture
def no_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_GPU_NODES", ())


@pytest.mark.usefixtures("no_driver")
def test_without_a_gpu_onnx_runtime_mattes(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AVATARLAB_MATTING", "AVATARLAB_DEVICE"):
        monkeypatch.delenv(name, raising=False)
    assert registry.chosen() == "rvm"


def test_the_environment_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AVATARLAB_MATTING", "rvm-torch")
    assert registry.chosen() == "rvm-torch"
    monkeypatch.setenv("AVATARLAB_MATTING", "modnet")
    with pytest.raises(
        EngineError, match=r"AVATARLAB_MATTING is modnet\. Choose one of auto, rvm, rvm-torch"
    ):
        registry.chosen()


def test_choosing_loads_no_ml_library() -> None:
    program = (
        "import sys; from rendering.engines.matting import registry; registry._GPU_NODES = ();"
        "registry.chosen(); print({'torch', 'onnxruntime'} & set(sys.modules))"
    )
    output = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert output.stdout.strip() == "set()"


def photo(name: str) -> Image:
    return (
        pictures.astronaut(512) if name == "astronaut" else read_image(PRESETS / f"{name}.webp", max_side=960)
    )


@pytest.mark.models
@pytest.mark.parametrize("name", ["astronaut", "kwame", "mei"])
@pytest.mark.parametrize("ratio", [1.0, 0.4])
def test_alpha_is_that_of_the_onnx_file(name: str, ratio: float) -> None:
    """The authors' file in ONNX Runtime, the same weights in our network; of every frame, memory included."""
    still = pictures.resize(photo(name), 0.5 if ratio == 1 else 1.0)
    frames = [np.ascontiguousarray(np.roll(still, 6 * number, axis=1)) for number in range(3)]
    assert alpha_difference(locate("rvm-mobilenetv3"), frames, ratio, CPU) < 2e-3


@pytest.mark.models
def test_stills_and_clips_are_matted_as_by_the_onnx_engine() -> None:
    theirs = RobustVideoMatting(threads=1)
    ours = TorchVideoMatting(variant="mobilenetv3", threads=1, runtime=CPU)
    still = pictures.astronaut(640)
    assert np.abs(ours.matte_still(still).astype(int) - theirs.matte_still(still)).max() <= 1
    clip = [np.ascontiguousarray(np.roll(still[::2, ::2], 4 * number, axis=1)) for number in range(3)]
    for alpha, reference in zip(ours.matte_video(clip), theirs.matte_video(clip), strict=True):
        assert np.abs(alpha.astype(int) - reference).max() <= 1
