"""The sizes of a codec, read off the shapes of its tensors."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor

from rendering.engines.errors import CheckpointError

ENCODER = "feature_extractor.encodec.encoder.model."
CODEBOOK = "feature_extractor.encodec.quantizer.vq.layers.0._codebook."


@dataclass(frozen=True)
class Sizes:
    """strides: of the encoder's stages; channels: after its first convolution, doubled by each stage;
    latent: of the encoder's result and of the codebook's rows; codes: in the codebook; lstm_layers: of the
    encoder; width: of the backbone; inner: of its ConvNeXt blocks; blocks: their number; conditions: rows of
    the adaptive norms, of which the first is used; fft: points of the head's inverse transform."""

    strides: tuple[int, ...]
    channels: int
    latent: int
    codes: int
    lstm_layers: int
    width: int
    inner: int
    blocks: int
    conditions: int
    fft: int

    @property
    def hop(self) -> int:
        """Samples per code."""
        return math.prod(self.strides)


def of(state: Mapping[str, Tensor], *, source: str) -> Sizes:
    """The sizes of the codec with these tensors, weight norm already folded.

    Raises CheckpointError when tensors without which there is no codec are missing or of other shapes.
    """
    try:
        return _read(state)
    except KeyError as error:
        raise _refusal(source, f"it lacks {error.args[0]}") from error
    except (IndexError, ValueError) as error:
        raise _refusal(source, f"its tensors do not form one ({error})") from error


def _refusal(source: str, reason: str) -> CheckpointError:
    return CheckpointError(f"{source} holds no WavTokenizer: {reason}. Check that it is the right file.")


def _read(state: Mapping[str, Tensor]) -> Sizes:
    codes, latent = state[f"{CODEBOOK}embed"].shape
    width = state["backbone.embed.weight"].shape[0]
    return Sizes(
        strides=_strides(state),
        channels=state[f"{ENCODER}0.conv.conv.weight"].shape[0],
        latent=latent,
        codes=codes,
        lstm_layers=_count(state, re.escape(ENCODER) + r"\d+\.lstm\.weight_ih_l(\d+)"),
        width=width,
        inner=state["backbone.convnext.0.pwconv1.weight"].shape[0],
        blocks=_count(state, r"backbone\.convnext\.(\d+)\.gamma"),
        conditions=state["backbone.norm.scale.weight"].shape[0],
        fft=state["head.out.weight"].shape[0] - 2,
    )


def _strides(state: Mapping[str, Tensor]) -> tuple[int, ...]:
    """A stage is a residual unit (3n+1), an ELU and a convolution (3n+3); its kernel is twice its stride."""
    stages = _count(state, re.escape(ENCODER) + r"(\d+)\.shortcut\.conv\.conv\.weight")
    return tuple(
        state[f"{ENCODER}{3 * stage + 3}.conv.conv.weight"].shape[-1] // 2 for stage in range(stages)
    )


def _count(state: Mapping[str, Tensor], pattern: str) -> int:
    """How many different numbers stand at the pattern's group."""
    return len({match[1] for name in state if (match := re.fullmatch(pattern, name))})
