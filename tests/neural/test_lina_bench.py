"""The measurement itself, on a small model."""

import torch

from rendering.bench.engines import lina
from rendering.engines.neural.runtime import Runtime
from tests.neural import tiny_lina


def test_every_way_is_measured_and_fewer_bits_change_more() -> None:
    speeds, changes = lina.measure(Runtime(torch.device("cpu"), half=False), config=tiny_lina.TINY, rounds=1)

    assert [(speed.way, speed.precision, speed.rows) for speed in speeds[:2]] == [
        ("plain", "full", 1),
        ("fused", "full", 1),
    ]
    assert len(speeds) == 1 + 3 * len(lina.BATCHES_ON_A_PROCESSOR)
    assert all(speed.per_second > 0 for speed in speeds)
    full, half, int8 = changes
    assert full.relative < 1e-5 < half.relative < int8.relative < 0.5
    assert full.agreement == 1.0
