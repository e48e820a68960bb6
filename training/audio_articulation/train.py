"""Learning: many short pieces of the corpus, heard under many conditions."""

import copy
from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from rendering.engines.talking_head.portrait.heard_articulation import EVENTS
from rendering.engines.talking_head.portrait.log_mel import FEATURES, RATE
from rendering.engines.talking_head.portrait.visemes import Viseme
from training.audio_articulation.augment import Example, another_throat, as_they_are, elsewhere
from training.audio_articulation.network import OUTPUTS, ArticulationNetwork, seed_everything
from training.audio_articulation.takes import QUICK, Take

CHANNELS = len(Viseme._fields)
COPIES = 2
"""Conditions under which the corpus is heard, besides as it is."""
REPEATS = 3
"""In each of these, takes of slow voices: there are few of each, and the quick ones say everything."""
STEPS = 100
"""Of the optimiser, in an epoch."""
EPOCHS = 60
PIECE = 150
"""Frames: 3 s."""
BATCH = 8
LEARNING_RATE = 2e-3
IMPORTANCE = Viseme(
    gap=3.0, jaw=1.5, spread=1.0, rounding=1.0, raised=0.7, depressed=0.7, tuck=0.7, press=1.0, tongue=0.5
)
"""What a viewer sees counts."""
EVENT_IMPORTANCE = 0.25


def learn(takes: Sequence[Take], seed: int, say: Callable[[str], object]) -> ArticulationNetwork:
    """A network taught with the takes `to learn`, of the epoch that does best on those `to choose`."""
    seed_everything(seed)
    random = np.random.default_rng(seed)
    learning = [take for take in takes if take.part == "learn"]
    choosing = [take for take in takes if take.part == "choose"]
    examples = _heard(learning, COPIES, random)
    judged = _heard(choosing, 2, random)
    say(f"{sum(len(heard) for heard, _ in examples) / RATE / 60:.0f} minutes to learn from")
    network = ArticulationNetwork()
    optimiser = torch.optim.AdamW(network.parameters(), weight_decay=0.01)
    heard, wanted = (np.concatenate(parts) for parts in zip(*examples, strict=True))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, LEARNING_RATE, total_steps=EPOCHS * STEPS)
    scale = _scale(wanted)
    best, kept = np.inf, network
    for epoch in range(EPOCHS):
        network.train()
        for _ in range(STEPS):
            x, y = _batch(heard, wanted, random)
            loss = _loss(network(x), y, scale)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
        miss = _judge(network, judged, scale)
        say(f"epoch {epoch}: {miss:.4f}")
        if miss < best:
            best, kept = miss, copy.deepcopy(network)
    return kept.eval()


def _heard(takes: Sequence[Take], copies: int, random: Generator) -> list[Example]:
    """Every take as it is, and `copies` times elsewhere."""
    examples = list(as_they_are(takes))
    wanted = [curves for _, curves in examples]
    repeated = [
        index
        for index, take in enumerate(takes)
        for _ in range(1 if take.voice.split("-")[0] in QUICK else REPEATS)
    ]
    for _ in range(copies):
        examples += elsewhere(
            [takes[index] for index in repeated], [wanted[index] for index in repeated], random
        )
    return examples


def thresholds(network: ArticulationNetwork, takes: Sequence[Take], seed: int) -> dict[str, float]:
    """For each event the probability from which it is found best, on takes to choose."""
    choosing = [take for take in takes if take.part == "choose"]
    examples = _heard(choosing, 2, np.random.default_rng(seed + 1))
    said = np.concatenate([_say(network, heard) for heard, _ in examples])
    wanted = np.concatenate([wanted for _, wanted in examples])
    chance = 1 / (1 + np.exp(-said))
    return {
        name: _best_threshold(chance[:, CHANNELS + index], wanted[:, CHANNELS + index] > 0.5)
        for index, name in enumerate(EVENTS)
    }


def _best_threshold(chance: NDArray[np.float32], happens: NDArray[np.bool_]) -> float:
    """By F measure, over frames. Not below 0.2: of what is claimed there, most is wrong."""

    def worth(threshold: float) -> float:
        found = chance > threshold
        return 2 * int(np.sum(found & happens)) / max(1, int(found.sum()) + int(happens.sum()))

    return max((round(float(step), 2) for step in np.arange(0.2, 0.9, 0.02)), key=worth)


def _say(network: ArticulationNetwork, heard: NDArray[np.float32]) -> NDArray[np.float32]:
    with torch.no_grad():
        return np.asarray(network(torch.from_numpy(heard.T[None]))[0].T.numpy())


def _batch(
    heard: NDArray[np.float32], wanted: NDArray[np.float32], random: Generator
) -> tuple[Tensor, Tensor]:
    starts = random.integers(0, len(heard) - PIECE, BATCH)
    x = np.empty((BATCH, FEATURES, PIECE), dtype=np.float32)
    y = np.empty((BATCH, OUTPUTS, PIECE), dtype=np.float32)
    for row, start in enumerate(starts):
        x[row] = another_throat(heard[start : start + PIECE], random).T
        y[row] = wanted[start : start + PIECE].T
    return torch.from_numpy(x), torch.from_numpy(y)


def _scale(wanted: NDArray[np.float32]) -> Tensor:
    """[channels, 1]: importance over variance, so that rare channels count as well."""
    importance = np.array(IMPORTANCE, dtype=np.float64)
    importance /= importance.sum()
    return torch.from_numpy((importance / wanted[:, :CHANNELS].var(axis=0)).astype(np.float32)[:, None])


def _loss(said: Tensor, wanted: Tensor, scale: Tensor) -> Tensor:
    missed = (scale * (said[:, :CHANNELS] - wanted[:, :CHANNELS]) ** 2).sum(dim=1).mean()
    events = functional.binary_cross_entropy_with_logits(said[:, CHANNELS:], wanted[:, CHANNELS:])
    return missed + EVENT_IMPORTANCE * len(EVENTS) * events


def _judge(network: ArticulationNetwork, examples: Sequence[Example], scale: Tensor) -> float:
    network.eval()
    losses, frames = 0.0, 0
    with torch.no_grad():
        for heard, wanted in examples:
            x, y = torch.from_numpy(heard.T[None]), torch.from_numpy(wanted.T[None])
            losses += float(_loss(network(x), y, scale)) * len(heard)
            frames += len(heard)
    return losses / frames
