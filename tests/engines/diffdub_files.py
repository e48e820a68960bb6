"""DiffDub's weights in the form in which they were released, a thousand times smaller.

The values follow from a formula: such a network paints patterns, no mouths, but all that surrounds it is
real.
"""

import json
from pathlib import Path

import torch
from torch import Tensor
from transformers import HubertConfig, HubertModel

from rendering.bench.engines import formula
from rendering.engines.talking_head.diffdub.layout import Levels, RendererLayout
from rendering.engines.talking_head.diffdub.motion import PREFIX, Motion
from rendering.engines.talking_head.diffdub.renderer import Renderer
from rendering.engines.weights.manifest import ARTIFACTS

LAYERS, HEARD, LATENT, SIDE = 24, 32, 64, 32
LAYOUT = RendererLayout(
    base=32,
    embedding=64,
    latent=LATENT,
    unet=Levels((32, 32), 1, frozenset({1})),
    encoder=Levels((32, 32, 32), 1, frozenset({1})),
)
HUBERT = {
    "model_type": "hubert",
    "_name_or_path": "TencentGameMate/chinese-hubert-large",
    "hidden_size": HEARD,
    "num_hidden_layers": LAYERS,
    "num_attention_heads": 2,
    "intermediate_size": 48,
    "conv_dim": [16] * 7,
    "do_stable_layer_norm": True,
    "feat_extract_norm": "layer",
    "num_conv_pos_embeddings": 16,
    "num_conv_pos_embedding_groups": 2,
}
NEW_NAME = "parametrizations.weight.original"


def write(models: Path) -> None:
    """All files that the engine needs, into a models folder."""
    for name, content in (
        ("diffdub-renderer", {"state_dict": renderer_file()}),
        ("diffdub-motion", {"state_dict": motion_file()}),
        ("hubert-chinese-large", hubert_file()),
    ):
        torch.save(content, _place(models, name))
    _place(models, "hubert-chinese-large-config").write_text(json.dumps(HUBERT))


def renderer_file() -> dict[str, Tensor]:
    """The averaged weights, the raw ones, and a picture of noise."""
    renderer = Renderer(LAYOUT)
    formula.fill(renderer)
    averaged = {f"ema_model.{name}": value for name, value in renderer.state_dict().items()}
    raw = {f"model.{name}": torch.zeros_like(value) for name, value in renderer.state_dict().items()}
    return {"x_T": torch.zeros(32, 3, SIDE, SIDE), **raw, **averaged}


def motion_file() -> dict[str, Tensor]:
    """With the counters of batch norms, which are whole numbers."""
    motion = Motion(LAYERS + 1, HEARD, LATENT)
    formula.fill(motion)
    return {PREFIX + name: value for name, value in motion.state_dict().items()}


def hubert_file() -> dict[str, Tensor]:
    """With the names of weight normalisation that were usual when it was released."""
    hubert = HubertModel(HubertConfig.from_dict(HUBERT))
    formula.fill(hubert)
    old = {f"{NEW_NAME}0": "weight_g", f"{NEW_NAME}1": "weight_v"}
    state = {}
    for name, value in hubert.state_dict().items():
        for new, before in old.items():
            name = name.replace(new, before)
        state[name] = value
    return state


def _place(models: Path, name: str) -> Path:
    path = models / ARTIFACTS[name].filename
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
