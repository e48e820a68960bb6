"""Matrices of the decoding step in the precision that suits a device.

A step multiplies a few vectors by every weight of the model, so its time is that of reading the weights:
halving their bytes halves it. What is computed from them stays float32.
"""

import warnings
from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional

from rendering.engines.errors import EngineUnavailableError

Precision = Literal["full", "half", "int8"]
"""Of weights. full: float32; half: float16; int8: 8 bits with a scale for each output, on
processors only."""
Projection = Callable[[Tensor], Tensor]
"""float32 [rows, inputs] to float32 [rows, outputs]."""

_STEPS = 63
"""Of 7 bits on either side of zero. An eighth bit would overflow the 16-bit sums of processors without VNNI
(FBGEMM, "reduced range")."""
_SMALLEST = 1e-12
"""Below this a row counts as silent: nothing is divided by zero."""


def usual(device: torch.device, *, half: bool) -> Precision:
    """The precision for a device when none is chosen: half where that is fast, for it changes little. half:
    whether a GPU may compute in half precision."""
    if device.type != "cpu":
        return "half" if half else "full"
    return "half" if _has_kernels() else "full"


def _has_kernels() -> bool:
    """Whether PyTorch has kernels for smaller weights on this processor: FBGEMM's, for x86 with AVX2."""
    return "fbgemm" in torch.backends.quantized.supported_engines


def pack(weight: Tensor, bias: Tensor | None, precision: Precision) -> Projection:
    """weight: [outputs, inputs], on the device that is to compute. Raises EngineUnavailableError for a
    precision that this device or this build of PyTorch has no kernels for."""
    weight = weight.detach().float()
    bias = None if bias is None else bias.detach().float()
    if precision == "full":
        return lambda x: functional.linear(x, weight, bias)
    if weight.device.type != "cpu":
        return _half_on_gpu(weight, bias, precision)
    if not _has_kernels():
        raise EngineUnavailableError(
            f"PyTorch has no {precision} kernels for this processor. Set AVATARLAB_LINA_PRECISION to full."
        )
    if precision == "half":
        packed = torch.ops.quantized.linear_prepack_fp16(weight, bias)
        return lambda x: torch.ops.quantized.linear_dynamic_fp16(x, packed)
    return _int8(weight, bias)


def _half_on_gpu(weight: Tensor, bias: Tensor | None, precision: Precision) -> Projection:
    if precision != "half":
        raise EngineUnavailableError(
            f"Lina-Speech has no {precision} weights on a GPU. Set AVATARLAB_LINA_PRECISION to half or full."
        )
    half = weight.half()
    half_bias = None if bias is None else bias.half()
    return lambda x: functional.linear(x.half(), half, half_bias).float()


def _int8(weight: Tensor, bias: Tensor | None) -> Projection:
    """Inputs go in as two rows of 7 bits, the second being what the first leaves: 14 bits, for weights that
    are read once. Every input has a scale of its own, so what becomes of it does not depend on the others."""
    scales = weight.abs().amax(dim=1).clamp(min=_SMALLEST) / 127
    rounded = (weight / scales[:, None]).round().to(torch.int8)
    with warnings.catch_warnings():
        # Tensors that are quantised by themselves are to go; the kernels that take packed weights stay.
        warnings.simplefilter("ignore", UserWarning)
        quantised = torch._make_per_channel_quantized_tensor(
            rounded, scales.double(), torch.zeros(len(scales), dtype=torch.int64), 0
        )
    packed = torch.ops.quantized.linear_prepack(quantised, None)

    def project(x: Tensor) -> Tensor:
        unit = x.abs().amax(dim=1, keepdim=True).clamp_(min=_SMALLEST) / _STEPS
        scaled = x / unit
        coarse = scaled.round()
        rows = torch.cat((coarse, (scaled - coarse).mul_(2 * _STEPS)))
        product = torch.ops.quantized.linear_with_input_q_dq_qweight_dq_output_fp32(rows, 1.0, _STEPS, packed)
        product = product[: len(x)].add(product[len(x) :], alpha=0.5 / _STEPS)
        return product * unit if bias is None else torch.addcmul(bias, product, unit)

    return project
