"""Lina-Speech: codes a second, one by one and in batches, and what fewer bits a weight change.

With weights of a formula in the sizes of the released model: 75 codes are a second of speech.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from rendering.bench.engines import formula
from rendering.engines.neural.runtime import Runtime
from rendering.engines.speech.lina.config import START, LinaConfig
from rendering.engines.speech.lina.cross_attention import Reading
from rendering.engines.speech.lina.decoding import Decoding
from rendering.engines.speech.lina.fused import FusedModel, fuse
from rendering.engines.speech.lina.model import LinaModel
from rendering.engines.speech.lina.projections import Precision
from rendering.engines.speech.lina.steps import Steps

RELEASED = LinaConfig(
    width=1024,
    hidden=1365,
    encoder=6,
    decoder=6,
    heads=4,
    keys=512,
    values=1024,
    rank=16,
    kernel=4,
    codebooks=1,
    codes=4096,
    text_vocabulary=256,
    text_layers=6,
    text_heads=4,
    rotary=64,
    positions="convolutional",
    places=2000,
    reach=31,
    cross_rotary=0,
    tied=False,
)
"""Of the model with 169 million weights."""
TOKENS = 80
"""Of the text: a sentence of some 180 characters."""
BATCHES_ON_A_PROCESSOR, BATCHES_ON_A_GPU = (1, 8), (1, 8, 16)
STEPS_ON_A_PROCESSOR, STEPS_ON_A_GPU = 24, 600
"""Of one measurement."""
ROUNDS = 3
"""All contenders in turn; the median counts, after one round that warms up."""
TEACHER_FORCED = 96
"""Codes that are told to both models to compare what they expect next."""


@dataclass(frozen=True)
class Speed:
    """way: "plain", the model's modules in a loop, or "fused", the decoding step; rows: utterances at once;
    per_second: codes of all of them together."""

    way: str
    precision: Precision
    rows: int
    per_second: float


@dataclass(frozen=True)
class Change:
    """What a precision changes against float32, told the same codes. relative: root mean square difference
    of the scores, as part of their own deviation; agreement: part of the steps whose likeliest code is the
    same; divergence: Kullback-Leibler, nats, the mean of all steps."""

    precision: Precision
    relative: float
    agreement: float
    divergence: float


def measure(
    runtime: Runtime, *, config: LinaConfig = RELEASED, rounds: int = ROUNDS
) -> tuple[tuple[Speed, ...], tuple[Change, ...]]:
    """Speeds of all ways on this device, and what its precisions change."""
    precisions: tuple[Precision, ...] = ("full", "half") if runtime.on_gpu else ("full", "half", "int8")
    with torch.inference_mode():
        model = _model(config, runtime.device)
        fused: dict[Precision, FusedModel] = {precision: fuse(model, precision) for precision in precisions}
        steps = STEPS_ON_A_GPU if runtime.on_cuda else STEPS_ON_A_PROCESSOR
        contenders: dict[tuple[str, Precision, int], Callable[[], float]] = {
            ("plain", "full", 1): lambda: _plain(model, steps)
        }
        for precision, ours in fused.items():
            stepper = Steps(ours)
            for rows in BATCHES_ON_A_GPU if runtime.on_gpu else BATCHES_ON_A_PROCESSOR:
                contenders["fused", precision, rows] = _fused(model, stepper, rows, steps)
        figures: dict[tuple[str, Precision, int], list[float]] = {name: [] for name in contenders}
        for _ in range(rounds + 1):
            for name, run in contenders.items():
                figures[name].append(run())
        speeds = tuple(Speed(*name, statistics.median(runs[1:])) for name, runs in figures.items())
        return speeds, tuple(_change(model, precision, ours) for precision, ours in fused.items())


def _model(config: LinaConfig, device: torch.device) -> LinaModel:
    model = LinaModel(config)
    formula.fill(model, keep=[name for name in model.state_dict() if name.endswith("rotary.freqs")])
    return model.to(device)


def _reading(model: LinaModel, rows: int) -> Reading:
    tokens = (formula.array("lina.text", (rows, TOKENS), 3, model.config.text_vocabulary)).long()
    return model.read(tokens.to(model.rvq_embed.weight.device))


def _fused(model: LinaModel, stepper: Steps, rows: int, steps: int) -> Callable[[], float]:
    reading = _reading(model, rows)
    first = torch.full((rows, model.config.codebooks), START, device=model.rvq_embed.weight.device)
    noise = -torch.log(
        -torch.log(formula.array("lina.noise", (steps, rows, stepper.choices), 1e-6, 1 - 1e-6))
    )

    def run() -> float:
        began = time.perf_counter()
        decoded = stepper.decode(reading, model.start(rows), first, noise, [steps] * rows)
        return sum(len(row.codes) for row in decoded) / (time.perf_counter() - began)

    return run


def _plain(model: LinaModel, steps: int) -> float:
    """The loop as the specification has it: every module by itself, a choice among the 100 likeliest."""
    reading, state = _reading(model, 1), model.start(1)
    codes = torch.full((1, 1, model.config.codebooks), START, device=model.rvq_embed.weight.device)
    began = time.perf_counter()
    for _ in range(steps):
        scores = model(codes, reading, state)
        state = scores.state
        likeliest = scores.logits[0, 0].topk(min(100, model.config.rows))
        chosen = torch.multinomial(likeliest.values.softmax(dim=-1), 1)
        codes = likeliest.indices.gather(1, chosen).T[None]
        int(codes[0, 0, 0])  # is it the one that stops?
    return steps / (time.perf_counter() - began)


def _change(model: LinaModel, precision: Precision, fused: FusedModel) -> Change:
    device = model.rvq_embed.weight.device
    shape = (1, TEACHER_FORCED, model.config.codebooks)
    codes = formula.array("lina.codes", shape, 0, model.config.rows).long().to(device)
    reading = _reading(model, 1)
    expected = model(codes, reading, model.start(1)).logits[0]
    decoding = Decoding(fused, rows=1, tokens=TOKENS, steps=1, choices=1)
    decoding.begin(reading, model.start(1), codes[:, 0], torch.zeros(1, 1, 1, device=device))
    found = []
    for told in codes[0]:
        decoding.buffers.latest.copy_(told[None])
        found.append(decoding.scores()[0])
    return _compared(precision, expected, torch.cat(found))


def _compared(precision: Precision, expected: Tensor, found: Tensor) -> Change:
    difference = (found - expected).square().mean().sqrt() / expected.std()
    ours, theirs = found.log_softmax(dim=-1), expected.log_softmax(dim=-1)
    return Change(
        precision,
        relative=float(difference),
        agreement=float((found.argmax(dim=-1) == expected.argmax(dim=-1)).float().mean()),
        divergence=float((theirs.exp() * (theirs - ours)).sum(dim=-1).mean()),
    )
