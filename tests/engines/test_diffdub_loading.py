"""DiffDub's files as they were released, and files that are something else."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from rendering.engines.errors import CheckpointError, ModelMissingError
from rendering.engines.neural import lean
from rendering.engines.talking_head import registry
from rendering.engines.talking_head.diffdub import hearing, motion, renderer
from rendering.engines.weights.manifest import ARTIFACTS
from tests.engines import diffdub_files

STATES, SIZE = diffdub_files.LAYERS + 1, diffdub_files.HEARD


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with every file."""
    monkeypatch.setenv("AVATARLAB_MODELS", str(tmp_path))
    monkeypatch.setenv("AVATARLAB_DEVICE", "cpu")
    diffdub_files.write(tmp_path)
    return tmp_path


def build_renderer(tensors: dict[str, Tensor]) -> renderer.Renderer:
    name = "stage1_state_dict.ckpt"
    return renderer.build(renderer.extract({"state_dict": tensors}, name), source=name)


def build_motion(tensors: dict[str, Tensor]) -> motion.Motion:
    name = "stage2_state_dict.ckpt"
    return motion.build(motion.extract({"state_dict": tensors}, name), source=name)


def build_hubert(folder: Path, tensors: dict[str, Tensor], **changes: Any) -> hearing.HubertModel:
    config = folder / "config.json"
    config.write_text(json.dumps(diffdub_files.HUBERT | changes))
    return hearing.build(config, tensors, source="pytorch_model.bin", states=STATES, size=SIZE)


def test_the_engine_loads_from_the_released_files(models: Path) -> None:
    assert registry.engine("diffdub", quality="draft", threads=1).name == "diffdub"


def test_a_missing_file_is_named_with_the_command_that_fetches_it(models: Path) -> None:
    (models / ARTIFACTS["diffdub-motion"].filename).unlink()
    with pytest.raises(ModelMissingError, match="models pull diffdub-motion"):
        registry.engine("diffdub", threads=1)


def test_only_the_averaged_weights_are_used() -> None:
    released = diffdub_files.renderer_file()
    loaded = build_renderer(released).state_dict()
    assert all(torch.equal(value, released[f"ema_model.{name}"]) for name, value in loaded.items())


def test_the_lean_copy_holds_the_averaged_weights_alone(models: Path) -> None:
    lean.state("diffdub-renderer", renderer.extract)
    (copy,) = (models / "lean").glob("diffdub-renderer*.safetensors")
    released = models / ARTIFACTS["diffdub-renderer"].filename
    assert copy.stat().st_size < 0.5 * released.stat().st_size


def test_a_renderer_without_its_averaged_weights_is_refused() -> None:
    raw = {name: value for name, value in diffdub_files.renderer_file().items() if name.startswith("model.")}
    with pytest.raises(CheckpointError, match=r"stage1_state_dict\.ckpt holds no DiffDub renderer"):
        build_renderer(raw)


def test_every_kind_of_difference_in_a_renderer_is_named_at_once() -> None:
    released = diffdub_files.renderer_file()
    del released["ema_model.out.2.bias"]
    released["ema_model.extra"] = torch.zeros(1)
    released["ema_model.out.0.weight"] = torch.zeros(7)
    with pytest.raises(CheckpointError) as error:
        build_renderer(released)
    assert "lacks out.2.bias" in str(error.value)
    assert "unexpected extra" in str(error.value)
    assert "out.0.weight (7 instead of 32)" in str(error.value)


def test_the_motion_models_counters_are_taken_as_they_are() -> None:
    released = diffdub_files.motion_file()
    counter = next(name for name in released if name.endswith("num_batches_tracked"))
    released[counter] = torch.tensor(1234)
    assert build_motion(released).state_dict()[counter.removeprefix(motion.PREFIX)] == 1234


def test_every_kind_of_difference_in_a_motion_model_is_named_at_once() -> None:
    released = diffdub_files.motion_file()
    del released[f"{motion.PREFIX}out_proj.bias"]
    released[f"{motion.PREFIX}extra"] = torch.zeros(1)
    released[f"{motion.PREFIX}cross_attention.norm1.weight"] = torch.zeros(7)
    with pytest.raises(CheckpointError) as error:
        build_motion(released)
    assert "lacks out_proj.bias" in str(error.value)
    assert "unexpected extra" in str(error.value)
    assert "cross_attention.norm1.weight (7 instead of 64)" in str(error.value)


def test_a_renderer_is_no_motion_model() -> None:
    with pytest.raises(CheckpointError, match="holds no DiffDub motion model"):
        build_motion(diffdub_files.renderer_file())


def test_the_old_names_of_weight_normalisation_are_understood(tmp_path: Path) -> None:
    released = diffdub_files.hubert_file()
    convolution = build_hubert(tmp_path, released).encoder.pos_conv_embed.conv
    direction = released["encoder.pos_conv_embed.conv.weight_v"]
    length = released["encoder.pos_conv_embed.conv.weight_g"]
    expected = direction * length / direction.norm(dim=(0, 1), keepdim=True)
    assert torch.allclose(convolution.weight, expected, atol=1e-6)


def test_a_hubert_saved_inside_another_model_is_found(tmp_path: Path) -> None:
    inside = {f"hubert.{name}": value for name, value in diffdub_files.hubert_file().items()}
    assert (
        build_hubert(tmp_path, inside | {"final_proj.weight": torch.zeros(2, 2)}).config.hidden_size == SIZE
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"hidden_size": 48},
        {"num_hidden_layers": 12},
        {"_name_or_path": "facebook/hubert-large-ls960-ft"},
        {"_name_or_path": "TencentGameMate/chinese-hubert-base"},
    ],
)
def test_another_hubert_is_refused_by_name(tmp_path: Path, changes: dict[str, Any]) -> None:
    with pytest.raises(CheckpointError, match=r"another HuBERT.*hears with chinese-hubert-large only"):
        build_hubert(tmp_path, diffdub_files.hubert_file(), **changes)


def test_a_config_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="does not describe a HuBERT"):
        build_hubert(tmp_path, diffdub_files.hubert_file(), model_type="wav2vec2")
